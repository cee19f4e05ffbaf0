/** The Python package acts and filters as this one does, and refuses the same files. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keyedUniform } from "../../src/game/draws";
import { kindCounts } from "../../src/game/kinds";
import { broughtBack, limitOf, moveOf, rowTimes } from "../../src/game/limit";
import { type Game, type LocalForm, type PolicyPair, sizesOf } from "../../src/game/model";
import { parseScenario } from "../../src/game/scenario";
import { Lookahead, lowestBest, vectorsOf } from "../../src/policy/lookahead";
import { gapsInWords } from "../../src/policy/bounds";
import { Observation } from "../../src/policy/observation";
import { decodePolicy, encodeGame, encodePolicy } from "../../src/policy/policy_file";
import { messageOf, randomGame, randomLocalPolicy, randomScenario, root, shipped } from "../games";
import { madeMetadata, madePair } from "../policy/policies";
import * as files from "../policy/policy_files";
import { runPython, UNIT_TESTS } from "./package";

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "python-"))));
afterAll(() => rmSync(folder, { recursive: true }));

/** Observations of each game; and those of each of its three policies that a filter remembers. */
const OBSERVATIONS = 10_000;
const FILTERED = 600;
const ROBOTS = 60;

/** Three local states, which start by a Dirichlet law, and by one of two laws. */
const shifts = { ...(randomScenario({ sG: 2, aG: 3, sL: 3, aL: 2 }, 7) as { initial: object }) };
const drawn = parseScenario(
  JSON.stringify({ ...shifts, initial: { local: { dirichlet: 0.3 } }, horizon: 20 }),
  "drawn",
);
const laws = Float64Array.of(0.5, 0.5, 0, 0, 0.25, 0.75);
const GAMES: readonly [string, Game, tableSize: number][] = [
  ...(["dock_dispatch", "dock_dispatch_mixed", "ring_dispatch", "warehouse"] as const).map(
    (name): [string, Game, number] => [name, shipped(name), name === "warehouse" ? 2 : 4],
  ),
  ["a Dirichlet law", drawn, 5],
  ["two laws", { ...drawn, initialLocal: { kind: "one_of", probabilities: laws } }, 3],
  ["one of everything", randomGame({ sG: 1, aG: 1, sL: 1, aL: 1 }, 2), 3],
  ["many actions", randomGame({ sG: 4, aG: 9, sL: 6, aL: 5 }, 3), 4],
  ["many states", randomGame({ sG: 7, aG: 2, sL: 9, aL: 2 }, 4, 0.5), 3],
];

/** Plans of one command always. By a local policy that knows no direction, many are worth the same. */
function plansPair(game: Game, form: LocalForm): PolicyPair {
  const { sG, aG, sL, aL } = sizesOf(game);
  const rows = form === "state" ? new Float64Array(sL * sG * aL).fill(1 / aL) : undefined;
  const localPolicy = Float32Array.from(rows ?? randomLocalPolicy(sizesOf(game), 5, form));
  const limit = limitOf(game, localPolicy);
  const states = [...Array(sG).keys()];
  const plans = [...Array(aG).keys()].map((a) => {
    let values = states.map(() => new Float64Array(sL));
    for (let epoch = 0; epoch < 40; epoch++) {
      values = states.map((g) => {
        const [row, move] = [g * aG + a, moveOf(limit, g, a)];
        const ahead = Float64Array.from({ length: sL }, (_, s) =>
          rowTimes(
            limit.lead,
            row,
            values.map((vector) => vector[s]),
          ),
        );
        const back = broughtBack(limit, move, ahead, new Float64Array(sL));
        return back.map((v, s) => limit.globalReward[row] + move.reward[s] + game.discount * v);
      });
    }
    return values;
  });
  return {
    localPolicy,
    vectors: Float32Array.from(states.flatMap((g) => plans.flatMap((of) => Array.from(of[g])))),
    vectorState: Uint16Array.from(states.flatMap((g) => plans.map(() => g))),
    vectorAction: Uint16Array.from(states.flatMap(() => plans.map((_, a) => a))),
  };
}

