import { SwarmProcesses } from "../../src/cli/swarm_processes";

const SPEC = { name: "one", node: "one", file: "test/cli/fixtures/last_word.js", parameters: {} };
/** This process hears nothing for so long, ms: the other one has said all by then. */
const BUSY_MS = 1000;

test("what a process said is heard, all of it, before its end, where this one was busy meanwhile", async () => {
  const heard: string[] = [];
  await new Promise<void>((resolve) => {
    const swarm = new SwarmProcesses(process.env, {
      onReport: ({ type }) => heard.push(type),
      onEnd: (name, how, fate) => resolve(void heard.push(`${name} ended ${how}: ${fate}`)),
    });
    swarm.start(SPEC);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY_MS);
  });
  expect(heard.slice(0, -1)).toEqual(new Array(2000).fill("paused"));
  expect(heard.at(-1)).toBe("one ended with status 0: fatal");
});
