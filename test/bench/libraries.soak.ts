/** The rivals by a library, in the environment that --libraries installs. */
import { jobsOf } from "../../bench/reproduce/jobs";
import { Work } from "../../bench/reproduce/work";
import { installLibraries } from "../../bench/rivals/libraries";

beforeAll(() => expect(installLibraries()).toBe(true), 900_000);

test.each(["ippo", "maddpg"])(
  "%s learns for 3 s of a core, is judged, and says its versions",
  async (way) => {
    const [job] = jobsOf(["libraries"], false).filter(({ ways }) => ways[0] === way);
    const { rows, times, versions } = await new Work({ ...job, rollouts: 10 }).do();
    expect(rows).toEqual([]);
    expect(times.every(({ x, line }) => x === 4 && line === way)).toBe(true);
    const told = new Map(times.map(({ measure, value }) => [measure, value]));
    expect([...told.keys()]).toEqual(
      expect.arrayContaining(["return_halfway", "return", "tuning", "epochs_of_experience"]),
    );
    // Random actions earn 69 ± 14 in a shift; 150 is more than there is.
    expect(told.get("return")).toBeGreaterThan(40);
    expect(told.get("return")).toBeLessThan(150);
    expect(told.get("epochs_of_experience")).toBeGreaterThanOrEqual(400);
    expect(versions.map((one) => one.split(" ")[0])).toEqual([
      "Python",
      "numpy",
      "torch",
      "agilerl",
    ]);
  },
  120_000,
);
