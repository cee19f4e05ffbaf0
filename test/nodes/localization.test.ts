import { Bodies } from "../../src/nodes/bodies";
import {
  heardTransforms,
  Localization,
  type LocalizationParameters,
} from "../../src/nodes/localization";
import { fromSeconds, planarOdometry, planarQuaternion, toTime } from "../../src/ros/messages";
import { playedNode, playedSoles } from "../support/played_node";

/** The odometry's origin in the map. */
const ORIGIN = { x: 3, y: -2, yaw: 1 };
/** A pose by the wheels, and the same pose in the map: turned by 1 rad, then shifted. */
const LOCAL = { x: 2, y: 1, yaw: 0.5 };
const PLACE = {
  x: 3 + 2 * Math.cos(1) - Math.sin(1),
  y: -2 + 2 * Math.sin(1) + Math.cos(1),
  yaw: 1.5,
};

/** A localization on a fake node. */
function setup(parameters: Partial<LocalizationParameters>) {
  const hear = new Map<string, (message: object) => string | undefined>();
  const { two, subscribeSole } = playedSoles<object>((topic, callback) =>
    hear.set(topic.name, callback),
  );
  const node = {
    subscribeSole,
    robot: "robot_0",
    subscribe: (topic: { name: string }, callback: (message: object) => string | undefined) =>
      void hear.set(topic.name, callback),
  };
  const all = {
    pose_source: "odometry",
    initial_pose: [0, 0, 0],
    max_pose_deviation: 0.5,
    pose_timeout: 5,
    ...parameters,
  } as const;
  const played = playedNode(node);
  const localization = new Localization(played, all, () => heardTransforms(played));
  return {
    localization,
    two,
    say: (topic: string, message: object) => hear.get(topic)!(message),
    locate: (seconds: number, pose = LOCAL, frame?: string) =>
      localization.locate(odometry(seconds, frame), pose),
  };
}

const stamp = (seconds: number) => toTime(fromSeconds(seconds));

const odometry = (seconds: number, frame_id = "robot_0/odom") => {
  const message = planarOdometry(stamp(seconds), "robot_0", LOCAL);
  return { ...message, header: { ...message.header, frame_id } };
};

const poseAt = (seconds: number, { x, y, yaw } = PLACE, variance = 0.01, frame_id = "map") => {
  const covariance = new Float64Array(36);
  covariance[0] = variance;
  const pose = { position: { x, y, z: 0 }, orientation: planarQuaternion(yaw) };
  return { header: { stamp: stamp(seconds), frame_id }, pose: { pose, covariance } };
};

const transform = (child_frame_id = "robot_0/odom", frame_id = "map") => ({
  transforms: [
    {
      header: { stamp: stamp(0), frame_id },
      child_frame_id,
      transform: {
        translation: { x: ORIGIN.x, y: ORIGIN.y, z: 0 },
        rotation: planarQuaternion(ORIGIN.yaw),
      },
    },
  ],
});

const NOWHERE = { translation: { x: 0, y: 0, z: 0 }, rotation: planarQuaternion(0) };

function expectPlace(pose: { x: number; y: number; yaw: number } | undefined): void {
  expect(pose?.x).toBeCloseTo(PLACE.x, 9);
  expect(pose?.y).toBeCloseTo(PLACE.y, 9);
  expect(pose?.yaw).toBeCloseTo(PLACE.yaw, 9);
}

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test("by odometry alone, the origin is the parameter's", () => {
  const { locate, localization } = setup({ initial_pose: [ORIGIN.x, ORIGIN.y, ORIGIN.yaw] });
  expectPlace(locate(1));
  expect(localization.problem).toBeUndefined();
});

