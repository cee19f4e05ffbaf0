/** What a launch file starts, by stand-ins for launch and launch_ros (show_launch.py). */
import { join } from "node:path";
import { python } from "./checkout";

export interface Argument {
  readonly name: string;
  readonly default: string | null;
  readonly description: string | null;
  readonly choices: string[] | null;
}

export interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly value: string | number | boolean | number[];
}

export interface Action {
  readonly kind: string;
  readonly why?: string;
  readonly package?: string;
  readonly executable?: string;
  readonly namespace?: string;
  readonly respawn?: boolean;
  readonly respawn_delay?: number;
  /** By the exit status. */
  readonly on_exit?: Readonly<Record<string, { readonly kind: string; readonly reason: string }[]>>;
  readonly parameters?: readonly [string | object, ...Parameter[]];
  readonly remappings?: [string, string][];
  readonly ros_arguments?: string[];
  readonly arguments?: string[];
  readonly launch_arguments?: [string, string][];
  readonly cmd?: string[];
  readonly additional_env?: Readonly<Record<string, string>>;
  readonly msg?: string;
}

export interface Shown {
  readonly arguments: Argument[];
  readonly actions: Action[];
}

export const show = (file: string, ...given: string[]) =>
  python(["test/packaging/show_launch.py", join("launch", file), ...given]) as Shown;

const INSTALLED = ["gz", "ign", "ros_gz_bridge", "command_timeout"];
export const gazebo = ["robots:=2", `installed:=${INSTALLED.join(",")}`];
