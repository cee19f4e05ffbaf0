import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ParameterMap } from "../../src/cli/swarm_description";
import { packageRoot } from "../../src/base/package_root";
import { claimDomain } from "../../src/ros/domain";
import { Child } from "./child";
import { secondsOfProduct } from "./lateness";
import { monotonic } from "./peer";
import { environmentOf, PACED, startSwarm } from "./swarm";
import { PATIENCE_S, within } from "./wait";

/** A process ends within this time of being told to, s. */
const ENDED = 2;

/** Program, invalid parameters, exit status, and what the error says. */
const UNUSABLE: readonly [string, ParameterMap, number, RegExp][] = [
  ["src/nodes/local_agent.js", { robots: -1 }, 2, /robots is -1; it must be .* 0 to 1000/],
  ["src/nodes/global_agent.js", { sample_size: "many" }, 2, /sample_size is "many"; it must be/],
  ["src/nodes/lead_agent.js", { cmd_vel_timeout: 9 }, 2, /cmd_vel_timeout is 9; it must be/],
  ["sim/simulator.js", { fidelity: "fast" }, 2, /fidelity is "fast"; it must be one of motion/],
  ["sim/simulator.js", { scenario: "dock_dispatch", population: 9000 }, 2, /give zones a radius/],
  ["src/nodes/learner.js", { scenario: "nowhere" }, 2, /scenario "nowhere" cannot be read/],
  [
    "src/nodes/learner.js",
    { scenario: "dock_dispatch", policy_file: "nowhere" },
    2,
    /the policy file nowhere cannot be read: ENOENT.*; give the path/,
  ],
  ["src/nodes/local_agent.js", { scenario: "SCENARIO", robots: 1 }, 2, /broken\.yaml/],
  ["src/nodes/local_agent.js", { robots: 0 }, 2, /needs its robot's namespace; give -r __ns/],
  ["src/nodes/local_agent.js", { robots: 3, population: 2 }, 2, /give population:=N/],
  [
    "src/nodes/global_agent.js",
    { scenario: "dock_dispatch", policy_file: "POLICY" },
    2,
    /broken\.safetensors is not a policy file .*; give a file/,
  ],
];

test("a parameter or file that cannot be used ends a node with one sentence, and nothing is written", async () => {
  const folder = mkdtempSync(join(tmpdir(), "unusable-"));
  const domain = await claimDomain();
  const files = {
    SCENARIO: join(folder, "broken.yaml"),
    POLICY: join(folder, "broken.safetensors"),
  };
  writeFileSync(files.SCENARIO, "name: half\n");
  writeFileSync(files.POLICY, "not a policy file");
  const children = UNUSABLE.map(([file, parameters]) => {
    const filled = JSON.stringify({
      ...parameters,
      ...(file.endsWith("learner.js") ? { cache: folder } : {}),
    }).replace(/SCENARIO|POLICY/, (name) => files[name as keyof typeof files]);
    return new Child(environmentOf(domain), file, {
      parameters: JSON.parse(filled) as ParameterMap,
    });
  });
  try {
    for (const [i, [, , status, words]] of UNUSABLE.entries()) {
      const ended = await children[i].ended;
      expect(ended.lines.join("\n")).toMatch(words);
      expect(ended.lines).toHaveLength(1);
      expect(ended.status).toBe(status);
    }
    expect(readdirSync(folder).sort()).toEqual(["broken.safetensors", "broken.yaml"]);
  } finally {
    await Promise.all(children.map((child) => child.end()));
    domain.release();
    rmSync(folder, { recursive: true, force: true });
  }
});

test.each([
  [["-r", "__ns:=/robot-3"], {}, /^ROS refuses -r __ns:=\/robot-3: .*; a name is made of letters/],
  [["--params-file", "/no/such"], {}, /^ROS refuses --params-file \/no\/such: .*; give a file/],
  [[], { ROS_DOMAIN_ID: "233" }, /^ROS_DOMAIN_ID is "233"; set a whole number from 0 to 232/],
  [["-p", "robots:=-1"], { ROS_LOG_DIR: "/proc/none" }, /^parameter robots is -1/],
])(
  "what ROS refuses is said truly, with status 2, and a log folder is found: %j %j",
  async (rosArgs, more, words) => {
    const domain = await claimDomain();
    const environment = { ...environmentOf(domain), ...more };
    const child = new Child(environment, "src/nodes/local_agent.js", { rosArgs });
    try {
      const { status, lines } = await child.ended;
      expect(lines.at(-1)).toMatch(words);
      expect(status).toBe(2);
    } finally {
      await child.end();
      domain.release();
    }
  },
);

test("a section of a parameter file that names a namespace is heard", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sections-"));
  const domain = await claimDomain();
  const file = join(folder, "robots.yaml");
  writeFileSync(file, "/*/local_agent:\n  ros__parameters: { robots: -010 }\n");
  const rosArgs = ["-r", "__ns:=/robot_3", "--params-file", file];
  const child = new Child(environmentOf(domain), "src/nodes/local_agent.js", { rosArgs });
  try {
    expect(await child.ended).toMatchObject({
      status: 2,
      lines: [expect.stringMatching(/robots is -8; it must be/)],
    });
  } finally {
    await child.end();
    domain.release();
    rmSync(folder, { recursive: true, force: true });
  }
});

test("a process whose end is blocked for ever is gone within 2 s with status 0 all the same", async () => {
  const domain = await claimDomain();
  const program = join(packageRoot(), "dist", "test", "graph", "fixtures", "blocked_node.js");
  const child = spawn(process.execPath, [program], { env: environmentOf(domain) });
  try {
    await once(child.stderr, "data");
    const asked = monotonic();
    child.kill("SIGINT");
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(secondsOfProduct("SIGINT: blocked, ended", asked, monotonic())).toBeLessThan(ENDED);
  } finally {
    child.kill("SIGKILL");
    domain.release();
  }
});

test("a node whose starter is gone before it listens ends by itself", async () => {
  const domain = await claimDomain();
  const program = join(packageRoot(), "dist", "src", "nodes", "lead_agent.js");
  const child = fork(program, ["--ros-args", "-r", "__ns:=/lead"], {
    env: environmentOf(domain),
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  const ended = once(child, "exit");
  try {
    child.disconnect();
    expect(await within("the node's end", ended, PATIENCE_S)).toEqual([0, null]);
  } finally {
    child.kill("SIGKILL");
    domain.release();
  }
});

test.each(["SIGINT", "SIGTERM"] as const)(
  "%s ends each process of a running swarm with status 0 within 2 s",
  async (signal) => {
    const swarm = await startSwarm({ programs: PACED, robots: 4, sampleSize: 2, tableSize: 2 });
    try {
      await swarm.epochs(2);
      const asked = monotonic();
      const names = ["simulator", "local_agents_0", "lead_agent", "global_agent", "learner"];
      for (const name of names) swarm.kill(name, signal);
      const ends = await Promise.all(names.map((name) => swarm.exit(name)));
      const seconds = secondsOfProduct(`${signal}: all ended`, asked, monotonic());
      expect(ends).toEqual(names.map(() => "with status 0"));
      expect(seconds).toBeLessThan(ENDED);
    } finally {
      await swarm.end();
    }
  },
);
