/**
 * A game in which robots always drive: dock_dispatch's arena, where only going up pays for robots,
 * only driving on for the lead vehicle, and where a job never keeps a robot in its dock, but where a
 * test wants it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { writtenOut } from "../../src/game/map";
import { scenarioFile } from "../../src/game/scenario_file";

const names = z.array(z.string());
const source = z.looseObject({
  global_states: names,
  global_actions: names,
  local_states: names,
  local_actions: names,
  arena: z.looseObject({}),
});

/** Writes the scenario into `folder` and returns its file. @param docks bays in which jobs never end */
export function writeCarousel(folder: string, docks: readonly number[] = []): string {
  const text = readFileSync(scenarioFile("dock_dispatch"), "utf8");
  const scenario = source.parse(writtenOut(parse(text), "dock_dispatch"));
  const up = scenario.local_actions.map((name) => (name === "up" ? 1 : 0));
  const bays = scenario.global_states.length;
  const carousel = {
    ...scenario,
    name: "carousel",
    arena: {
      ...scenario.arena,
      job_end_probability: scenario.local_states.map((_, bay) => (docks.includes(bay) ? 1e-9 : 1)),
    },
    global_reward: scenario.global_states.map((_, bay) =>
      scenario.global_actions.map((_, to) => (to === (bay + 1) % bays ? 1 : 0)),
    ),
    local_reward: scenario.local_states.map(() => scenario.global_states.map(() => up)),
  };
  const file = join(folder, "carousel.yaml");
  writeFileSync(file, stringify(carousel));
  return file;
}