test("a pose places the origin, by the odometry of its own time", () => {
  const { say, locate, localization } = setup({ pose_source: "pose" });
  expect(locate(1)).toBeUndefined();
  expect(localization.problem).toMatch(/no pose is heard on robot_0\/pose/);
  expect(locate(1.1, { x: 50, y: 50, yaw: 2 })).toBeUndefined();
  expect(say("pose", poseAt(1.01))).toBeUndefined();
  expectPlace(locate(1.2));
  // One that comes before its odometry waits for it: here the wheels were turned by hand.
  say("pose", poseAt(2));
  expectPlace(locate(2, { x: 7, y: 7, yaw: 3 }));
  expect(localization.problem).toBeUndefined();
});

test("an uncertain pose, and one that is no longer told, is unknown", () => {
  const { say, locate, localization } = setup({ pose_source: "pose" });
  locate(1);
  say("pose", poseAt(1));
  expectPlace(locate(1));
  say("pose", poseAt(1, PLACE, 0.36));
  expect(locate(1.1)).toBeUndefined();
  expect(localization.problem).toMatch(/may be 0.60 m or rad off \(max_pose_deviation is 0.5\)/);
  say("pose", poseAt(1));
  const driven = (way: number) => ({ ...LOCAL, x: LOCAL.x + way });
  jest.advanceTimersByTime(4900);
  expect(locate(6, driven(1))).toBeDefined();
  jest.advanceTimersByTime(200);
  expect(locate(6.2, driven(1.1))).toBeUndefined();
  expect(localization.problem).toMatch(/nothing localised it for 5 s/);
});

test("a pose of another frame, or one that is not finite, is refused and changes nothing", () => {
  const { say, locate } = setup({ pose_source: "pose" });
  locate(1);
  say("pose", poseAt(1));
  expect(say("pose", poseAt(1, { x: 0, y: 0, yaw: 0 }, 0, "odom"))).toMatch(/frame odom; .* map/);
  expect(say("pose", poseAt(1, { x: NaN, y: 0, yaw: 0 }))).toMatch(/not finite/);
  expect(say("pose", poseAt(1, PLACE, NaN))).toMatch(/not finite/);
  expectPlace(locate(1));
});

test("a pose of another clock is refused, or gives way to one that is earlier", () => {
  const { say, locate } = setup({ pose_source: "pose", pose_timeout: 0 });
  // Before any odometry its clock cannot be checked.
  expect(say("pose", poseAt(3601, { x: 0, y: 0, yaw: 0 }))).toBeUndefined();
  expect(say("pose", poseAt(1))).toBeUndefined();
  expectPlace(locate(1));
  expect(say("pose", poseAt(3602))).toMatch(/3601.0 s ahead of the newest odometry; set the clock/);
  expectPlace(locate(1.1));
});

test("a pose whose heading is uncertain is unknown, and a transform that is not finite is refused", () => {
  const turned = poseAt(1);
  turned.pose.covariance[35] = 0.36;
  const { say, locate, localization } = setup({ pose_source: "pose" });
  say("pose", turned);
  expect(locate(1)).toBeUndefined();
  expect(localization.problem).toMatch(/may be 0.60 m or rad off/);
  const byTf = setup({ pose_source: "tf" });
  const { transforms } = transform();
  transforms[0].transform.translation.x = NaN;
  expect(byTf.say("/tf", { transforms })).toMatch(/map to robot_0\/odom is not finite/);
});

test("a pose far from any odometry's stamp is refused; one ahead of the newest waits for it", () => {
  const { say, locate } = setup({ pose_source: "pose" });
  for (const seconds of [10, 10.1, 10.2]) locate(seconds);
  expect(say("pose", poseAt(0))).toMatch(/10.0 s away from any odometry kept; stamp it/);
  expect(locate(10.3)).toBeUndefined();
  expect(say("pose", poseAt(10.55))).toBeUndefined();
  expect(say("pose", poseAt(10.8, { x: 0, y: 0, yaw: 0 }))).toBeUndefined();
  for (const seconds of [10.4, 10.5]) expect(locate(seconds)).toBeUndefined();
  expectPlace(locate(10.6));
});

