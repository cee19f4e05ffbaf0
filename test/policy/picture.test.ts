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
import { randomGame, randomLocalPolicy } from "../games";
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
  const { actions, plan } = pictureOf(game, pair, 0, Array.from(observation.belief));
  expect(actions.map((strips) => strips.map((strip) => strip.length))).toEqual(
    Array(sizes.sG).fill(Array(sizes.sL).fill(K + 1)),
  );
  for (let s = 0; s < sizes.sG; s++) {
    counts.forEach((count, zone) => expect(actions[s][zone][count]).toBe(observation.decide(s)));
  }
  expect(plan).toBeNull();
});

test("at the ends all robots are in the zone, or none is and the others keep their proportions", () => {
  const index = new HistogramIndex(sizes.sL, K);
  const at = (s: number, histogram: number[]): number =>
    pair.globalPolicy[s * index.count + index.indexOf(Int32Array.from(histogram))];
  const { actions } = pictureOf(game, pair, 0, [0.5, 0.25, 0.25]);
  expect(actions[1][0][K]).toBe(at(1, [K, 0, 0]));
  expect(actions[1][0][0]).toBe(at(1, [0, 2, 2]));
  // Nobody else is anywhere: they are spread evenly.
  expect(pictureOf(game, pair, 0, [1, 0, 0]).actions[0][0][0]).toBe(at(0, [0, 2, 2]));
});

const isDrawn = ({ actions }: { readonly actions: number[][][] }): boolean[] =>
  actions.map((strips) => strips.length > 0);

test("of a large table the present place is drawn alone", () => {
  const drawn = (tableSize: number) =>
    isDrawn(pictureOf(game, { ...madePair(game, 20), tableSize }, 1, LAW));
  expect(drawn(20)).toEqual([true, true]);
  expect(drawn(5000)).toEqual([false, true]);
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
      pictureOf(larger, points, 0, belief).actions.forEach((strips, s) =>
        strips.forEach((strip, zone) => {
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
        }),
      );
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

test("where a picture would take long the present place is drawn alone", () => {
  const wide = randomGame({ sG: 12, aG: 2, sL: 12, aL: 2 }, 3);
  const law = Array<number>(12).fill(1 / 12);
  const drawn = (count: number) => isDrawn(pictureOf(wide, madePoints(wide, count), 4, law));
  expect(drawn(10)).toEqual(Array(12).fill(true));
  expect(drawn(400)).toEqual(Array.from({ length: 12 }, (_, s) => s === 4));
});
