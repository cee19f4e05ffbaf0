/** config/swarm.yaml holds every node's parameters at the defaults that the nodes declare. */
import { isScalar, isSeq, parseDocument, type YAMLMap } from "yaml";
import { RESET_SERVICE, TOPICS } from "../../src/ros/topics";
import { NODES, read } from "./checkout";

const document = parseDocument(read("config", "swarm.yaml"));
const section = (node: string) => document.getIn([node, "ros__parameters"]) as YAMLMap;

test("is well-formed, and its sections are the nodes' bare names", () => {
  expect(document.errors).toEqual([]);
  expect(Object.keys(document.toJS())).toEqual(Object.keys(NODES));
});

test("rosbag2's overrides are those of every latched topic of the swarm, as it is offered", () => {
  const overrides = parseDocument(read("config", "rosbag2_qos.yaml")).toJS() as object;
  const latched = Object.values(TOPICS).filter(
    ({ name, durability }) => name.startsWith("/") && durability === "transient_local",
  );
  expect(overrides).toEqual(
    Object.fromEntries(
      latched.map(({ name, depth, reliability, durability }) => [
        name,
        { history: "keep_last", depth, reliability, durability },
      ]),
    ),
  );
});

test("Foxglove's layout shows panels that it describes, and fields that messages have", () => {
  interface Pane {
    readonly first: Pane | string;
    readonly second: Pane | string;
  }
  const { configById, layout } = JSON.parse(read("config", "swarm.foxglove.json")) as {
    configById: Record<string, object>;
    layout: Pane;
  };
  const shown = (pane: Pane | string): string[] =>
    typeof pane === "string" ? [pane] : [...shown(pane.first), ...shown(pane.second)];
  expect(shown(layout).sort()).toEqual(Object.keys(configById).sort());
  const text = JSON.stringify(configById);
  const named = [...text.matchAll(/"(\/\w+(?:\/\w+)*)(?:\.(\w+))?"/g)];
  const topics = new Map<string, string>(
    Object.values(TOPICS).map(({ name, type }) => [name, type]),
  );
  for (const [, name, field] of named.filter(([, topic]) => topic !== RESET_SERVICE)) {
    const [owner, , type] = topics.get(name)?.split("/") ?? [];
    expect({ name, owner }).toEqual({ name, owner: expect.any(String) });
    if (field) expect(read("msg", `${type}.msg`)).toMatch(new RegExp(`\\w ${field} `));
    if (owner === "alternating_marl") expect(text).toContain(name);
  }
  expect(named.length).toBeGreaterThan(7);
  expect(text).toContain(TOPICS.emergencyStop.type);
});

describe.each(Object.entries(NODES))("%s", (node, specs) => {
  test("has exactly the parameters that are declared, at their defaults", () => {
    // An empty list has no type in a parameter file: ROS would leave the parameter unset.
    const defaults = Object.entries(specs)
      .map(([name, spec]) => [name, spec.default] as const)
      .filter(([, value]) => !(Array.isArray(value) && value.length === 0));
    expect(document.toJS()[node]).toEqual({ ros__parameters: Object.fromEntries(defaults) });
  });

  test("writes a double as one: ROS takes 1 for an integer", () => {
    for (const [name, spec] of Object.entries(specs)) {
      const form = { integer: /^-?\d+$/, double: /^-?\d+\.\d+$/, double_array: /^-?\d+\.\d+$/ };
      if (!(spec.type in form)) continue;
      const value: unknown = section(node).get(name, true);
      const numbers: unknown[] = isSeq(value) ? value.items : [value];
      const texts = numbers.map((number) => (isScalar(number) ? number.source : undefined));
      const wrong = texts.filter((text) => !form[spec.type as keyof typeof form].test(text ?? ""));
      expect({ name, wrong }).toEqual({ name, wrong: [] });
    }
  });
});