/** One policy with what it sees, and what is done with it here. */
interface Run {
  readonly policy: string;
  readonly population: number | readonly number[];
  readonly counted: number;
  readonly acted: Uint8Array;
  readonly believed: Float64Array;
  /** Rows in which not the best value but the lowest of those that tie decides. */
  readonly ties: number;
}

function play(name: string, game: Game, pair: PolicyPair, rows: number, file: string): Run {
  const { sG, aG, sL } = sizesOf(game);
  const uniform = keyedUniform(rows, "learn", name);
  const { kinds = [] } = game;
  const population = kinds.length > 0 ? kindCounts(kinds, ROBOTS) : ROBOTS;
  const width = 1 + sL;
  const seen = new Int32Array(rows * width);
  const acted = new Uint8Array(rows);
  const believed: number[] = [];
  const sample = new Observation(game, pair, "sample", ROBOTS);
  const memory = new Observation(game, pair, "filter", population);
  const limit = limitOf(game, pair.localPolicy);
  const lookahead =
    "vectors" in pair ? new Lookahead(limit, vectorsOf(pair, limit.sizes)) : undefined;
  let ties = 0;
  for (let row = 0; row < rows; row++) {
    const g = Math.floor(uniform() * sG);
    const counts = seen.subarray(row * width + 1, (row + 1) * width);
    seen[row * width] = g;
    for (let asked = 1 + Math.floor(uniform() * 20); asked > 0; asked--)
      counts[Math.floor(uniform() * sL)]++;
    const epoch = row - (rows - FILTERED);
    const own = epoch < 0 ? sample : memory;
    if (epoch % 50 === 0) memory.reset();
    own.observe(counts);
    acted[row] = own.decide(g);
    if (epoch >= 0) believed.push(...own.belief, own.variance);
    lookahead?.look(g, own.belief);
    if (lookahead && lowestBest(lookahead.q, 0) !== acted[row]) ties++;
    own.predict(g, acted[row]);
  }
  const metadata = madeMetadata(game, "tableSize" in pair ? pair.tableSize : undefined);
  writeFileSync(`${file}.safetensors`, encodePolicy(pair, metadata, game));
  writeFileSync(`${file}.seen`, seen);
  expect(Math.max(...acted)).toBeLessThan(aG);
  const counted = rows - FILTERED;
  return { policy: file, population, counted, acted, believed: Float64Array.from(believed), ties };
}

