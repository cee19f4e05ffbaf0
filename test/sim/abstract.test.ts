import { leadSpotOf, spotOf, zoneOf } from "../../src/game/arena";
import { type Game, sizesOf } from "../../src/game/model";
import { AbstractWorld } from "../../sim/world/abstract";
import { randomGame, shipped } from "../games";
import { fitOf } from "../support/fit";

const sizes = { sG: 3, aG: 2, sL: 4, aL: 2 };
const IDS = [...Array(200).keys()].map((i) => `robot_${i}`);
const EPOCHS = 300;
/** A fit worse than this, on a fixed seed, is a fault. */
const LEVEL = 1e-3;

/** Counts of s_i -> s_i' and s_g -> s_g' in a world of `game` where actions go round. */
function transitions(game: Game): { local: Float64Array; global: Float64Array } {
  const { sG, aG, sL, aL } = sizesOf(game);
  const local = new Float64Array(game.localTransition.length);
  const global = new Float64Array(game.globalTransition.length);
  const localStates = Uint8Array.from(IDS, (_, i) => i % sL);
  const world = new AbstractWorld(game, IDS, 11, { globalState: 0, localStates });
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    const before = { global: world.globalState(), local: world.localStates().slice() };
    const globalAction = epoch % aG;
    const actions = Int8Array.from(IDS, (_, i) => (i + epoch) % aL);
    world.step(epoch, globalAction, actions);
    global[(before.global * aG + globalAction) * sG + world.globalState()]++;
    before.local.forEach((state, i) => {
      const row = (state * sG + before.global) * aL + actions[i];
      local[row * sL + world.localStates()[i]]++;
    });
  }
  return { local, global };
}

const game = randomGame(sizes, 5);
const counted = transitions(game);

test("robots and the lead vehicle move by P_l and P_g", () => {
  expect(fitOf(counted.local, game.localTransition, sizes.sL)).toBeGreaterThan(LEVEL);
  expect(fitOf(counted.global, game.globalTransition, sizes.sG)).toBeGreaterThan(LEVEL);
});

test("the fit catches one row of P_l that is off by a tenth, and a P_g of another game", () => {
  const wrong = game.localTransition.slice();
  const row = wrong.subarray(0, sizes.sL);
  row[row.indexOf(Math.max(...row))] -= 0.1;
  row[row.indexOf(Math.min(...row))] += 0.1;
  expect(fitOf(counted.local, wrong, sizes.sL)).toBeLessThan(LEVEL);
  const other = randomGame(sizes, 6).globalTransition;
  expect(fitOf(counted.global, other, sizes.sG)).toBeLessThan(LEVEL);
});

test("robots that did not act stay, and the same seed moves a robot alike in any company", () => {
  const start = (ids: readonly string[]) =>
    new AbstractWorld(game, ids, 3, {
      globalState: 1,
      localStates: new Uint8Array(ids.length).fill(2),
    });
  const all = start(IDS);
  const alone = start(["robot_7"]);
  const actions = new Int8Array(IDS.length).fill(1).fill(-1, 100);
  for (let epoch = 0; epoch < 20; epoch++) {
    all.step(epoch, 0, actions);
    alone.step(epoch, 0, [1]);
    expect(alone.localStates()[0]).toBe(all.localStates()[7]);
  }
  expect(new Set(all.localStates().subarray(100))).toEqual(new Set([2]));
  expect(new Set(all.localStates().subarray(0, 100)).size).toBe(sizes.sL);
});

test("bodies stand at their spots in their zones, the lead vehicle at its own", () => {
  const docks = shipped("dock_dispatch");
  const ids = IDS.slice(0, 30);
  const localStates = Uint8Array.from(ids, (_, i) => i % 5);
  const world = new AbstractWorld(docks, ids, 1, { globalState: 3, localStates });
  localStates.forEach((state, i) => {
    const [x, y] = world.poses.subarray(i * 3);
    expect({ x, y }).toEqual(spotOf(docks.arena, state, i));
    expect(zoneOf(docks.arena, { x, y })).toBe(state);
  });
  const [x, y] = world.poses.subarray(ids.length * 3);
  expect({ x, y }).toEqual(leadSpotOf(docks.arena, 3));
  world.place({ globalState: 0, localStates: localStates.map(() => 4) });
  expect(world.globalState()).toBe(0);
  expect(zoneOf(docks.arena, { x: world.poses[0], y: world.poses[1] })).toBe(4);
});

test("a pose lies in the zone that it stands for, for a swarm of any size and with any sets", () => {
  for (const [name, n] of [
    ["dock_dispatch", 1000],
    ["ring_dispatch", 5000],
    ["random", 300],
  ] as const) {
    const played =
      name === "random" ? randomGame({ sG: 7, aG: 9, sL: 4, aL: 2 }, 3) : shipped(name);
    const { sL, sG } = sizesOf(played);
    const ids = [...Array(n).keys()].map((i) => `robot_${i}`);
    const localStates = Uint8Array.from(ids, (_, i) => i % sL);
    const world = new AbstractWorld(played, ids, 1, { globalState: sG - 1, localStates });
    const seen = localStates.map((_, i) =>
      zoneOf(played.arena, { x: world.poses[3 * i], y: world.poses[3 * i + 1] }, (i + 1) % sL),
    );
    expect(seen).toEqual(localStates);
    const leadArena = { ...played.arena, zones: played.arena.leadZones };
    expect(zoneOf(leadArena, { x: world.poses[3 * n], y: world.poses[3 * n + 1] }, 0)).toBe(sG - 1);
  }
});
