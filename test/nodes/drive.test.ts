import fc from "fast-check";
import { type BodyLimits, type Point } from "../../src/game/arena";
import { type DriveCommand, driveTo, type Pose, STOP } from "../../src/nodes/drive";

const limits: BodyLimits = {
  radius: 0.11,
  maxSpeed: 2,
  maxAcceleration: 4,
  maxYawRate: 4,
  maxYawAcceleration: 16,
};

/** A body that follows commands within its limits, in small steps; `delay` s after they were sent. */
function drive(from: Pose, target: Point, delay: number, seconds: number): Pose[] {
  const step = 0.01;
  let { x, y, yaw } = from;
  let v = 0;
  let w = 0;
  let sent: DriveCommand = STOP;
  const commands: DriveCommand[] = [];
  const path: Pose[] = [];
  for (let k = 0; k < seconds / step; k++) {
    if (k % 10 === 0) {
      sent = driveTo({ x, y, yaw }, target, limits, sent, 0.1);
      commands.push(sent);
    }
    const heard = commands[Math.floor((k - Math.round(delay / step)) / 10)] ?? STOP;
    v += Math.max(-0.04, Math.min(0.04, heard.linear - v));
    w += Math.max(-0.16, Math.min(0.16, heard.angular - w));
    x += v * step * Math.cos(yaw + (w * step) / 2);
    y += v * step * Math.sin(yaw + (w * step) / 2);
    yaw += w * step;
    path.push({ x, y, yaw });
  }
  return path;
}

const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);

test("from rest, straight ahead: the acceleration limit sets the first command", () => {
  expect(driveTo({ x: 0, y: 0, yaw: 0 }, { x: 10, y: 0 }, limits, STOP, 0.1)).toEqual({
    linear: 0.4,
    angular: 0,
  });
});

test("the target behind it: it turns on the spot", () => {
  const command = driveTo({ x: 0, y: 0, yaw: 0 }, { x: -5, y: 0.1 }, limits, STOP, 0.1);
  expect(command).toEqual({ linear: 0, angular: 1.6 });
});

test("at the target it stands, and stays standing", () => {
  const path = drive({ x: 1, y: 1, yaw: 2 }, { x: 1.01, y: 1 }, 0.1, 2);
  expect(path.at(-1)).toEqual({ x: 1, y: 1, yaw: 2 });
});

test("never breaks a speed or acceleration limit, whatever the input", () => {
  const coordinate = fc.oneof(fc.double({ min: -20, max: 20, noNaN: true }), fc.double());
  const input = fc.tuple(
    fc.record({ x: coordinate, y: coordinate, yaw: coordinate }),
    fc.record({ x: coordinate, y: coordinate }),
    fc.oneof(fc.constant(0.1), fc.double()),
  );
  fc.assert(
    fc.property(fc.array(input, { minLength: 1, maxLength: 30 }), (inputs) => {
      let previous = STOP;
      for (const [pose, target, dt] of inputs) {
        const next = driveTo(pose, target, limits, previous, dt);
        const numbers = [pose.x, pose.y, pose.yaw, target.x, target.y, dt];
        if (!numbers.every(Number.isFinite)) {
          expect(next).toEqual(STOP);
        } else {
          const period = Math.max(0, dt) + 1e-9;
          expect(Math.abs(next.linear)).toBeLessThanOrEqual(2);
          expect(Math.abs(next.angular)).toBeLessThanOrEqual(4);
          // A stop where a sum of huge but finite numbers overflows is a stop, too.
          if (next !== STOP) {
            expect(Math.abs(next.linear - previous.linear)).toBeLessThanOrEqual(4 * period);
            expect(Math.abs(next.angular - previous.angular)).toBeLessThanOrEqual(16 * period);
          }
        }
        previous = next;
      }
    }),
    { numRuns: 500, seed: 1 },
  );
});

test("a previous command that is no number, or beyond the limits, does no harm", () => {
  const pose = { x: 0, y: 0, yaw: 0 };
  const ahead = { x: 10, y: 0 };
  expect(driveTo(pose, ahead, limits, { linear: NaN, angular: 0 }, 0.1)).toEqual(STOP);
  expect(driveTo(pose, ahead, limits, { linear: 50, angular: 0 }, 0.1).linear).toBe(2);
});

test.each([0, 0.1, 0.2])(
  "with a delay of %p s it comes to rest within 0.03 m, without overshooting",
  (delay) => {
    const place = fc.double({ min: -5, max: 5, noNaN: true });
    const heading = fc.double({ min: -Math.PI, max: Math.PI, noNaN: true });
    fc.assert(
      fc.property(place, place, heading, (x, y, yaw) => {
        const target = { x, y };
        const path = drive({ x: 0, y: 0, yaw }, target, delay, 10);
        expect(distance(path.at(-1)!, target)).toBeLessThan(0.03);
        expect(distance(path.at(-1)!, path.at(-100)!)).toBeLessThan(1e-9);
        // Past the target by no more than its own radius, with the way there a little curved.
        const far = Math.max(...path.map((pose) => distance(pose, { x: 0, y: 0 })));
        expect(far).toBeLessThan(distance(target, { x: 0, y: 0 }) + 0.11);
      }),
      { numRuns: 60, seed: 2 },
    );
  },
);
