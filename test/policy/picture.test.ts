import { finish } from "../../src/base/steps";
import { HistogramIndex } from "../../src/game/histogram";
import { limitOf } from "../../src/game/limit";
import {
  type Game,
  type LocalForm,
  type PointsPair,
  type PolicyPair,
  sizesOf,
} from "../../src/game/model";
import { Lookahead, vectorsOf } from "../../src/policy/lookahead";
import { Observation } from "../../src/policy/observation";
import { drawingOf } from "../../src/policy/picture";
import { randomGame, randomLocalPolicy, shipped } from "../games";
import { madePair } from "./policies";

const game = randomGame({ sG: 2, aG: 3, sL: 3, aL: 2 }, 1);
const sizes = sizesOf(game);
const K = 4;
const pair = madePair(game, K);

const pictureOf = (of: Game, policy: PolicyPair, globalState: number, belief: number[]) =>
  finish(drawingOf(of, policy)(globalState, belief));

test("at the belief's own share every strip shows the action that is taken", () => {
  const observation = new Observation(game, pair, "sample", 100);
  const counts = [1, 2, 1];
  observation.observe(counts);
  for (let s = 0; s < sizes.sG; s++) {
    const { actions, plan } = pictureOf(game, pair, s, Array.from(observation.belief));
    expect(actions.map((strip) => strip.length)).toEqual(Array(sizes.sL).fill(K + 1));
    counts.forEach((count, zone) => expect(actions[zone][count]).toBe(observation.decide(s)));
    expect(plan).toBeNull();
  }
});

test("at the ends all robots are in the zone, or none is and the others keep their proportions", () => {
  const index = new HistogramIndex(sizes.sL, K);
  const at = (s: number, histogram: number[]): number =>
    pair.globalPolicy[s * index.count + index.indexOf(Int32Array.from(histogram))];
  const { actions } = pictureOf(game, pair, 1, [0.5, 0.25, 0.25]);
  expect(actions[0][K]).toBe(at(1, [K, 0, 0]));
  expect(actions[0][0]).toBe(at(1, [0, 2, 2]));
  // Nobody else is anywhere: they are spread evenly.
  expect(pictureOf(game, pair, 0, [1, 0, 0]).actions[0][0]).toBe(at(0, [0, 2, 2]));
});

test("a strip goes to where all robots of its kind are there, and the other kinds stay as they are", () => {
  const mixed = shipped("dock_dispatch_mixed");
  const points = madePoints(mixed, 6);
  const limit = limitOf(mixed, points.localPolicy);
  const lookahead = new Lookahead(limit, vectorsOf(points, limit.sizes));
  const belief = [0.3, 0.1, 0.1, 0.1, 0, 0.05, 0.05, 0, 0.1, 0.2];
  const at = (s: number, law: number[]): number => {
    lookahead.look(s, Float64Array.from(law));
    return lookahead.action;
  };
  for (const s of mixed.globalStates.keys()) {
    const { actions } = pictureOf(mixed, points, s, belief);
    expect(actions[1].at(-1)).toBe(at(s, [0, 0.6, 0, 0, 0, ...belief.slice(5)]));
    expect(actions[1][0]).toBe(at(s, [0.36, 0, 0.12, 0.12, 0, ...belief.slice(5)]));
    expect(actions[5].at(-1)).toBe(at(s, [...belief.slice(0, 5), 0.4, 0, 0, 0, 0]));
    // Nobody else of the kind is anywhere.
    const alone = [...belief.slice(0, 5), 0, 0, 0, 0, 0.4];
    expect(pictureOf(mixed, points, s, alone).actions[9][0]).toBe(
      at(s, [...belief.slice(0, 5), 0.1, 0.1, 0.1, 0.1, 0]),
    );
  }
});

const LAW = [0.5, 0.2, 0.3];

/** `count` vectors of each s_g, made up. */
function madePoints(of: Game, count: number, form: LocalForm = "state"): PointsPair {
  const { sG, aG, sL } = sizesOf(of);
  const vectorState = Uint16Array.from({ length: sG * count }, (_, i) => Math.floor(i / count));
  return {
    localPolicy: Float32Array.from(randomLocalPolicy(sizesOf(of), 1, form)),
    vectors: Float32Array.from(
      { length: sG * count * sL },
      (_, i) => 5 * Math.sin(i * i) * (i % 5),
    ),
    vectorState,
    vectorAction: vectorState.map((_, i) => (i * 7) % aG),
  };
}

test.each(["state", "command"] as const)(
  "strips of a policy by vectors are what it looks ahead to at each share (%s)",
  (form) => {
    const larger = randomGame({ sG: 3, aG: 4, sL: 5, aL: 2 }, 2);
    const points = madePoints(larger, 6, form);
    const limit = limitOf(larger, points.localPolicy);
    const lookahead = new Lookahead(limit, vectorsOf(points, limit.sizes));
    const seen = new Set<number>();
    for (const belief of [
      [0.1, 0.3, 0.05, 0.5, 0.05],
      [0, 0, 1, 0, 0],
    ]) {
      for (const s of [0, 1, 2])
        pictureOf(larger, points, s, belief).actions.forEach((strip, zone) => {
          expect(strip).toHaveLength(21);
          strip.forEach((action, j) => {
            const rest = 1 - belief[zone];
            const law = belief.map((p, other) =>
              other === zone ? j / 20 : (1 - j / 20) * (rest > 0 ? p / rest : 1 / 4),
            );
            lookahead.look(s, law);
            expect(action).toBe(lookahead.action);
            seen.add(action);
          });
        });
    }
    expect(seen.size).toBeGreaterThan(2);
  },
);

test("the plan named is the vector that is best at the belief, with its action", () => {
  const points = madePoints(game, 7);
  const values = Array.from({ length: 7 }, (_, i) =>
    LAW.reduce((sum, p, s) => sum + p * points.vectors[(7 + i) * 3 + s], 0),
  );
  const best = values.indexOf(Math.max(...values));
  expect(pictureOf(game, points, 1, LAW).plan).toEqual({
    number: best + 1,
    of: 7,
    action: points.vectorAction[7 + best],
  });
});
