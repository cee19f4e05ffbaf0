/**
 * The world written for Gazebo: its structure, and that Gazebo, bridge, agents and dock keeper name each
 * topic alike. Gazebo itself is not run.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { TOPICS } from "../../src/ros/topics";
import { python, root } from "../packaging/checkout";

interface Xml {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
  readonly children: readonly Xml[];
}

interface Place {
  readonly name: string;
  readonly x: number;
  readonly y: number;
}

interface Described {
  readonly wallRadius: number;
  readonly middle: { readonly x: number; readonly y: number };
  readonly zones: (Place & { readonly radius: number })[];
  readonly bodies: (Place & { readonly yaw: number })[];
  readonly robot: Readonly<Record<string, number>>;
}

const ROBOTS = 3;
const folder = mkdtempSync(join(tmpdir(), "gazebo-"));
afterAll(() => rmSync(folder, { recursive: true }));

const run = (program: string, ...args: string[]) =>
  spawnSync("node", [join(root, "dist/src/cli", program), ...args], {
    encoding: "utf8",
    cwd: folder,
  });

const xmlOf = (...path: string[]): Xml =>
  python(["test/cli/xml_as_json.py", join(folder, ...path)]) as Xml;

const all = (xml: Xml, tag: string): Xml[] =>
  [xml, ...xml.children.flatMap((child) => all(child, tag))].filter(
    (each, i) => i > 0 || each.tag === tag,
  );
const named = (xml: Xml, tag: string, name: string): Xml => {
  const found = all(xml, tag).filter(({ attributes }) => attributes["name"] === name);
  expect({ name, found: found.length }).toEqual({ name, found: 1 });
  return found[0];
};
const textIn = (xml: Xml, tag: string): string => all(xml, tag)[0].text;
const numbersIn = (xml: Xml, tag: string): number[] => textIn(xml, tag).split(" ").map(Number);
const pluginIn = (model: Xml, name: string): Xml => {
  const found = all(model, "plugin").find(({ attributes }) => attributes["name"].endsWith(name));
  return found!;
};

const args = ["--robots", String(ROBOTS), "--seed", "5"];
const described = JSON.parse(run("describe_world.js", ...args).stdout) as Described;
const { bodies } = described;

/** As ros_gz_bridge's README has it: what it does not know it passes over without a word. */
const bridgeFile = z.array(
  z.strictObject({
    ros_topic_name: z.string(),
    gz_topic_name: z.string().startsWith("/"),
    ros_type_name: z.string(),
    gz_type_name: z.string(),
    subscriber_queue: z.int().positive(),
    publisher_queue: z.int().positive(),
    lazy: z.boolean().optional(),
    direction: z.enum(["BIDIRECTIONAL", "GZ_TO_ROS", "ROS_TO_GZ"]),
  }),
);

/** What ros_gz_bridge offers and asks for; depths are in its file. */
const BRIDGE = { reliability: "reliable", durability: "volatile" } as const;
type Qos = Pick<
  (typeof TOPICS)["twist"] | (typeof TOPICS)["odometry"],
  "reliability" | "durability"
>;

/** By the rules of ROS: what is offered is at least what is asked for. */
const fits = (offered: Qos, asked: Qos): boolean =>
  (asked.reliability === "best_effort" || offered.reliability === "reliable") &&
  (asked.durability === "volatile" || offered.durability === "transient_local");

/** Gazebo's command line, of Harmonic or (Debian: ignition-tools, libsdformat12-12) Fortress. */
const CHECKER = ["gz", "ign"].find((tool) => spawnSync(tool, ["--help"]).error === undefined);

