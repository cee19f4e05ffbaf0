import { Pace } from "../../src/nodes/pace";

/** A pace of which messages came at these times, ms. */
function heardAt(...times: readonly number[]): Pace {
  const pace = new Pace(350);
  times.forEach((ms) => pace.hear(ms));
  return pace;
}

test("messages that come twice a second are too seldom, with the rate and what is needed", () => {
  const pace = heardAt(0, 500, 1000, 1500);
  expect(pace.problem(1600)).toBe(
    "comes 2.0 times a second, up to 0.50 s apart; at most 0.35 s apart is needed (cmd_vel_timeout)",
  );
});

test("many messages with long gaps between are too seldom as well", () => {
  expect(heardAt(0, 10, 20, 500, 510, 520, 1000, 1010).problem(1100)).toMatch(
    /6.9 times a second, up to 0.48 s apart/,
  );
});

test.each([
  ["often enough", [0, 300, 600, 900], 1000],
  ["interrupted once", [0, 100, 30_000, 30_100], 30_200],
  ["ended", [0, 500, 1000, 1500], 2600],
  ["slow long ago", [0, 500, 1000, ...[...Array(10).keys()].map((i) => 1100 + 100 * i)], 2100],
  ["never heard", [], 1000],
])("messages that are %s are not too seldom", (_, times, now) => {
  expect(heardAt(...times).problem(now)).toBeUndefined();
});
