import { arenaMarkers, bodyMarkers, zoneColor } from "../../src/nodes/markers";
import { codecOf } from "../../src/ros/codec";
import { TOPICS } from "../../src/ros/topics";
import { shipped } from "../games";

const game = shipped("ring_dispatch");
const STAMP = { sec: 3, nanosec: 4 };
const ZONES = game.arena.zones.length;

test("bodies are drawn where they are, ahead of them a line, amber where they are sampled", () => {
  const bodies = [
    { pose: { x: 1, y: 2, yaw: Math.PI / 2 }, zone: 3, isSampled: true },
    { pose: { x: 4, y: 5, yaw: 0 }, zone: undefined, isSampled: false },
  ];
  const [spheres, lines] = bodyMarkers(STAMP, "robot_0", bodies, 0.25, ZONES);
  expect(spheres.points!.map(({ x, y }) => [x, y])).toEqual([
    [1, 2],
    [4, 5],
  ]);
  const white = { r: 1, g: 1, b: 1, a: 1 };
  expect(spheres.colors).toEqual([zoneColor(3, ZONES), white]);
  expect(spheres.scale.x).toBe(0.5);
  const ends = lines.points!.map(({ x, y }) => [x, y]);
  expect(ends[1][0]).toBeCloseTo(1, 12);
  expect(ends[1][1]).toBeCloseTo(2.5, 12);
  expect(ends.slice(2)).toEqual([
    [4, 5],
    [4.5, 5],
  ]);
  const amber = lines.colors![0];
  expect(amber).not.toEqual(white);
  expect(lines.colors).toEqual([amber, amber, white, white]);
});

test("every zone has a disc of its size and colour, and its name", () => {
  const markers = arenaMarkers(STAMP, game);
  const keys = markers.map(({ ns, id }) => `${ns}/${id}`);
  expect(new Set(keys).size).toBe(2 * ZONES);
  game.arena.zones.forEach(({ x, y, radius }, zone) => {
    const [disc, name] = markers.slice(2 * zone);
    expect(disc.pose.position).toEqual({ x, y, z: 0 });
    expect(disc.scale.x).toBe(2 * radius);
    expect(name.text).toBe(game.localStates[zone]);
  });
  const colors = new Set(
    [...Array(ZONES).keys()].map((zone) => JSON.stringify(zoneColor(zone, 5))),
  );
  expect(colors.size).toBe(ZONES);
});

test("where robots are of several kinds, a zone's name is without a kind", () => {
  const mixed = arenaMarkers(STAMP, shipped("dock_dispatch_mixed"));
  const bays = [0, 1, 2, 3, 4].map((bay) => `bay_${bay}`);
  expect(mixed.flatMap(({ text = "" }) => text || [])).toEqual(bays);
});

test("what is drawn survives the wire", () => {
  const markers = [...arenaMarkers(STAMP, game), ...bodyMarkers(STAMP, "lead", [], 1, ZONES)];
  const codec = codecOf(TOPICS.markers.type);
  expect(codec.decode(codec.encode({ markers })).markers).toMatchObject(
    markers.map(({ ns, id, type, pose, text = "", lifetime }) => ({
      ns,
      id,
      type,
      pose,
      text,
      lifetime,
    })),
  );
});