describe.each([
  ["harmonic", "gz-sim", "gz::sim::systems", "gz.msgs"],
  ["fortress", "ignition-gazebo", "ignition::gazebo::systems", "ignition.msgs"],
])("a world for Gazebo %s", (release, file, space, messages) => {
  const made = run("gazebo_world.js", ...args, "--out", release, "--release", release);
  const world = xmlOf(release, "world.sdf");
  const bridge = bridgeFile.parse(
    parse(readFileSync(join(folder, release, "bridge.yaml"), "utf8")),
  );
  const models = bodies.map(({ name }) => named(world, "model", name));

  test("says its step and how often odometry comes, as they are in it", () => {
    expect(made).toMatchObject({ status: 0, stderr: "" });
    expect(made.stdout).not.toContain("stop and go");
    const [, step, rate] = /a step of (\S+) ms, odometry at (\S+) Hz/.exec(made.stdout)!;
    expect(numbersIn(world, "max_step_size")).toEqual([Number(step) / 1000]);
    for (const model of models) {
      const odometry = pluginIn(model, "OdometryPublisher");
      expect(textIn(odometry, "odom_publish_frequency")).toBe(rate);
    }
    expect(readdirSync(join(folder, release)).sort()).toEqual(
      ["bridge.yaml", "lead.urdf", "robot.urdf", "world.sdf"].sort(),
    );
  });

  test("names what stands side by side differently, as SDF demands", () => {
    const check = (xml: Xml): void => {
      const names = xml.children.flatMap(({ tag, attributes: { name } }) =>
        name && tag !== "plugin" ? [name] : [],
      );
      expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
      xml.children.forEach(check);
    };
    check(world);
  });

  test("places every body where the scenario's law places it", () => {
    models.forEach((model, i) => {
      const [x, y, z, , , yaw] = numbersIn(model, "pose");
      expect([x, y, z, yaw]).toEqual(
        [bodies[i].x, bodies[i].y, 0, bodies[i].yaw].map((value) => expect.closeTo(value, 7)),
      );
    });
  });

  test("marks and names every zone, and its wall is the arena's", () => {
    const zones = named(world, "model", "zones");
    for (const { name, x, y, radius } of described.zones) {
      const disc = named(zones, "visual", name);
      expect(numbersIn(disc, "pose").slice(0, 2)).toEqual([x, y].map((v) => expect.closeTo(v, 7)));
      expect(numbersIn(disc, "radius")).toEqual([radius]);
    }
    const { middle, wallRadius } = described;
    const boxes = all(named(world, "model", "wall"), "collision");
    for (const box of boxes) {
      const [x, y, , , , yaw] = numbersIn(box, "pose");
      const [width, length] = numbersIn(box, "size");
      const away = Math.hypot(x - middle.x, y - middle.y);
      expect(away - width / 2).toBeCloseTo(wallRadius, 6);
      expect(
        Math.atan2(y - middle.y, x - middle.x) - Math.atan2(Math.sin(yaw), Math.cos(yaw)),
      ).toBeCloseTo(0, 6);
      // No gap between two: each is as long as its part of the ring, outside.
      expect(length).toBeGreaterThanOrEqual(
        2 * (away - width / 2) * Math.tan(Math.PI / boxes.length),
      );
    }
    expect(boxes.length).toBeGreaterThan(20);
  });

  test("gives the wheels' drive the sizes of the wheels, and the scenario's limits", () => {
    const [model] = models;
    const drive = pluginIn(model, "DiffDrive");
    const wheels = ["left_wheel", "right_wheel"].map((name) => named(model, "link", name));
    const [left, right] = wheels.map((wheel) => numbersIn(wheel, "pose"));
    expect(numbersIn(drive, "wheel_separation")[0]).toBeCloseTo(left[1] - right[1], 9);
    for (const wheel of wheels) {
      expect(numbersIn(wheel, "radius")).toEqual(numbersIn(drive, "wheel_radius"));
      // It stands on the floor, and its axle points to the left.
      expect(numbersIn(wheel, "pose")[2]).toBe(numbersIn(wheel, "radius")[0]);
      expect(numbersIn(wheel, "pose")[3]).toBeCloseTo(-Math.PI / 2, 7);
    }
    const joints = ["left_joint", "right_joint"].map((side) => textIn(drive, side));
    expect(joints.map((name) => textIn(named(model, "joint", name), "child"))).toEqual([
      "left_wheel",
      "right_wheel",
    ]);
    const { radius, maxSpeed, maxYawRate, maxAcceleration } = described.robot;
    expect(numbersIn(named(model, "link", "chassis"), "radius")).toEqual([radius]);
    expect(numbersIn(drive, "max_linear_velocity")).toEqual([maxSpeed]);
    expect(numbersIn(drive, "max_linear_acceleration")).toEqual([maxAcceleration]);
    // It brakes harder, as its wheels' friction holds.
    const [mu] = numbersIn(wheels[0], "mu");
    const [braking] = numbersIn(drive, "min_linear_acceleration");
    expect(-braking / (9.81 * mu)).toBeLessThan(0.75);
    expect(-braking).toBeGreaterThan(2 * maxAcceleration);
    expect(numbersIn(drive, "max_angular_velocity")).toEqual([maxYawRate]);
  });

  test("loads the systems of this release, and in each body the command timeout", () => {
    const own = all(world, "plugin").filter(({ attributes }) => attributes["name"].includes(space));
    const systems = ["Physics", "UserCommands", "SceneBroadcaster"];
    const bodySystems = bodies.flatMap(() => ["DiffDrive", "OdometryPublisher"]);
    expect(own.map(({ attributes }) => attributes["name"]).sort()).toEqual(
      [...systems, ...bodySystems].map((name) => `${space}::${name}`).sort(),
    );
    for (const { attributes } of own) {
      expect(attributes["filename"]).toMatch(new RegExp(`^${file}-[a-z-]+-system$`));
    }
    for (const model of models) {
      const timeout = pluginIn(model, "CommandTimeout");
      expect(textIn(timeout, "topic")).toBe(textIn(pluginIn(model, "DiffDrive"), "topic"));
      // From full speed it stands within half a second; seven answers to odometry may be late.
      const [seconds] = numbersIn(timeout, "timeout");
      const [braking] = numbersIn(pluginIn(model, "DiffDrive"), "min_linear_acceleration");
      expect(seconds + described.robot.maxSpeed / -braking).toBeLessThan(0.47);
      const odometry = pluginIn(model, "OdometryPublisher");
      expect(seconds * numbersIn(odometry, "odom_publish_frequency")[0]).toBeGreaterThan(7);
    }
  });

  test("bridges each topic once, as agents and dock keeper name, type and direct it", () => {
    const wanted = bodies.flatMap(({ name }) => [
      [`${name}/${TOPICS.odometry.name}`, TOPICS.odometry.type, "Odometry", "GZ_TO_ROS"],
      [`${name}/base/${TOPICS.twist.name}`, TOPICS.twist.type, "Twist", "ROS_TO_GZ"],
    ]);
    wanted.push([TOPICS.clockHeard.name.slice(1), TOPICS.clockHeard.type, "Clock", "GZ_TO_ROS"]);
    const told = bridge.map((entry) => [
      entry.ros_topic_name,
      entry.ros_type_name,
      entry.gz_type_name.replace(`${messages}.`, ""),
      entry.direction,
    ]);
    expect(told.sort()).toEqual(wanted.sort());
  });

  test("bridges the topics that Gazebo's systems have, odometry in the map frame", () => {
    const gazebo = (ros: string): string =>
      bridge.find(({ ros_topic_name }) => ros_topic_name === ros)!.gz_topic_name;
    models.forEach((model, i) => {
      const { name } = bodies[i];
      const [drive, odometry] = ["DiffDrive", "OdometryPublisher"].map((x) => pluginIn(model, x));
      expect(gazebo(`${name}/odom`)).toBe(textIn(odometry, "odom_topic"));
      expect(textIn(odometry, "odom_frame")).toBe("map");
      expect(gazebo(`${name}/base/cmd_vel`)).toBe(textIn(drive, "topic"));
      // Not the drive's own odometry, which begins at 0, 0.
      expect(textIn(drive, "odom_topic")).not.toBe(textIn(odometry, "odom_topic"));
    });
    expect(gazebo("clock")).toBe("/clock");
  });

  test("the bridge's quality of service fits that of agents and dock keeper", () => {
    for (const heard of [TOPICS.odometry, TOPICS.clockHeard])
      expect(fits(BRIDGE, heard)).toBe(true);
    expect(fits(TOPICS.twist, BRIDGE)).toBe(true);
    for (const entry of bridge) {
      expect([entry.publisher_queue, entry.subscriber_queue]).toEqual([1, 1]);
    }
  });

  (CHECKER === undefined ? test.skip : test)(
    "is valid SDF by gz sdf or ign sdf, if installed",
    () => {
      const sdf = join(folder, release, "world.sdf");
      const checked = spawnSync(CHECKER!, ["sdf", "--check", sdf], { encoding: "utf8" });
      expect(checked.stdout).toMatch(/^Valid\.$/m);
      expect(checked.stderr).not.toMatch(/^Error/m);
    },
  );
});

