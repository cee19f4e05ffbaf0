import { StandingLog } from "../../src/nodes/standing_log";

/** Bodies whose reasons the test sets, and what was said of them. */
function watched(count: number) {
  const lines: string[] = [];
  const say = (line: string): void => void lines.push(line);
  const reasons: (string | undefined)[] = Array<string | undefined>(count).fill("nothing heard");
  const bodies = reasons.map((_, i) => ({ name: `robot_${i}`, reasonToStand: () => reasons[i] }));
  const log = new StandingLog({ info: say, warn: say });
  /** A look, and what was said. */
  const look = (): string[] => {
    log.look(bodies);
    return lines.splice(0);
  };
  /** Half a second of looks. */
  const looks = (): string[] => Array.from({ length: 11 }, look).flat();
  return { reasons, look, looks };
}

test("bodies that stand from the start are not logged; all that begin to stand for one reason, once", () => {
  const { reasons, looks: look } = watched(30);
  expect(look()).toEqual([]);
  reasons.fill(undefined);
  expect(look()).toEqual(["free to move: 30 bodies (robot_0 to robot_29)"]);
  reasons.fill("no command");
  expect(look()).toEqual(["standing: 30 bodies (robot_0 to robot_29): no command"]);
  // A change of reason is told by /diagnostics alone.
  reasons.fill("no odometry");
  expect(look()).toEqual([]);
});

test("a few are named, by their reasons", () => {
  const { reasons, looks: look } = watched(4);
  reasons.fill(undefined);
  look();
  reasons[1] = "no odometry";
  reasons[3] = "out of the arena";
  expect(look()).toEqual(["standing: robot_1: no odometry", "standing: robot_3: out of the arena"]);
  reasons[1] = reasons[3] = undefined;
  expect(look()).toEqual(["free to move: robot_1, robot_3"]);
});

test("what changes one by one, as after a start, is summed up", () => {
  const { reasons, look, looks } = watched(12);
  const said = reasons.flatMap((_, i) => {
    reasons[i] = undefined;
    return look();
  });
  said.push(...looks());
  expect(said).toEqual(["free to move: robot_0", "free to move: 11 bodies (robot_1 to robot_11)"]);
});
