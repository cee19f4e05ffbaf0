import { SourceLog, Sources, Speakers, UNKNOWN, type Watched } from "../../src/ros/sources";

describe("a stream", () => {
  test("counts while one publishes it, whatever comes and goes", () => {
    const sources = new Sources(true);
    expect(sources.areTwo(0)).toBe(false);
    sources.look(1, 0);
    sources.hear("a", 0);
    sources.hear("b", 1);
    expect(sources.areTwo(1)).toBe(false);
  });

  test("does not count from a second publisher's coming on, until one is left", () => {
    const sources = new Sources(true);
    sources.look(1, 0);
    expect(sources.look(2, 100)).toBe(true);
    expect(sources.look(2, 101)).toBe(false);
    expect(sources.areTwo(100)).toBe(true);
    for (let ms = 100; ms <= 60_000; ms += 100) {
      sources.hear("a", ms);
      sources.hear("b", ms);
    }
    expect(sources.areTwo(60_000)).toBe(true);
    sources.look(1, 60_001);
    expect(sources.areTwo(60_001)).toBe(false);
  });

  test("counts again after 1 s beside one that never speaks, as one that died without a word", () => {
    const sources = new Sources(true);
    sources.look(2, 0);
    sources.hear("new", 900);
    expect(sources.areTwo(999)).toBe(true);
    expect(sources.areTwo(1000)).toBe(false);
    sources.hear("old", 1100);
    expect(sources.areTwo(1100)).toBe(true);
  });

  test("counts again 2.5 s after the second fell silent", () => {
    const sources = new Sources(true);
    sources.look(2, 0);
    sources.hear("a", 1000);
    sources.hear("b", 2000);
    expect(sources.areTwo(3500)).toBe(true);
    sources.hear("b", 3501);
    expect(sources.areTwo(3501)).toBe(false);
  });
});

test("a value that two have said does not count however long ago that was", () => {
  const sources = new Sources(false);
  sources.look(2, 0);
  sources.hear("a", 10);
  sources.hear("b", 20);
  expect(sources.areTwo(1e9)).toBe(true);
  expect(sources.look(3, 1e9)).toBe(true);
  expect(sources.areTwo(1e9 + 1000)).toBe(false);
});

test("two speak from the second's first word on, until one has been silent for 2.5 s", () => {
  const speakers = new Speakers();
  for (let ms = 0; ms < 5000; ms += 100) expect(speakers.hear("a", ms)).toBe(false);
  expect(speakers.hear("b", 5000)).toBe(true);
  expect(speakers.hear("a", 5100)).toBe(true);
  expect(speakers.areTwo(7500)).toBe(true);
  expect(speakers.hear("a", 7500)).toBe(true);
  expect(speakers.areTwo(7501)).toBe(false);
  expect(speakers.hear("a", 7600)).toBe(false);
});

test("the log tells once of each change, by name, and of many topics in one line", () => {
  const lines: string[] = [];
  const log = new SourceLog({ info: (l) => void lines.push(l), warn: (l) => void lines.push(l) });
  const topic = (name: string): { -readonly [K in keyof Watched]: Watched[K] } => ({
    topic: name,
    publishers: undefined,
    effect: "none counts",
  });
  const clock = topic("/clock");
  const odometry = [0, 1, 2, 3].map((i) => topic(`/robot_${i}/odom`));
  const all = [clock, ...odometry];
  log.look(all, 0);
  clock.publishers = `/a and ${UNKNOWN}`;
  log.look(all, 0);
  expect(lines).toEqual([]);
  clock.publishers = "/a and /b";
  for (const each of odometry) each.publishers = "/a and /c";
  log.look(all, 0);
  log.look(all, 0);
  expect(lines.splice(0)).toEqual([
    "two sources of /clock: /a and /b; none counts: end one of them",
    "two sources of 4 topics (/robot_0/odom to /robot_3/odom): /a and /c; none counts: end one of them",
  ]);
  clock.publishers = undefined;
  log.look(all, 0);
  log.look(all, 0);
  expect(lines).toEqual(["one source again of /clock"]);
});

test("a source whose name stays unknown is logged too, after 3 s", () => {
  const lines: string[] = [];
  const log = new SourceLog({ info: (l) => void lines.push(l), warn: (l) => void lines.push(l) });
  const clock = { topic: "/clock", effect: "both do", publishers: `/a and ${UNKNOWN}` };
  log.look([clock], 0);
  log.look([clock], 2999);
  expect(lines).toEqual([]);
  log.look([clock], 3000);
  log.look([clock], 9000);
  expect(lines).toEqual([`two sources of /clock: /a and ${UNKNOWN}; both do: end one of them`]);
});
