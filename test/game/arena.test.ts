import {
  type Arena,
  arenaProblem,
  arenaRadius,
  defaultSpacing,
  defaultStandoff,
  hexagonalSpots,
  leadSpotOf,
  spotOf,
  targetZone,
  wallRadius,
  wrapAngle,
  zoneOf,
} from "../../src/game/arena";

const body = {
  radius: 0.25,
  maxSpeed: 2,
  maxAcceleration: 4,
  maxYawRate: 4,
  maxYawAcceleration: 16,
};
const zones = [
  { x: 4, y: 0, radius: 2 },
  { x: 0, y: 0, radius: 2 },
  { x: -4, y: 0, radius: 2 },
];
const arena: Arena = {
  zones,
  leadZones: zones,
  isLeadPlaced: true,
  robot: body,
  lead: body,
  robotSpacing: 1.2,
  epoch: 10,
  jobEndProbability: [1, 1, 1],
  targets: [
    [0, 1, 2],
    [1, 2, 0],
    [2, 0, 1],
  ],
  leadStandoff: 1,
};

test("a zone is left only when another is nearer by more than 0.1 m", () => {
  expect(zoneOf(arena, { x: 1.9, y: 0 })).toBe(1);
  // 2.04 m to zone 1 and 1.96 m to zone 0: a margin of 0.08 m; then 2.06 and 1.94: 0.12 m.
  expect(zoneOf(arena, { x: 2.04, y: 0 }, 1)).toBe(1);
  expect(zoneOf(arena, { x: 2.06, y: 0 }, 1)).toBe(0);
});

test("local actions lead to neighbours on the ring", () => {
  expect([0, 1, 2].map((action) => targetZone(arena, 2, action))).toEqual([2, 0, 1]);
  expect(targetZone(arena, 0, 2)).toBe(2);
});

test("angles are wrapped to [-π, π]", () => {
  expect(wrapAngle(1.5 * Math.PI)).toBeCloseTo(-Math.PI / 2, 12);
  expect(wrapAngle(-2 * Math.PI)).toBeCloseTo(0, 12);
});

test("the packing starts at the centre, then a hexagon from -120 degrees on", () => {
  const [centre, ...ring] = hexagonalSpots(7, 2);
  expect(centre).toEqual({ x: 0, y: 0 });
  const angles = ring.map(({ x, y }) => Math.round((Math.atan2(y, x) * 180) / Math.PI));
  expect(angles).toEqual([-120, -60, 0, 60, 120, 180]);
  for (const { x, y } of ring) expect(Math.hypot(x, y)).toBeCloseTo(2, 12);
});

test("a robot's spot does not depend on how many there are", () => {
  const before = spotOf(arena, 0, 3);
  spotOf(arena, 0, 60);
  expect(spotOf(arena, 0, 3)).toEqual(before);
  // The fourth spot lies at 0 degrees.
  expect(before.x).toBeCloseTo(4 + 1.2, 12);
});

test("the lead vehicle stands off towards the middle, at most in it", () => {
  expect(leadSpotOf(arena, 0)).toEqual({ x: 3, y: 0 });
  expect(leadSpotOf(arena, 1)).toEqual({ x: 0, y: 0 });
  expect(leadSpotOf({ ...arena, leadStandoff: 9 }, 2)).toEqual({ x: 0, y: 0 });
});

test("the arena holds every zone, the wall lies two body widths further out", () => {
  expect(arenaRadius(arena)).toBe(6);
  expect(wallRadius(arena)).toBe(7);
});

test("places of the lead's own are in the arena, whatever its zones", () => {
  const places = { ...arena, leadZones: [{ x: 0, y: 9 }], leadStandoff: 0 };
  expect(leadSpotOf(places, 0)).toEqual({ x: 0, y: 9 });
  expect(arenaRadius(places)).toBe(9.25);
  const far = { ...places, leadZones: [...places.leadZones, { x: 0, y: -9 }] };
  // 18 m, half a turn, ramps and reserve.
  expect(arenaProblem(far, 1, 11)).toContain("at least 11.6 s");
});

test("zones that bodies cannot be told to be in are refused, and the default standoff scales", () => {
  const at = (radius: number, standoff?: number): Arena => {
    const ring = [0, 1, 2, 3, 4].map((i) => ({
      x: radius * Math.cos((2 * Math.PI * i) / 5),
      y: radius * Math.sin((2 * Math.PI * i) / 5),
      radius: 2,
    }));
    const leadStandoff = standoff ?? defaultStandoff(ring);
    const targets = ring.map((_, zone) => [zone, (zone + 1) % 5]);
    return { ...arena, zones: ring, leadZones: ring, targets, leadStandoff };
  };
  expect([1.5, 4, 20].map((radius) => at(radius).leadStandoff)).toEqual([0.975, 2.6, 13]);
  for (const radius of [1.5, 4, 20]) expect(arenaProblem(at(radius), 1, 30)).toBeUndefined();
  expect(arenaProblem(at(1.5, 2.6), 1)).toMatch(
    /counts to zone .*make arena.lead_standoff smaller/,
  );
  // Neighbours are 1.76 m apart; the outer robots' edges reach 1.45 m from a centre.
  expect(arenaProblem(at(1.5), 7)).toContain("zones 0 and 1 lie 1.76 m apart");
  expect(arenaProblem(at(1.5), 7)).toContain("put zones at least 3.00 m apart");
  expect([defaultSpacing(0.11), defaultSpacing(0.25)]).toEqual([0.56, 1.12]);
});

test("an arena that is too small, too dense or too quick says what it needs", () => {
  expect(arenaProblem(arena, 7)).toBeUndefined();
  // Eight robots: the eighth spot is √3 · 1.2 m from the centre, its edge 0.25 m further.
  expect(arenaProblem(arena, 8)).toContain("at least 2.33 m");
  expect(arenaProblem({ ...arena, robotSpacing: 1 }, 1)).toContain("at least 1.10 m");
  // The longest drive has 8 m: half a turn π/4 + 1/4 s, way 4 s, ramps 1/2 s, reserve 1 s.
  expect(arenaProblem(arena, 1, 6)).toContain("at least 6.6 s");
});