test.each(["/tf", "/tf_static"])("%s that comes before any odometry is kept", (topic) => {
  const { say, locate } = setup({ pose_source: "tf" });
  say(topic, transform());
  say(topic, { transforms: [{ ...transform("odom").transforms[0], transform: NOWHERE }] });
  expectPlace(locate(1));
});

test.each(["/tf", "/tf_static"])("%s places the origin of the odometry's frame alone", (topic) => {
  const { say, locate, localization } = setup({ pose_source: "tf" });
  expect(locate(1)).toBeUndefined();
  say(topic, transform("robot_1/odom"));
  say(topic, transform("robot_0/odom", "robot_0/map"));
  expect(locate(1)).toBeUndefined();
  expect(localization.problem).toMatch(/tf does not tell .*\(robot_0\/map -> robot_0\/odom\)/);
  const [above] = transform("robot_0/map").transforms;
  say(topic, { transforms: [{ ...above, transform: NOWHERE }] });
  expectPlace(locate(1));
  jest.advanceTimersByTime(6000);
  // What is static is told once.
  expect(locate(7) !== undefined).toBe(topic === "/tf_static");
});

test("odometry that goes on in a frame that tf does not place is said to be lost", () => {
  const { say, locate, localization } = setup({ pose_source: "tf" });
  say("/tf", transform());
  expectPlace(locate(1));
  expect(locate(2, LOCAL, "elsewhere")).toBeUndefined();
  expect(localization.problem).toMatch(/tf does not tell/);
  expectPlace(locate(3));
  expect(localization.problem).toBeUndefined();
});

test("while two sources tell its pose it is not known, and neither is taken", () => {
  const { localization, say, locate, two } = setup({ pose_source: "pose" });
  say("pose", poseAt(1));
  locate(1);
  expect(localization.problem).toBeUndefined();
  two.add("pose");
  expect(localization.problem).toBe("two sources of pose");
  say("pose", poseAt(2, { ...PLACE, x: 50 }));
  locate(2);
  two.clear();
  expect(localization.problem).toBeUndefined();
  expect(locate(2)!.x).toBeCloseTo(PLACE.x);
});

test("a robot that stands is not lost where its localiser speaks only after motion", () => {
  const { localization, say, locate } = setup({ pose_source: "pose", pose_timeout: 5 });
  say("pose", poseAt(1));
  for (let seconds = 1; seconds < 60; seconds++) {
    expect(locate(seconds)).toBeDefined();
    jest.advanceTimersByTime(1000);
  }
  const driven = (seconds: number) => locate(seconds, { ...LOCAL, x: LOCAL.x + seconds - 60 });
  for (let seconds = 60; seconds < 65; seconds++) {
    expect(driven(seconds)).toBeDefined();
    jest.advanceTimersByTime(1000);
  }
  jest.advanceTimersByTime(1000);
  expect(driven(66)).toBeUndefined();
  expect(localization.problem).toMatch(/nothing localised it for 5 s/);
});

test("a robot that drives is lost after pose_timeout however often its wheels tell of it", () => {
  const { localization, say, locate } = setup({ pose_source: "pose", pose_timeout: 5 });
  say("pose", poseAt(1));
  const drive = (from: number, to: number) => {
    for (let tick = from; tick < to; tick++) {
      locate(1 + tick / 200, { ...LOCAL, x: LOCAL.x + 0.4 * (tick / 200) });
      jest.advanceTimersByTime(5);
    }
  };
  drive(0, 990);
  expect(localization.problem).toBeUndefined();
  drive(990, 1020);
  expect(localization.problem).toMatch(/nothing localised it for 5 s/);
});

test("the bodies of a process hear tf once, and only where one of them asks for it", () => {
  const heard: string[] = [];
  const subscribe = ({ name }: { name: string }) => void heard.push(name);
  const node = playedNode({ subscribe, subscribeSole: () => undefined, usesSimTime: false });
  const { transforms } = new Bodies(node);
  expect(heard).toEqual([]);
  expect(transforms()).toBe(transforms());
  expect(heard).toEqual(["/tf", "/tf_static"]);
});
