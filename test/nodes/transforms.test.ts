import type { Pose } from "../../src/nodes/drive";
import { TransformTree } from "../../src/nodes/transforms";
import { planarPose } from "../../src/ros/messages";
import { planarQuaternion, type TransformStamped, toTime } from "../../src/ros/messages";

/** Of a pose in the plane, or of an orientation in space. */
function link(parent: string, child: string, pose: Partial<Pose> & { rotation?: object } = {}) {
  const { x = 0, y = 0, yaw = 0, rotation = planarQuaternion(yaw) } = pose;
  return {
    header: { stamp: toTime(0n), frame_id: parent },
    child_frame_id: child,
    transform: { translation: { x, y, z: 0 }, rotation },
  } as TransformStamped;
}

const TIMEOUT_MS = 5000;

/** A tree that heard these links at time 0. */
function tree({ fixed = [], moving = [] }: Record<string, TransformStamped[]>) {
  const heard = new TransformTree();
  expect(heard.hear(fixed, true, 0)).toBeUndefined();
  expect(heard.hear(moving, false, 0)).toBeUndefined();
  return {
    heard,
    hear: (nowMs: number, ...links: TransformStamped[]) => heard.hear(links, false, nowMs),
    find: (frame: string, nowMs = 0) => heard.find(frame, nowMs, TIMEOUT_MS),
  };
}

function expectPose(found: Pose | string, { x, y, yaw }: Pose): void {
  if (typeof found === "string") throw new Error(found);
  expect([found.x, found.y]).toEqual([expect.closeTo(x, 9), expect.closeTo(y, 9)]);
  expect([Math.cos(found.yaw), Math.sin(found.yaw)]).toEqual([
    expect.closeTo(Math.cos(yaw), 9),
    expect.closeTo(Math.sin(yaw), 9),
  ]);
}

const HALF = Math.PI / 2;

test("a chain of static and moving links places a frame in the map", () => {
  const { find } = tree({
    fixed: [link("map", "/robot_1/map", { x: 10, yaw: HALF })],
    moving: [
      link("robot_1/map", "robot_1/odom", { x: 2, y: 1, yaw: HALF }),
      link("robot_1/odom", "robot_1/base_link", { x: 100 }),
    ],
  });
  expectPose(find("/robot_1/odom"), { x: 9, y: 2, yaw: Math.PI });
  expectPose(find("map"), { x: 0, y: 0, yaw: 0 });
});

test("frames that are tilted in between add up in space, and denormalised rotations do not add up", () => {
  const [back, ahead] = [Math.SQRT1_2, -Math.SQRT1_2].map((x) => ({
    x,
    y: 0,
    z: 0,
    w: Math.SQRT1_2,
  }));
  const long = (yaw: number) => {
    const { z, w } = planarQuaternion(yaw);
    return { x: 0, y: 0, z: 1.04 * z, w: 1.04 * w };
  };
  const { find } = tree({
    fixed: [
      link("map", "tilted", { rotation: back }),
      link("tilted", "level", { x: 3, rotation: ahead }),
    ],
    moving: [
      link("level", "a", { rotation: long(0.1) }),
      link("a", "b", { rotation: long(0.1) }),
      link("b", "odom", { rotation: long(0.1) }),
    ],
  });
  expectPose(find("odom"), { x: 3, y: 0, yaw: 0.3 });
});

test("a chain is as old as its oldest moving link, and static links never age", () => {
  const chain = { fixed: [link("map", "a")], moving: [link("a", "b"), link("b", "odom")] };
  const { find, hear } = tree(chain);
  hear(4000, link("b", "odom"));
  expectPose(find("odom", TIMEOUT_MS), { x: 0, y: 0, yaw: 0 });
  expect(find("odom", TIMEOUT_MS + 1)).toBe(
    "tf has not told a -> b for 5 s (pose_timeout); look at what publishes it",
  );
  hear(6000, link("a", "b"));
  expectPose(find("odom", 9000), { x: 0, y: 0, yaw: 0 });
  expectPose(tree({ fixed: [link("map", "odom", { x: 1 })] }).find("odom", 1e9), {
    x: 1,
    y: 0,
    yaw: 0,
  });
});

test("a chain that ends early, and one that is a loop, are named", () => {
  const { find } = tree({
    moving: [link("lab", "a"), link("a", "odom"), link("c", "d"), link("d", "e"), link("e", "c")],
  });
  expect(find("elsewhere")).toBe(
    "tf does not tell where its odometry is in the map: nothing places the frame elsewhere; start what publishes map -> elsewhere",
  );
  expect(find("odom")).toBe(
    "tf does not tell where its odometry is in the map: nothing places the frame lab (lab -> a -> odom); start what publishes map -> lab",
  );
  expect(find("e")).toBe(
    "tf does not tell where its odometry is in the map: e -> c -> d -> e is a loop; end what publishes one of these",
  );
  expect(tree({ moving: [link("odom", "odom")] }).find("odom")).toMatch(/odom -> odom is a loop/);
});

test("two parents of one frame are named until one of them is silent", () => {
  const { find, hear } = tree({ moving: [link("map", "odom", { x: 1 })] });
  hear(1000, link("earth", "odom"));
  expect(find("odom", 1000)).toBe(
    "tf gives the frame odom two parents, earth and map; end one of the two publishers",
  );
  hear(2500, link("map", "odom", { x: 2 }));
  expect(find("odom", 2900)).toMatch(/two parents/);
  expectPose(find("odom", 3001), { x: 2, y: 0, yaw: 0 });
  // A frame is handed over: what its first parent said counts no more.
  hear(6000, link("earth", "odom"), link("map", "earth", { x: 7 }));
  expectPose(find("odom", 6000), { x: 7, y: 0, yaw: 0 });
});

test("a static parent is a rival for good", () => {
  const { find, hear } = tree({ fixed: [link("map", "odom")] });
  hear(0, link("earth", "odom"));
  expect(find("odom", 0)).toMatch(/two parents, earth and map; .* start this agent anew/);
  expectPose(find("odom", 3000), { x: 0, y: 0, yaw: 0 });
});

test("a transform that is not finite or no rotation is refused by name, and changes nothing", () => {
  const { find, heard } = tree({ moving: [link("map", "odom", { x: 1 })] });
  const wrong = [
    link("map", "odom", { x: NaN }),
    link("map", "odom", { rotation: { x: 0, y: 0, z: 0, w: 0 } }),
  ];
  for (const one of wrong) {
    expect(heard.hear([one], false, 1)).toMatch(
      /from map to odom is not finite or no unit quaternion/,
    );
  }
  expectPose(find("odom", 1), { x: 1, y: 0, yaw: 0 });
});

test("of more frames than any swarm has, the first are kept", () => {
  const { find, hear } = tree({ moving: [link("map", "odom", { x: 1 })] });
  hear(0, ...Array.from({ length: 100_000 }, (_, i) => link("map", `frame_${i}`)));
  expect(find("frame_99999")).toMatch(/nothing places the frame frame_99999/);
  expectPose(find("odom"), { x: 1, y: 0, yaw: 0 });
});

test("an orientation is told in the plane", () => {
  const at = { x: 1, y: 2, z: 3 };
  expect(planarPose(at, planarQuaternion(1))).toEqual({ x: 1, y: 2, yaw: expect.closeTo(1, 9) });
  expect(planarPose(at, { x: 0, y: 0, z: 0, w: 0.5 })).toBeUndefined();
});
