import { HistogramIndex } from "../../src/game/histogram";
import { sizesOf } from "../../src/game/model";
import { Observation } from "../../src/policy/observation";
import { pictureOf } from "../../src/policy/picture";
import { randomGame } from "../games";
import { madePair } from "./policies";

const game = randomGame({ sG: 2, aG: 3, sL: 3, aL: 2 }, 1);
const sizes = sizesOf(game);
const K = 4;
const pair = madePair(game, K);

test("at the belief's own share every strip shows the action that is taken", () => {
  const observation = new Observation(game, pair, "sample", 100);
  const counts = [1, 2, 1];
  observation.observe(counts);
  const picture = pictureOf(pair, sizes, observation.belief);
  expect(picture.map((strips) => strips.map((strip) => strip.length))).toEqual(
    Array(sizes.sG).fill(Array(sizes.sL).fill(K + 1)),
  );
  for (let s = 0; s < sizes.sG; s++) {
    counts.forEach((count, zone) => expect(picture[s][zone][count]).toBe(observation.decide(s)));
  }
});

test("at the ends all robots are in the zone, or none is and the others keep their proportions", () => {
  const index = new HistogramIndex(sizes.sL, K);
  const at = (s: number, histogram: number[]): number =>
    pair.globalPolicy[s * index.count + index.indexOf(Int32Array.from(histogram))];
  const picture = pictureOf(pair, sizes, [0.5, 0.25, 0.25]);
  expect(picture[1][0][K]).toBe(at(1, [K, 0, 0]));
  expect(picture[1][0][0]).toBe(at(1, [0, 2, 2]));
  // Nobody else is anywhere: they are spread evenly.
  expect(pictureOf(pair, sizes, [1, 0, 0])[0][0][0]).toBe(at(0, [0, 2, 2]));
});

test("a picture that nobody could look at is not drawn", () => {
  expect(pictureOf({ ...pair, tableSize: 5000 }, sizes, [1, 0, 0])).toEqual([]);
});
