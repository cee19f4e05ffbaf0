import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { obtainPolicy } from "../../src/nodes/learned_policy";
import { randomGame } from "../games";

const cache = mkdtempSync(join(tmpdir(), "policies-"));
afterAll(() => rmSync(cache, { recursive: true }));

test("a game of more local states than tables are for is learned at points, and kept", async () => {
  const options = { tableSize: 0, population: 20, seed: 1, cache };
  const large = randomGame({ sG: 2, aG: 2, sL: 8, aL: 2 }, 1);
  const { file, policy, wasCached } = await obtainPolicy(large, options);
  expect([wasCached, policy.metadata.tableSize]).toEqual([false, undefined]);
  expect(basename(file)).toMatch(/^random_1-points-[0-9a-f]{16}\.safetensors$/);
  expect(await obtainPolicy(large, options)).toMatchObject({ file, wasCached: true });
  const small = randomGame({ sG: 2, aG: 2, sL: 7, aL: 2 }, 1);
  const table = await obtainPolicy(small, { ...options, population: 3 });
  expect(table.policy.metadata.tableSize).toBe(3);
  const asked = await obtainPolicy(large, { ...options, tableSize: 2 });
  expect(asked.policy.metadata.tableSize).toBe(2);
});
