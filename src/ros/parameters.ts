/** Parameters declared once as data; values parsed and checked against their declaration. */
import { reasonOf } from "../base/errors";
import { type RclNode, type RclParameter, rcl } from "./rcl";

interface SpecBase<T> {
  readonly default: T;
  readonly unit?: string;
  /** Whether it may be set while the node runs. */
  readonly live?: true;
  readonly description: string;
}

export type ParameterSpec =
  | (SpecBase<number> & {
      readonly type: "integer" | "double";
      readonly range: readonly [number, number];
    })
  | (SpecBase<string> & { readonly type: "string"; readonly choices?: readonly string[] })
  | (SpecBase<boolean> & { readonly type: "boolean" })
  | (SpecBase<readonly number[]> & { readonly type: "double_array" })
  | (SpecBase<readonly string[]> & {
      readonly type: "string_array";
      /** What each is, in words, and its form. */
      readonly each: readonly [words: string, form: RegExp];
    });

export type ParameterSpecs = Readonly<Record<string, ParameterSpec>>;

interface TypeOf {
  integer: number;
  double: number;
  string: string;
  boolean: boolean;
  double_array: readonly number[];
  string_array: readonly string[];
}

/** The values of a set of declarations, by name. */
export type ParameterValues<S extends ParameterSpecs> = {
  readonly [K in keyof S]: TypeOf[S[K]["type"]];
};

/** A parameter that cannot be used; the message names it, its value and the rule. */
export class ParameterError extends Error {}

const RCL_TYPES = {
  boolean: "PARAMETER_BOOL",
  integer: "PARAMETER_INTEGER",
  double: "PARAMETER_DOUBLE",
  string: "PARAMETER_STRING",
  double_array: "PARAMETER_DOUBLE_ARRAY",
  string_array: "PARAMETER_STRING_ARRAY",
} as const;

type Value = TypeOf[keyof TypeOf];

/** Integers come as bigints and an empty list as null; this is the one place that knows. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (ArrayBuffer.isView(value) || Array.isArray(value)) return Array.from(value as never, plain);
  return value;
}

/**
 * `value` (from anywhere) as the declared type.
 * @throws ParameterError naming the parameter, the value and the rule it breaks
 */
export function checkParameter(name: string, spec: ParameterSpec, value: unknown): Value {
  const given = plain(value);
  const refuse = (rule: string): never => {
    throw new ParameterError(`parameter ${name} is ${JSON.stringify(given)}; it must be ${rule}`);
  };
  switch (spec.type) {
    case "integer":
    case "double": {
      const [low, high] = spec.range;
      const unit = spec.unit ? ` ${spec.unit}` : "";
      const rule = `${spec.type === "integer" ? "an integer" : "a number"} from ${low} to ${high}${unit}`;
      if (typeof given !== "number" || !(given >= low && given <= high)) return refuse(rule);
      return spec.type === "integer" && !Number.isInteger(given) ? refuse(rule) : given;
    }
    case "string":
      if (typeof given !== "string") return refuse("a string");
      if (spec.choices && !spec.choices.includes(given)) {
        return refuse(`one of ${spec.choices.join(", ")}`);
      }
      return given;
    case "boolean":
      return typeof given === "boolean" ? given : refuse("true or false");
    case "double_array":
    case "string_array": {
      if (given === null || given === undefined) return [];
      const [words, form] = spec.type === "string_array" ? spec.each : ["numbers"];
      const fits = (x: unknown): boolean =>
        form === undefined ? Number.isFinite(x) : typeof x === "string" && form.test(x);
      if (Array.isArray(given) && given.every(fits)) return given as Value;
      return refuse(`a list of ${words}`);
    }
  }
}

function describe(spec: ParameterSpec): string {
  const unit = spec.unit ? ` Unit: ${spec.unit}.` : "";
  const choices = "choices" in spec && spec.choices ? ` One of: ${spec.choices.join(", ")}.` : "";
  return `${spec.description}${unit}${choices}`;
}

