/** Parameters declared once as data, config/parameters.yaml; their values, parsed and checked. */
import { z } from "zod";
import { cut, InvalidInputError, reasonOf } from "../base/errors";
import { type RclNode, type RclParameter, rcl } from "./rcl";

interface TypeOf {
  integer: number;
  double: number;
  string: string;
  boolean: boolean;
  double_array: readonly number[];
  string_array: readonly string[];
}

export type Value = TypeOf[keyof TypeOf];

/** A type and the values of it that are allowed. */
export type ValueForm =
  | { readonly type: "integer" | "double"; readonly range: readonly [min: number, max: number] }
  | {
      readonly type: "string";
      readonly choices?: readonly string[];
      /** Whether no text at all means something. */
      readonly mayBeEmpty?: true;
    }
  | { readonly type: "boolean" | "double_array" }
  | {
      readonly type: "string_array";
      /** What each item is, in words, and its form. */
      readonly each: readonly [words: string, form: string];
    };

export type ParameterSpec = ValueForm & {
  readonly default: Value;
  readonly unit?: string;
  /** Whether it may be set while the node runs. */
  readonly live?: true;
  readonly description: string;
};

export type ParameterSpecs = Readonly<Record<string, ParameterSpec>>;

export type ValueOf<S extends ValueForm> = S extends { readonly choices: readonly (infer C)[] }
  ? C
  : TypeOf[S["type"]];

export type ParameterValues<S extends ParameterSpecs> = {
  readonly [K in keyof S]: ValueOf<S[K]>;
};

/** A parameter that cannot be used; the message names it, its value and the rule. */
export class ParameterError extends InvalidInputError {}

/** rcl_interfaces/ParameterType */
const rclType = ({ type }: ParameterSpec): number =>
  rcl().ParameterType[`PARAMETER_${type === "boolean" ? "BOOL" : type.toUpperCase()}`];

/** A double as ROS reads it: 1 would be an integer. */
export const decimal = (value: number): string =>
  Number.isInteger(value) ? value.toFixed(1) : String(value);

/** A value as rclnodejs gives it (integers as bigints, lists as typed arrays) in plain form. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (ArrayBuffer.isView(value) || Array.isArray(value)) return Array.from(value as never, plain);
  return value;
}

/** The values that are allowed: their schema, and in words, such as "a whole number from 1 to 9". */
function formOf(form: ValueForm): readonly [schema: z.ZodType<Value>, words: string] {
  switch (form.type) {
    case "integer":
    case "double": {
      const [low, high] = form.range;
      const bounds = Number.isFinite(high) ? `from ${low} to ${high}` : `of at least ${low}`;
      const [kind, words] =
        form.type === "integer" ? [z.int(), "a whole number"] : [z.number(), "a number"];
      return [kind.min(low).max(high), `${words} ${bounds}`];
    }
    case "string":
      if (form.choices) return [z.enum(form.choices), `one of ${form.choices.join(", ")}`];
      if (form.mayBeEmpty) return [z.string(), "a string"];
      return [z.string().regex(/\S/), "a string that is not empty"];
    case "boolean":
      return [z.boolean(), "true or false"];
    case "double_array":
      return [z.array(z.number()), "a list of numbers"];
    case "string_array":
      return [z.array(z.string().regex(new RegExp(form.each[1]))), `a list of ${form.each[0]}`];
  }
}

export const ruleOf = (form: ValueForm): string => formOf(form)[1];

/** Made once each: a host checks the same parameters for all its robots. */
const schemas = new WeakMap<ValueForm, z.ZodType<Value>>();

export function isAllowed(form: ValueForm, value: unknown): value is Value {
  const schema = schemas.get(form) ?? formOf(form)[0];
  schemas.set(form, schema);
  return schema.safeParse(value).success;
}

/**
 * `value` (from anywhere) as the declared type; null and undefined are an empty list where a list is
 * declared, since rclnodejs gives an empty list as null.
 * @throws ParameterError naming the parameter, the value and the rule it breaks
 */
