import { HistogramIndex } from "../../src/game/histogram";
import { elevate } from "../../src/learning/elevation";

/** C(n, k) */
const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k);

test("values of a larger table are the mean over its random sub-samples", async () => {
  const [states, from, size] = [3, 2, 5];
  const small = new HistogramIndex(states, from);
  const large = new HistogramIndex(states, size);
  const values = Float64Array.from({ length: 2 * small.count }, (_, i) => Math.sin(i));
  const elevated = await elevate(values, 2, states, from, size);
  large.forEach((counts, h) => {
    for (const g of [0, 1]) {
      let mean = 0;
      small.forEach((chosen, at) => {
        let ways = 1;
        for (let s = 0; s < states; s++)
          ways *= chosen[s] > counts[s] ? 0 : choose(counts[s], chosen[s]);
        mean += (ways / choose(size, from)) * values[g * small.count + at];
      });
      expect(elevated[g * large.count + h]).toBeCloseTo(mean, 12);
    }
  });
});

test("an interrupted elevation rejects with the reason", async () => {
  const stop = AbortSignal.abort(new Error("enough"));
  await expect(elevate(new Float64Array(3), 1, 2, 2, 4, stop)).rejects.toThrow("enough");
});
