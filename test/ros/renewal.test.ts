/** When a fresh participant takes over, and when the one before ends. */
import { Renewal } from "../../src/ros/renewal";
import { StateSubscriptions } from "../../src/nodes/state_subscriptions";
import { RosClock } from "../../src/ros/clock";
import type { GLOBAL_AGENT_PARAMETERS } from "../../src/ros/generated/parameters";
import * as running from "../../src/ros/process";
import { playedNode } from "../support/played_node";

/** What is done with the thread that would end the process. */
const guarded: string[] = [];

beforeEach(() => {
  jest.useFakeTimers();
  guarded.length = 0;
  jest.spyOn(running, "leaveLater").mockImplementation((status) => {
    guarded.push(`to end with ${status}`);
    return { terminate: () => void guarded.push("terminated") } as never;
  });
});
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

const KEPT = 10;

/** A played node; participants beside it come when the test says so. */
function setup() {
  const asked: string[] = [];
  const ended: number[] = [];
  const warnings: string[] = [];
  let hasFound = false;
  let problem: Error | undefined;
  const by: unknown[] = [];
  let live = 0;
  const node = playedNode<typeof GLOBAL_AGENT_PARAMETERS>({
    name: "global_agent",
    log: { warn: (line: string) => void warnings.push(line) },
    parameters: { subscriptions_kept: KEPT },
    safely: (work: () => void) => work(),
    beside: (name: string) => {
      const id = asked.push(name);
      if (problem) return Promise.reject(problem);
      const end = (): void => {
        ended.push(id);
        guarded.push("ended");
      };
      return Promise.resolve({ node: { id }, end, hasFoundAll: () => hasFound });
    },
    subscribeSole: (topic: { by?: unknown }) => {
      by.push(topic.by);
      live++;
      return { destroy: () => void live-- };
    },
  });
  const states = new StateSubscriptions(node, new RosClock(false), 5, () => undefined);
  let epoch = 0;
  return {
    ...{ asked, ended, warnings, by, states, renewal: states.renewal },
    find: (found: boolean) => void (hasFound = found),
    fail: (error: Error | undefined) => void (problem = error),
    live: () => live,
    /** Epochs of two new robots beside one that is always asked. */
    epochs: async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) {
        states.renewal.step();
        states.keep(["robot_0", `robot_${++epoch}`, `robot_${1000 + epoch}`]);
        await Promise.resolve();
      }
    },
  };
}

type Id = { readonly id: number } | undefined;

test("after so many subscriptions a fresh participant makes all of them, once it has found what is there", async () => {
  const { asked, by, ended, epochs, find, live } = setup();
  await epochs(4);
  expect(asked).toEqual([]);
  await epochs(2);
  expect(asked).toEqual(["_global_agent_states"]);
  await epochs(20);
  expect(new Set(by)).toEqual(new Set([undefined]));
  find(true);
  by.length = 0;
  await epochs(1);
  // The robot that was asked before, too.
  expect(by.map((each) => (each as Id)?.id)).toEqual([1, 1, 1]);
  expect(live()).toBe(3);
  await epochs(3);
  expect(by).toHaveLength(3 + 2 * 3);
  expect([asked.length, ended]).toEqual([1, []]);
});

test("the one before ends 3 s after its last subscription, guarded against a deadlock", async () => {
  const { asked, ended, epochs, find, renewal } = setup();
  find(true);
  await epochs(8);
  expect(renewal.now?.node).toMatchObject({ id: 1 });
  // More than can be made until a participant is there.
  await epochs(510);
  expect(asked).toHaveLength(2);
  expect(renewal.now?.node).toMatchObject({ id: 2 });
  expect(ended).toEqual([]);
  jest.advanceTimersByTime(3000);
  await epochs(1);
  expect(guarded).toEqual(["to end with 1", "ended", "terminated"]);
  await epochs(1);
  expect(ended).toEqual([1]);
});

test("where no participant can be made it is said, and tried again later", async () => {
  const { asked, epochs, fail, renewal, warnings } = setup();
  fail(new Error("no port is free"));
  await epochs(7);
  expect(warnings).toEqual(["no fresh participant, so memory grows on: no port is free"]);
  expect(renewal.now).toBeUndefined();
  await epochs(510);
  expect(asked).toHaveLength(2);
});

test("0 keeps them all", () => {
  const { asked } = setup();
  const renewal = new Renewal(
    {
      name: "global_agent",
      log: { warn: () => undefined },
      beside: () => void asked.push(""),
    } as never,
    () => 0,
  );
  renewal.made = 1e9;
  renewal.step();
  expect(asked).toEqual([]);
});
