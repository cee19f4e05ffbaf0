import { type Check, publishDiagnostics, together } from "../../src/ros/diagnostics";
import { RosClock } from "../../src/ros/clock";
import type { DiagnosticArray } from "../../src/ros/messages";
import { playedNode } from "../support/played_node";

const check = (robot: string, level: "ok" | "warn" | "error", message: string): Check => ({
  robot,
  name: `${robot}/local_agent: motion`,
  look: () => ({ level, message, values: { zone: 1 } }),
});

function told(checks: readonly Check[]): DiagnosticArray[] {
  jest.useFakeTimers();
  const sent: DiagnosticArray[] = [];
  const node = {
    name: "local_agent",
    publisher: () => (message: DiagnosticArray) => void sent.push(message),
    safely: (work: () => void) => work(),
  };
  const end = publishDiagnostics(playedNode(node), new RosClock(true), () => checks);
  jest.advanceTimersByTime(3000);
  end();
  jest.advanceTimersByTime(3000);
  jest.useRealTimers();
  return sent;
}

test("each second one array with a status a check, until it is ended", () => {
  const isTold = jest.fn();
  const first = { ...check("robot_0", "ok", "fine"), told: isTold };
  const sent = told([first, check("robot_1", "error", "no odometry")]);
  expect(sent).toHaveLength(3);
  expect(isTold).toHaveBeenCalledTimes(3);
  expect(sent[0].status).toEqual([
    {
      level: 0,
      name: "robot_0/local_agent: motion",
      message: "fine",
      hardware_id: "robot_0",
      values: [{ key: "zone", value: "1" }],
    },
    expect.objectContaining({ level: 2, message: "no odometry", hardware_id: "robot_1" }),
  ]);
});

test("more than 50 robots are told together: the worst level, and how many say what", () => {
  const many = [...Array(60).keys()].map((i) =>
    check(`robot_${i}`, i < 3 ? "warn" : "ok", i < 3 ? "held" : "fine"),
  );
  const [{ status }] = told(many);
  expect(status).toEqual([
    {
      level: 1,
      name: "local_agent: 60 robots",
      message: "3 of 60: held (such as robot_0)",
      hardware_id: "",
      values: [
        { key: "held", value: "3" },
        { key: "fine", value: "57" },
      ],
    },
  ]);
});

test("where all is well nobody is named", () => {
  const seen = ["a", "b"].map((robot) => {
    const one = check(robot, "ok", "fine");
    return { ...one, health: one.look() };
  });
  expect(together("local_agent", seen).health.message).toBe("2 of 2: fine");
});