test("RViz sees the body that Gazebo has", () => {
  const robot = xmlOf("harmonic", "robot.urdf");
  const model = named(xmlOf("harmonic", "world.sdf"), "model", "robot_0");
  const sizes = all(robot, "cylinder").map(({ attributes: { radius, length } }) => [
    Number(radius),
    Number(length),
  ]);
  const discs = all(model, "visual").flatMap((visual) => all(visual, "cylinder"));
  expect(sizes).toEqual(
    discs.map((disc) => [...numbersIn(disc, "radius"), ...numbersIn(disc, "length")]),
  );
});

describe("npm run gazebo-world", () => {
  const refused = (why: RegExp, ...wrong: string[]): void => {
    const before = readdirSync(folder);
    const { status, stdout, stderr } = run("gazebo_world.js", ...wrong);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(why);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(readdirSync(folder)).toEqual(before);
  };

  test("refuses a folder that is there, and leaves it as it is", () => {
    mkdirSync(join(folder, "mine"));
    writeFileSync(join(folder, "mine", "notes"), "mine");
    refused(/mine is there already: give --out a new folder/, "--out", "mine");
    expect(readdirSync(join(folder, "mine"))).toEqual(["notes"]);
  });

  test("refuses what it cannot write, does not hold, or does not know", () => {
    refused(/cannot be made .*give --out another folder/, "--out", "not/there");
    refused(/give zones a radius of at least/, "--robots", "60", "--out", "new");
    refused(/--robots is "101"; give .* from 1 to 100/, "--robots", "101", "--out", "new");
  });

  test("warns where the world would run so slowly that robots stop and go", () => {
    const slow = ["--robots", "2", "--real-time-factor", "0.1", "--out", "slow"];
    expect(run("gazebo_world.js", ...slow).stdout).toMatch(
      /Robots will stop and go: agents need a real-time factor of 0.175 or more/,
    );
    expect(numbersIn(xmlOf("slow", "world.sdf"), "real_time_factor")).toEqual([0.1]);
  });
});
