import { SourceLog, UNKNOWN, type Watched } from "../../src/ros/sources";

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
