import { Repeats } from "../../src/nodes/stamps";

/** When of `seconds` of odometry at 100 Hz a state goes out, in 10 ms. @param maxAge s */
function sentAt(maxAge: number, seconds: number, newsAt = -1, speed = 1): number[] {
  const repeats = new Repeats();
  return [...Array(100 * seconds).keys()].filter((i) => {
    const news = i < newsAt ? "zone 0" : "zone 1";
    return repeats.isDue(news, BigInt(i) * 10_000_000n, (10 * i) / speed, maxAge);
  });
}

test("a state that says nothing new is repeated before a decision could find it too old", () => {
  expect(sentAt(1, 2)).toEqual([0, 40, 80, 120, 160]);
  expect(sentAt(0.2, 0.4)).toEqual([0, 10, 20, 30]);
});

test("ROS time that runs fast or slowly does not make it too old", () => {
  expect(sentAt(1, 2, -1, 8)).toEqual([0, 50, 100, 150]);
  expect(sentAt(60, 0.2, -1, 0.1)).toEqual([0, 4, 8, 12, 16]);
});

test("what is new goes out at once, and all does where every instant is a decision", () => {
  expect(sentAt(1, 1, 17)).toEqual([0, 17, 57, 97]);
  expect(sentAt(0, 0.05)).toEqual([0, 1, 2, 3, 4]);
});

test("a stamp that goes back in time goes out at once", () => {
  const repeats = new Repeats();
  repeats.isDue("zone 0", 9_000_000_000n, 0, 1);
  expect(repeats.isDue("zone 0", 1_000_000_000n, 10, 1)).toBe(true);
});
