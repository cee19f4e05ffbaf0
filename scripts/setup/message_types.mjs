/**
 * The messages as TypeScript interfaces, from msg/ and the standard definitions (Jazzy):
 * src/ros/generated/messages.ts, which is not kept in git. Run it alone before tsc or eslint.
 */
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { inRoot } from "./paths.mjs";

const output = inRoot("src", "ros", "generated", "messages.ts");
const own = "alternating_marl";

/** The standard messages that are sent or heard. */
const standard = [
  "diagnostic_msgs/DiagnosticArray",
  "geometry_msgs/PoseWithCovarianceStamped",
  "geometry_msgs/Twist",
  "geometry_msgs/TwistStamped",
  "nav_msgs/Odometry",
  "rosgraph_msgs/Clock",
  "tf2_msgs/TFMessage",
  "visualization_msgs/MarkerArray",
];

const primitives = {
  bool: "boolean",
  string: "string",
  time: "Time",
  duration: "Time",
  int64: "bigint",
  uint64: "bigint",
};

const nameOf = (type) => type.split("/").at(-1);

function typeOf({ type, isArray, isComplex }) {
  const one = isComplex ? nameOf(type) : (primitives[type] ?? "number");
  if (!isArray) return one;
  if (type === "uint8") return "Uint8Array";
  return one === "number" ? "ArrayLike<number>" : `readonly ${one}[]`;
}

function interfaceOf(name, fields) {
  const lines = fields.map((field) => `  readonly ${field.name}: ${typeOf(field)};\n`);
  return `export interface ${nameOf(name)} {\n${lines.join("")}}\n`;
}

async function generated() {
  // Loaded when it runs: at the set-up's start there are no packages yet.
  const { parse } = await import("@foxglove/rosmsg");
  const { ros2jazzy } = await import("@foxglove/rosmsg-msgs-common");
  const definitions = new Map(Object.entries(ros2jazzy));
  const messages = fs.readdirSync(inRoot("msg")).map((file) => `${own}/${file.slice(0, -4)}`);
  for (const name of messages) {
    const text = fs.readFileSync(inRoot("msg", `${nameOf(name)}.msg`), "utf8");
    definitions.set(name, parse(text, { ros2: true, skipTypeFixup: true })[0]);
  }
  const written = new Map();
  const visit = (name) => {
    if (written.has(name)) return;
    const fields = definitions.get(name).definitions.filter(({ isConstant }) => !isConstant);
    written.set(name, interfaceOf(name, fields));
    for (const { isComplex, type } of fields) if (isComplex) visit(type);
  };
  const roots = [...messages, ...standard];
  roots.forEach(visit);
  const time = "export interface Time {\n  readonly sec: number;\n  readonly nanosec: number;\n}\n";
  const types = roots.map((name) => `  "${name.replace("/", "/msg/")}": ${nameOf(name)};\n`);
  return [
    "// Generated from msg/ by scripts/setup/message_types.mjs.\n",
    time,
    ...written.values(),
    `/** What each type holds, by its ROS name. */\nexport interface GeneratedTypes {\n${types.join("")}}\n`,
  ].join("\n");
}

/** Writes the file if it would be another one. */
export async function writeMessageTypes() {
  const text = await generated();
  if (fs.existsSync(output) && fs.readFileSync(output, "utf8") === text) return;
  fs.mkdirSync(path.dirname(output), { recursive: true });
  fs.writeFileSync(output, text);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await writeMessageTypes();
