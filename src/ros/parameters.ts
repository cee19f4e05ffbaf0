/** Parameters declared once as data; values parsed and checked against their declaration. */
import { type RclNode, rcl } from "./rcl";

interface SpecBase<T> {
  readonly default: T;
  readonly unit?: string;
  readonly readOnly: boolean;
  readonly description: string;
}

export type ParameterSpec =
  | (SpecBase<number> & {
      readonly type: "integer" | "double";
      readonly range: readonly [number, number];
    })
  | (SpecBase<string> & { readonly type: "string"; readonly choices?: readonly string[] })
  | (SpecBase<boolean> & { readonly type: "boolean" })
  | (SpecBase<readonly number[]> & { readonly type: "double_array" });

export type ParameterSpecs = Readonly<Record<string, ParameterSpec>>;

/** The values of a set of declarations, by name. */
export type ParameterValues<S extends ParameterSpecs> = {
  readonly [K in keyof S]: S[K]["type"] extends "integer" | "double"
    ? number
    : S[K]["type"] extends "string"
      ? string
      : S[K]["type"] extends "boolean"
        ? boolean
        : readonly number[];
};

/** A parameter that cannot be used; the message names it, its value and the rule. */
export class ParameterError extends Error {}

const RCL_TYPES = {
  boolean: "PARAMETER_BOOL",
  integer: "PARAMETER_INTEGER",
  double: "PARAMETER_DOUBLE",
  string: "PARAMETER_STRING",
  double_array: "PARAMETER_DOUBLE_ARRAY",
} as const;

type Value = number | string | boolean | readonly number[];

/** Integers come as bigints and an empty list as null; this is the one place that knows. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (ArrayBuffer.isView(value) || Array.isArray(value)) return Array.from(value as never, Number);
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
    case "double_array": {
      if (given === null || given === undefined) return [];
      const numbers = Array.isArray(given) && given.every((x) => Number.isFinite(x));
      return numbers ? (given as number[]) : refuse("a list of numbers");
    }
  }
}

function describe(spec: ParameterSpec): string {
  const unit = spec.unit ? ` Unit: ${spec.unit}.` : "";
  const range = "range" in spec ? ` Range: ${spec.range[0]} to ${spec.range[1]}.` : "";
  const choices = "choices" in spec && spec.choices ? ` One of: ${spec.choices.join(", ")}.` : "";
  return `${spec.description}${unit}${range}${choices}`;
}

/**
 * Declares `specs` on a node and gives their values, checked.
 * @throws ParameterError for an override that breaks its declaration
 */
export function declareParameters<S extends ParameterSpecs>(
  node: RclNode,
  specs: S,
): ParameterValues<S> {
  const { Parameter, ParameterType, ParameterDescriptor } = rcl();
  const overrides = new Map(node.getParameterOverrides().map((given) => [given.name, given]));
  const values: Record<string, Value> = {};
  for (const [name, spec] of Object.entries(specs)) {
    const override = overrides.get(name);
    const value = checkParameter(name, spec, override ? override.value : spec.default);
    values[name] = value;
    const type = ParameterType[RCL_TYPES[spec.type]];
    const rclValue = spec.type === "integer" ? BigInt(value as number) : value;
    // Declared with the checked value itself: an integer given for a double is a double from here on.
    node.declareParameter(
      new Parameter(name, type, rclValue),
      new ParameterDescriptor(name, type, describe(spec), spec.readOnly),
      true,
    );
  }
  return values as ParameterValues<S>;
}
