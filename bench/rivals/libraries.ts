/** The rivals by a library (libraries.py), in the environment that scripts/setup.mjs makes. */
import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { z } from "zod";
import { packageRoot } from "../../src/base/package_root";
import type { Game } from "../../src/game/model";
import { encodeGame } from "../../src/policy/policy_file";

const inPackage = (...parts: string[]): string => join(packageRoot(), ...parts);
/** Measure, value and standard error. */
const row = z.tuple([z.string(), z.number(), z.number()]);
const toldSchema = z.strictObject({ rows: z.array(row), versions: z.array(z.string()) });

export const isLibrary = (way: string): boolean => way === "ippo" || way === "maddpg";

/** Installs what is missing. @returns whether all is there; what is wrong is on standard error */
export function installLibraries(): boolean {
  const args = [inPackage("scripts", "setup.mjs"), "--rivals"];
  return spawnSync(process.execPath, args, { stdio: "inherit" }).status === 0;
}

/** @param job with the seconds of a core to learn for, and how many shifts judge @throws Error of Python */
export function playedByLibrary(game: Game, job: object): z.infer<typeof toldSchema> {
  const PYTHONPATH = [".ros/rivals/packages", "python"].map((part) => inPackage(part)).join(":");
  const env = { ...process.env, PYTHONPATH };
  const python = inPackage(".ros/rivals/pip/bin/python3");
  const program = inPackage("bench", "rivals", "libraries.py");
  const args = ["-W", "ignore", program, JSON.stringify(job)];
  const told = execFileSync(python, args, { env, input: encodeGame(game) });
  return toldSchema.parse(JSON.parse(told.toString()));
}