/** rclnodejs leaves the range out of what it answers to `ros2 param describe`. */
function descriptorOf(name: string, spec: ParameterSpec): object {
  const { ParameterType, ParameterDescriptor } = rcl();
  const type = ParameterType[RCL_TYPES[spec.type]];
  const descriptor = new ParameterDescriptor(name, type, describe(spec), !spec.live);
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
  const { Parameter, ParameterType } = rcl();
  const rclValue = spec.type === "integer" ? BigInt(value as number) : value;
  return new Parameter(name, ParameterType[RCL_TYPES[spec.type]], rclValue);
}

interface ParameterRules<S extends ParameterSpecs> {
  /** What a node says to values that are to be set together, by name: why it refuses them. */
  check(values: ParameterValues<S>): string | undefined;
}

export type ParameterCheck<S extends ParameterSpecs> = ParameterRules<S>["check"];

/**
 * Declares `specs` on a node and gives their values, checked; they change when somebody sets a
 * parameter that is not read-only. A refusal gives its reason (rclnodejs' own says nothing).
 * @param given values that rclnodejs does not hear of, by name
 * @param check asked before values are set at run time
 * @throws ParameterError for a value at start that breaks its declaration
 */
export function declareParameters<S extends ParameterSpecs>(
  node: RclNode,
  specs: S,
  given: ReadonlyMap<string, unknown>,
  check: ParameterCheck<S>,
): ParameterValues<S> {
  const overrides = new Map(node.getParameterOverrides().map(({ name, value }) => [name, value]));
  for (const [name, value] of given) overrides.set(name, value);
  const values: Record<string, Value> = {};
  for (const [name, spec] of Object.entries(specs)) {
    const value = overrides.has(name) ? overrides.get(name) : spec.default;
    values[name] = checkParameter(name, spec, value);
    const parameter = rclParameter(name, spec, values[name]);
    node.declareParameter(parameter, descriptorOf(name, spec), true);
  }
  takeChanges(node, specs, values, (next) => check(next as ParameterValues<S>));
  return values as ParameterValues<S>;
}

/** Lets declared parameters be set at run time: into `values`, all of a request or none. */
function takeChanges(
  node: RclNode,
  specs: ParameterSpecs,
  values: Record<string, Value>,
  check: (next: Readonly<Record<string, Value>>) => string | undefined,
): void {
  const checked = ({ name, value }: RclParameter): Value => {
    const spec = specs[name];
    if (!spec?.live) {
      throw new ParameterError(
        `parameter ${name} is read-only: give it at the start (-p ${name}:=..., or a parameter file)`,
      );
    }
    return checkParameter(name, spec, value);
  };
  const merged = (parameters: readonly RclParameter[]): Record<string, Value> => ({
    ...values,
    ...Object.fromEntries(parameters.map((parameter) => [parameter.name, checked(parameter)])),
  });
  node._validateParameters = (parameters) => {
    const unknown = parameters.find(({ name }) => !node.hasParameter(name));
    if (unknown) return refusal(`parameter ${unknown.name} is not declared by this node`);
    try {
      const reason = check(merged(parameters));
      return reason === undefined ? { successful: true, reason: "" } : refusal(reason);
    } catch (error) {
      return refusal(reasonOf(error));
    }
  };
  node.addPreSetParametersCallback((parameters) =>
    parameters.map((parameter) => {
      const spec = specs[parameter.name];
      try {
        return spec ? rclParameter(parameter.name, spec, checked(parameter)) : parameter;
      } catch {
        // Refused with its reason by the validation that follows.
        return parameter;
      }
    }),
  );
  node.addPostSetParametersCallback((parameters) => void Object.assign(values, merged(parameters)));
}

/** Sets a declared parameter from within; why it is refused, or undefined. */
export function setParameter(
  node: RclNode,
  name: string,
  spec: ParameterSpec,
  value: Value,
): string | undefined {
  try {
    const checked = checkParameter(name, spec, value);
    const { successful, reason } = node.setParameter(rclParameter(name, spec, checked));
    return successful ? undefined : reason;
  } catch (error) {
    return reasonOf(error);
  }
}

const refusal = (reason: string) => ({ successful: false, reason });
