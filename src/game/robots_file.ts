/** A robots file: who is in a swarm that stands, by its schema (config/robots.schema.json). */
import type { FromSchema } from "json-schema-to-ts";
import { z } from "zod";
import { InvalidInputError, readOrRefuse } from "../base/errors";
import { readText } from "../base/platform";
import { parseYaml } from "../base/yaml";
import { arenaRadius, middleOf } from "./arena";
import { checked } from "./file_check";
import { ROBOTS } from "./generated/robots";
import { kindNamed, kindOfRobot, kindsOf } from "./kinds";
import type { Game } from "./model";

type RobotsFile = FromSchema<typeof ROBOTS>;
type BodyFile = NonNullable<RobotsFile["lead"]>;

export interface SwarmBody {
  /** For people. */
  readonly name: string;
  /** Its agent's id: the ROS namespace, one name. */
  readonly namespace: string;
  /** Where its odometry began, map frame: m, m, rad; undefined: it is told otherwise. */
  readonly initialPose?: readonly number[];
  /** What moves it; undefined: as its agent's parameters say. */
  readonly output?: "cmd_vel" | "goal";
  /** Relative to its namespace, or absolute. */
  readonly topics: { readonly odom: string; readonly cmd_vel: string; readonly goal_pose: string };
}

export interface SwarmRobot extends SwarmBody {
  /** Index of its kind in the scenario. */
  readonly kind: number;
}

export interface Swarm {
  /** Those that are enabled; a robot's index is its place here. */
  readonly robots: readonly SwarmRobot[];
  /** Their namespaces. */
  readonly names: readonly string[];
  readonly lead: SwarmBody;
}

const SCHEMA = z.fromJSONSchema(ROBOTS as never);
const HELP = {
  document: "docs/robots_file.md",
  form: "ROS takes letters, digits and _, no digit first (and / in a topic's name)",
};

/**
 * Reads a robots file.
 * @throws InvalidInputError that names the file, the robot and what to change: a file that cannot be
 *   read, a key that does not belong there, two bodies of one name, a name that ROS refuses, a pose
 *   outside the arena, a kind that the scenario lacks
 */
export function loadSwarm(file: string, game: Game): Swarm {
  const remedy = `give a YAML file (${HELP.document})`;
  const data = readOrRefuse(`the robots file ${file}`, remedy, () => parseYaml(readText(file)));
  const said = checked(SCHEMA, data, file, HELP) as RobotsFile;
  const listed = said.robots.filter(({ enabled }) => enabled);
  if (listed.length === 0)
    throw new InvalidInputError(`${file}: no robot is enabled; set enabled: true for one at least`);
  const robots = listed.map((robot, index) => ({
    ...checkedBody(robot, game, file),
    kind: robot.kind
      ? kindNamed(robot.kind, game, `${file}: ${robot.name}: kind`)
      : kindOfRobot(kindsOf(game), index),
  }));
  const names = robots.map(({ namespace }) => namespace);
  const swarm = { robots, names, lead: checkedBody(said.lead ?? {}, game, file) };
  requireApart(swarm, file);
  return swarm;
}

function checkedBody(body: BodyFile, game: Game, file: string): SwarmBody {
  const { name = "lead", namespace = name, initial_pose: initialPose, output } = body;
  const middle = middleOf(game.arena);
  const reach = arenaRadius(game.arena);
  const [x, y] = initialPose ?? [middle.x, middle.y];
  if (Math.hypot(x - middle.x, y - middle.y) > reach)
    throw new InvalidInputError(
      `${file}: ${name}: initial_pose is outside the arena of ${game.name}, which ends ${reach.toFixed(1)} m from ${middle.x.toFixed(1)}, ${middle.y.toFixed(1)}; give x and y in metres of the map`,
    );
  const { odom = "odom", cmd_vel = "cmd_vel", goal_pose = "goal_pose" } = body.topics ?? {};
  return { name, namespace, initialPose, output, topics: { odom, cmd_vel, goal_pose } };
}

/** A body's topic as nodes of its fleet name it: where it is absolute, it is of all fleets (fleet.ts). */
export const inFleet = (namespace: string, topic: string): string =>
  topic.startsWith("/") ? `/${topic}` : `/${namespace}/${topic}`;

/** Two bodies of one name would be one for ROS, and two on one topic would drive each other. */
function requireApart({ robots, lead }: Swarm, file: string): void {
  const seen = new Map<string, string>();
  for (const { name, namespace, topics } of [...robots, lead]) {
    const used = Object.values(topics).map((topic) => inFleet(namespace, topic).replace("//", "/"));
    const own = [`the name ${name}`, `the namespace ${namespace}`, ...used];
    for (const one of own) {
      const other = seen.get(one);
      if (other !== undefined)
        throw new InvalidInputError(
          `${file}: two bodies have ${one}: ${other} and ${name}; give each its own`,
        );
      seen.set(one, name);
    }
  }
}
