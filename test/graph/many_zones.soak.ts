import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { packageRoot } from "../../src/base/package_root";

const START = join(packageRoot(), "dist", "src", "cli", "start.js");

/** In a soak: learning for fifty zones takes both cores for a minute. */
test("a map of fifty zones is learned without a table, and runs", () => {
  const filter = ["--observation", "filter"];
  const args = ["--scenario", "examples/scenario/depot.yaml", "--world", "abstract", ...filter];
  const env = { ...process.env };
  delete env.ROS_DOMAIN_ID;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [START, ...args, "--headless", "--json", "--seconds", "120"],
    { encoding: "utf8", env },
  );
  expect(status).toBe(0);
  expect(stderr).toMatch(
    /learning a policy for depot, at points, as there are too many|from the cache/,
  );
  const summary = JSON.parse(stdout) as { policy: object };
  expect(summary).toMatchObject({
    scenario: "depot",
    epochs: 20,
    missedEpochs: 0,
    staleActions: 0,
  });
  expect(summary.policy).not.toHaveProperty("tableSize");
}, 300_000);