test("actions are the same on 10,000 observations of each game, and beliefs within 1e-12", () => {
  const runs = GAMES.flatMap(([name, game, tableSize]) => {
    const pairs = [madePair(game, tableSize), plansPair(game, "state"), plansPair(game, "command")];
    return pairs.map((pair, i) => {
      const rows = Math.ceil(OBSERVATIONS / pairs.length);
      return play(name, game, pair, rows, join(folder, `${name.replaceAll(" ", "_")}_${i}`));
    });
  });
  const told = runs.map(({ policy, population, counted }) => ({ policy, population, counted }));
  const { status, stderr } = runPython([
    join(root, "test/python/act.py"),
    "/",
    JSON.stringify(told),
  ]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  for (const { policy, acted, believed } of runs) {
    const file = (kind: string): Buffer => readFileSync(`${policy}.${kind}`);
    const wrong = [...file("acted")].findIndex((action, row) => action !== acted[row]);
    expect({ policy, wrong, count: file("acted").length }).toEqual({
      ...{ policy, wrong: -1, count: acted.length },
    });
    const theirs = new Float64Array(Uint8Array.from(file("believed")).buffer);
    expect(theirs).toHaveLength(believed.length);
    const far = believed.findIndex((x, i) => !(Math.abs(x - theirs[i]) <= 1e-12 * Math.abs(x)));
    expect({ policy, far }).toEqual({ policy, far: -1 });
  }
  const ties = runs.reduce((sum, run) => sum + run.ties, 0);
  console.log(`${ties} observations were decided by the rule of ties`);
  expect(ties).toBeGreaterThan(100);
});

const { game, pair, points, metadata, pointsMetadata, withTable, withPoints, withHeader } = files;
const forged = (change: object): Uint8Array => encodePolicy({ ...pair, ...change }, metadata, game);
const REFUSED: readonly Uint8Array[] = [
  new Uint8Array(0),
  withTable.subarray(0, 7),
  withTable.subarray(0, 700),
  withTable.subarray(0, -3),
  new Uint8Array([...withPoints, 0]),
  Uint8Array.of(1, 0, 1, 0, 0, 0, 0, 0, 9),
  Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7b),
  withHeader(withTable, (text) => text.replace("policy 2", "policy 3")),
  withHeader(withTable, (text) => text.replace('"seed"', '"Seed":"1","seed"')),
  withHeader(withTable, (text) => text.replace('"seed"', '"discount"')),
  withHeader(withTable, (text) => text.replace('"global_values"', '"global_worth"')),
  withHeader(withTable, (text) =>
    text.replace(/^\{/, '{"more":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},'),
  ),
  withHeader(withPoints, (text) => text.replace('"F32"', '"F64"')),
  withHeader(files.first, (text) => text.replace("[3,2,2]", "[3,2,999]")),
  withTable.map((byte, i) => (i === withTable.length - 1 ? byte ^ 1 : byte)),
  forged({ globalPolicy: new Uint8Array(30).fill(3) }),
  forged({ localPolicy: new Float32Array(12).fill(0.25) }),
  forged({ localPolicy: Float32Array.from({ length: 12 }, (_, i) => (i % 2 ? 1.5 : -0.5)) }),
  encodePolicy({ ...points, vectorState: Uint16Array.of(0, 0, 0) }, pointsMetadata, game),
  encodePolicy(pair, { ...metadata, scenarioSha256: "0".repeat(64) }, game),
  encodeGame(game),
];

test("files are read with all that is in them, and refused with the same words", () => {
  const all = [...files.FILES.map(([, bytes]) => bytes), ...REFUSED];
  all.forEach((bytes, i) => writeFileSync(join(folder, `${i}`), bytes));
  const script = `
import json, sys
from alternating_marl_policy import InvalidInputError, decode_game, decode_policy
for file in range(${all.length}):
    try:
        policy = decode_policy(open(f"{sys.argv[1]}/{file}", "rb").read(), "p")
        print(json.dumps([policy.sha256, policy.local_policy.ravel().tolist(), policy.metadata["global_gap_interval"]]))
    except InvalidInputError as error:
        print(json.dumps(str(error)))
print(json.dumps(decode_game(open(f"{sys.argv[1]}/{file}", "rb").read(), "g").sha256))
`;
  const { stdout, stderr } = runPython(["-c", script, folder]);
  expect(stderr).toBe("");
  const told = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
  files.FILES.forEach(([, bytes, { localPolicy }, { globalGapInterval }], i) => {
    const { sha256 } = decodePolicy(bytes, "p");
    expect(told[i]).toEqual([sha256, Array.from(localPolicy), globalGapInterval]);
  });
  const wanted = REFUSED.map((bytes) => messageOf(() => decodePolicy(bytes, "p")));
  // The last of them is a game's.
  expect(told.slice(files.FILES.length)).toEqual([...wanted, game.sha256]);
});

test("the inspector says what a file is, in the words of evaluate where it has gaps", () => {
  const file = join(folder, "dock.safetensors");
  const inspected = () =>
    runPython(["-m", "alternating_marl_policy.inspect", "dock.safetensors"], folder);
  for (const [, bytes, , metadata] of files.FILES) {
    writeFileSync(file, bytes);
    const { status, stdout } = inspected();
    expect(status).toBe(0);
    const gaps = gapsInWords(metadata);
    for (const words of [metadata.scenarioSha256.slice(0, 12), gaps.global, gaps.local])
      expect(stdout).toContain(words);
    expect(stdout).toContain(`SHA-256 of the file ${decodePolicy(bytes, "p").sha256}`);
  }
  writeFileSync(file, withTable.subarray(0, 700));
  const { status, stdout, stderr } = inspected();
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(/^dock.safetensors is not a policy file that can be used: its header of/);
});

test("the package's own tests pass without ROS, but for those of its environments", () => {
  const { status, stdout } = runPython(
    ["-m", "pytest", "-q", "-p", "no:cacheprovider", UNIT_TESTS],
    folder,
  );
  expect({ status, stdout: status === 0 ? "" : stdout }).toEqual({ status: 0, stdout: "" });
  expect(stdout).toMatch(/^\d+ passed/m);
});
