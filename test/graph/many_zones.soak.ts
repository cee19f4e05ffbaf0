import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../../src/base/package_root";

/** Learning for fifty zones takes both cores for a minute, for two kinds seconds: too long for npm test. */

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "zones-"));
  symlinkSync(join(packageRoot(), "examples"), join(folder, "examples"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs `npm run` or `npm start` with these words, in `folder`. */
function run(words: string) {
  const [name, , ...args] = words.split(" ");
  const env = { ...process.env };
  delete env.ROS_DOMAIN_ID;
  const program = join(packageRoot(), "dist", "src", "cli", `${name}.js`);
  return spawnSync(process.execPath, [program, ...args], { cwd: folder, encoding: "utf8", env });
}

test.each([
  [
    "learn -- --scenario examples/scenario/depot.yaml --time-limit 60 --out depot.safetensors",
    /a policy for depot, \d+ vectors from \d+ points/,
  ],
  [
    "evaluate -- --scenario examples/scenario/depot.yaml --policy depot.safetensors --sample-size 10 --observation filter",
    /depot: 1000 robots, 10 asked an epoch \(filter\)/,
  ],
  [
    "learn -- --scenario dock_dispatch_mixed --robots 30 --time-limit 60 --out mixed.safetensors",
    /a policy for dock_dispatch_mixed, \d+ vectors from \d+ points/,
  ],
  [
    "evaluate -- --policy mixed.safetensors --robots 30 --sample-size 10 --sampling by_kind",
    /dock_dispatch_mixed: 30 robots, 10 asked an epoch by kind \(sample\)/,
  ],
])(
  "the documents' command %s",
  (words, prints) => {
    const { status, stdout } = run(words);
    expect(status).toBe(0);
    expect(stdout).toMatch(prints);
  },
  300_000,
);

test("a map of fifty zones is learned without a table, and runs", () => {
  const filter = ["--observation", "filter"];
  const args = ["--scenario", "examples/scenario/depot.yaml", "--world", "abstract", ...filter];
  const given = [...args, "--headless", "--json", "--seconds", "120"].join(" ");
  const { status, stdout, stderr } = run(`start -- ${given}`);
  expect(status).toBe(0);
  expect(stderr).toMatch(
    /learning a policy for depot, at points, as there are too many|from the cache/,
  );
  const summary = JSON.parse(stdout) as { policy: object };
  const ran = { scenario: "depot", epochs: 20, missedEpochs: 0, staleActions: 0 };
  expect(summary).toMatchObject(ran);
  expect(summary.policy).not.toHaveProperty("tableSize");
}, 300_000);