export function checkParameter(name: string, spec: ParameterSpec, value: unknown): Value {
  const isList = spec.type === "double_array" || spec.type === "string_array";
  const given = isList ? (plain(value) ?? []) : plain(value);
  if (isAllowed(spec, given)) return given;
  const unit = "range" in spec && spec.unit ? ` ${spec.unit}` : "";
  throw new ParameterError(
    `parameter ${name} is ${cut(String(JSON.stringify(given)))}; it must be ${ruleOf(spec)}${unit}`,
  );
}

/** rclnodejs leaves the range out of what it answers to `ros2 param describe`. */
function descriptorOf(name: string, spec: ParameterSpec): object {
  const { ParameterDescriptor } = rcl();
  const unit = spec.unit ? ` Unit: ${spec.unit}.` : "";
  const choices = "choices" in spec && spec.choices ? ` One of: ${spec.choices.join(", ")}.` : "";
  const said = `${spec.description}${unit}${choices}`;
  const descriptor = new ParameterDescriptor(name, rclType(spec), said, !spec.live);
  if (!("range" in spec)) return descriptor;
  const [low, high] = spec.range;
  const message = descriptor.toMessage();
  const range =
    spec.type === "integer"
      ? { integer_range: [{ from_value: BigInt(low), to_value: BigInt(high), step: 1n }] }
      : { floating_point_range: [{ from_value: low, to_value: high, step: 0 }] };
  return Object.assign(descriptor, { toMessage: () => ({ ...message, ...range }) });
}

/** As rclnodejs keeps it: of the declared type, so that an integer given for a double is one. */
function rclParameter(name: string, spec: ParameterSpec, value: Value): RclParameter {
  const { Parameter } = rcl();
  const rclValue = spec.type === "integer" ? BigInt(value as number) : value;
  return new Parameter(name, rclType(spec), rclValue);
}

/**
 * The values that `specs` have at a node's start, checked.
 * @param given values other than the defaults, by name
 * @throws ParameterError for a value that breaks its declaration
 */
export function valuesAtStart<S extends ParameterSpecs>(
  specs: S,
  given: ReadonlyMap<string, unknown>,
): ParameterValues<S> {
  const values = Object.entries(specs).map(([name, spec]) => [
    name,
    checkParameter(name, spec, given.has(name) ? given.get(name) : spec.default),
  ]);
  return Object.fromEntries(values) as ParameterValues<S>;
}

/**
 * Declares `specs` on a node. `values` change when somebody sets parameters that are not read-only: all
 * of a request or none. They are checked here, before rclnodejs does: its refusals say nothing.
 * @param check says why values that are to be set at run time are refused
 */
export function declareParameters(
  node: RclNode,
  specs: ParameterSpecs,
  values: Record<string, Value>,
  check: (next: Readonly<Record<string, Value>>) => string | undefined,
): void {
  const all = Object.entries(specs);
  node.declareParameters(
    all.map(([name, spec]) => rclParameter(name, spec, values[name])),
    all.map(([name, spec]) => descriptorOf(name, spec)),
    true,
  );
  const checked = (name: string, value: unknown): Value => {
    const spec = specs[name];
    if (spec?.live) return checkParameter(name, spec, value);
    throw new ParameterError(
      node.hasParameter(name)
        ? `parameter ${name} is read-only: give it at the start (-p ${name}:=..., or a parameter file)`
        : `parameter ${name} is not declared by this node`,
    );
  };
  const set = node.setParametersAtomically.bind(node);
  node.setParametersAtomically = (parameters) => {
    try {
      const given = parameters.map(({ name, value }) => [name, checked(name, value)] as const);
      const next = { ...values, ...Object.fromEntries(given) };
      const reason = check(next);
      if (reason !== undefined) return { successful: false, reason };
      const result = set(given.map(([name, value]) => rclParameter(name, specs[name], value)));
      if (result.successful) Object.assign(values, next);
      return result;
    } catch (error) {
      return { successful: false, reason: reasonOf(error) };
    }
  };
}
