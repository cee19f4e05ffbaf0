/** Policy files of both formats, with what is in them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Game, PolicyPair } from "../../src/game/model";
import { parseScenario } from "../../src/game/scenario";
import { encodePolicy, type PolicyMetadata } from "../../src/policy/policy_file";
import { randomGame, randomScenario, root } from "../games";
import { madeMetadata, madePair, madePoints } from "./policies";

export const sizes = { sG: 2, aG: 3, sL: 3, aL: 2 };
export const game = randomGame(sizes, 1);
export const pair = madePair(game, 4);
export const metadata = madeMetadata(game, 4);
export const points = madePoints(game);
export const pointsMetadata: PolicyMetadata = {
  ...madeMetadata(game),
  backup: "points",
  pointsUsed: { points: 200, stop: "accuracy" },
  bounds: {
    ...{ lower: 1.25, upper: 1e21, upperPopulation: 1, limitUpper: -1e-7 },
    ...{ horizon: 50, horizonLower: 0.1, horizonUpper: 0.3, limitHorizonUpper: 0.2, error: 1e-3 },
  },
  ...{ globalGapBound: 0.5, teamEstimate: 3, teamBound: 3.5 },
};
/** With a shift's length, a Dirichlet law and a name that is not ASCII. */
export const shifts = parseScenario(
  JSON.stringify({
    ...randomScenario(sizes, 1),
    global_states: ['"Süd"', "北"],
    initial: { global: [0.25, 0.75], local: { dirichlet: 0.3 } },
    horizon: 50,
  }),
  "shifts",
);

/** Whose robots start by one of two laws. */
const startLaws = Float64Array.of(0.5, 0.5, 0, 0, 0.25, 0.75);
export const starts: Game = {
  ...game,
  initialLocal: { kind: "one_of", probabilities: startLaws },
};

/** Written by version 0.1.0 with `pair` and `metadata`, as caches hold such files. */
export const first = new Uint8Array(
  readFileSync(join(root, "test", "policy", "fixtures", "format_1.safetensors")),
);
const ofShifts = { scenarioSha256: shifts.sha256 };
export const command = madePoints(shifts, "command");
export const FILES: readonly [string, Uint8Array, PolicyPair, PolicyMetadata, Game][] = [
  ["of format 1", first, pair, metadata, game],
  ...(
    [
      ["with a table", pair, metadata, game],
      ["with a table, by the command", madePair(game, 4, "command"), metadata, game],
      ["with points", points, pointsMetadata, game],
      ["with points, by the command", command, { ...pointsMetadata, ...ofShifts }, shifts],
      ["with several initial laws", points, pointsMetadata, starts],
    ] as const
  ).map(([name, its, about, of]) => [name, encodePolicy(its, about, of), its, about, of] as const),
] as (typeof FILES)[number][];
export const withTable = FILES[1][1];
export const withPoints = FILES[3][1];

/** A file's header as text, and where its arrays begin. */
export function headerOf(bytes: Uint8Array): [header: string, dataAt: number] {
  const dataAt = 8 + Number(Buffer.from(bytes).readBigUInt64LE(0));
  return [Buffer.from(bytes.subarray(8, dataAt)).toString().trimEnd(), dataAt];
}

/** The file with its header's text changed, lengths kept right. */
export function withHeader(bytes: Uint8Array, change: (header: string) => string): Uint8Array {
  const [text, dataAt] = headerOf(bytes);
  const header = Buffer.from(change(text));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(header.length));
  return new Uint8Array(Buffer.concat([prefix, header, bytes.subarray(dataAt)]));
}
