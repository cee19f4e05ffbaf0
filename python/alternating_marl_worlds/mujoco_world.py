"""The node mujoco_world: the bodies of a scenario in MuJoCo, behind the topics of real robots.

It hears each body's commands, and gives its odometry and /clock. Parameters: docs/parameters.md.
"""

from collections.abc import Callable
import faulthandler
import json
import math
import os
import signal
import sys
from threading import Event
from time import monotonic
from typing import Any

from builtin_interfaces.msg import Time
from geometry_msgs.msg import Twist
from nav_msgs.msg import Odometry
import rclpy
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from rosgraph_msgs.msg import Clock

from .description import describe, package_file, World, WorldError

# Bodies that were told nothing for this long brake, s of wall time.
COMMAND_TIMEOUT = 0.2
# Odometry and time are repeated after this long: agents answer each odometry, so commands come as often.
REPEAT = 0.045
# A round of the loop, and simulated time that is caught up at most, both in s of wall time.
ROUND, BEHIND = 0.01, 0.1
# The end of a process takes no longer, s: Fast DDS can deadlock when others leave too.
LAST_RESORT = 1.5
# What is exact has this variance, as in the simulator: filters divide by it.
EXACT = [1e-9 if i % 7 == 0 else 0.0 for i in range(36)]
KINDS: dict[str, tuple[type, ...]] = {"integer": (int,), "double": (int, float), "string": (str,)}


def read_parameters(node: Node) -> dict[str, Any]:
    """The values of all parameters. Raises WorldError for one that breaks its declaration."""
    specs = json.loads(package_file("config", "parameters.json").read_text())["mujoco_world"]
    given = {name: told.value for name, told in node.get_parameters_by_prefix("").items()}
    values = {name: given.get(name, spec["default"]) for name, spec in specs.items()}
    for name, value in values.items():
        low, high = specs[name].get("range", (value, value))
        is_kind = isinstance(value, KINDS[specs[name]["type"]]) and not isinstance(value, bool)
        if not is_kind or not low <= value <= high or value == "":
            bounds = f" from {low} to {high}" if low != high else ""
            raise WorldError(
                f"parameter {name} is {value!r}; it must be of type {specs[name]['type']}{bounds}"
            )
    return values


class Base:
    """The topics of a body."""

    def __init__(self, node: Node, name: str, topic: str) -> None:
        self._publisher = node.create_publisher(Odometry, f"{name}/odom", 1)
        self._heard = node.create_subscription(Twist, f"{name}/{topic}", lambda _: None, 1)
        prefix = f"{node.get_namespace()}/{name}".strip("/").replace("//", "/")
        self._odometry = Odometry(child_frame_id=f"{prefix}/base_link")
        self._odometry.header.frame_id = "map"
        self._odometry.pose.covariance = self._odometry.twist.covariance = EXACT
        self._heard_at = -math.inf

    def hear(self) -> tuple[float, float] | None:
        """The newest command, m/s and rad/s; None: as before."""
        # Taken here, as an executor does: one of rclpy's needs a millisecond for each message.
        taken = self._heard.handle.take_message(Twist, False)
        if taken is None:
            return None
        command = taken[0].linear.x, taken[0].angular.z
        if not all(map(math.isfinite, command)):
            return None
        self._heard_at = monotonic()
        return command

    @property
    def is_silent(self) -> bool:
        return monotonic() - self._heard_at > COMMAND_TIMEOUT

    def tell(self, stamp: Time, x: float, y: float, yaw: float, v: float, w: float) -> None:
        told = self._odometry
        told.header.stamp = stamp
        pose, twist = told.pose.pose, told.twist.twist
        pose.position.x, pose.position.y = x, y
        pose.orientation.z, pose.orientation.w = math.sin(yaw / 2), math.cos(yaw / 2)
        twist.linear.x, twist.angular.z = v, w
        self._publisher.publish(told)


class MujocoWorld:
    """Steps by the wall clock. A world that falls behind slows down and skips none."""

    def __init__(self, node: Node, world: World, values: dict[str, Any]) -> None:
        # Here, so that all else is said where it is missing.
        from .mujoco_physics import Physics

        self._speed, step = values["speed"], values["step"]
        self._physics = Physics(world, step)
        self._step_ns = round(step * 1e9)
        self._odometry_steps = max(1, round(1 / (values["odometry_rate"] * step)))
        self._bases = [Base(node, start.name, values["cmd_vel"]) for start in world.starts]
        self._clock = node.create_publisher(Clock, "clock", 10)
        self._steps = 0
        # Steps that are due, and when that and odometry were looked at.
        self._credit = 0.0
        self._looked_at = self._told_at = monotonic()

    def round(self) -> bool:
        """Hear, move, tell. Returns whether more steps are due at once."""
        for i, base in enumerate(self._bases):
            command = base.hear()
            if command is not None:
                self._physics.commands[i] = command
            elif base.is_silent:
                self._physics.brake(i)
        now = monotonic()
        due = self._credit + (now - self._looked_at) * self._speed * 1e9 / self._step_ns
        self._looked_at = now
        self._credit = min(due, max(1.0, BEHIND * self._speed * 1e9 / self._step_ns))
        left = self._odometry_steps - self._steps % self._odometry_steps
        steps = min(left, int(self._credit))
        self._physics.advance(steps)
        self._steps += steps
        self._credit -= steps
        if steps == left or now - self._told_at > REPEAT:
            self._tell()
        elif steps > 0:
            self._clock.publish(Clock(clock=self._stamp()))
        return self._credit >= 1

    def _stamp(self) -> Time:
        seconds, nanoseconds = divmod(self._steps * self._step_ns, 10**9)
        return Time(sec=seconds, nanosec=nanoseconds)

    def _tell(self) -> None:
        stamp = self._stamp()
        self._clock.publish(Clock(clock=stamp))
        places = zip(self._physics.poses().tolist(), self._physics.twists().tolist(), strict=True)
        for base, (pose, twist) in zip(self._bases, places, strict=True):
            base.tell(stamp, *pose, *twist)
        self._told_at = monotonic()


def run(node: Node) -> None:
    """Run until a signal, or until the process that started this one is gone."""
    # npm start gives a channel; a program of Node.js that finds its number, and no channel, aborts.
    parent = os.getppid() if os.environ.pop("NODE_CHANNEL_FD", None) else None
    values = read_parameters(node)
    asked = [values[name] for name in ("scenario", "population", "epoch_length", "seed")]
    world = MujocoWorld(node, describe(*asked), values)
    node.get_logger().info(
        f"{values['population']} robots of {values['scenario']} in MuJoCo, steps of {values['step']} s"
    )
    # From now on a signal must not interrupt what is called: rclpy makes errors of that.
    ended = Event()
    end_by(lambda *_: ended.set())
    while not ended.wait(0 if world.round() else ROUND):
        if parent is not None and os.getppid() != parent:
            break


def end_by(handler: Callable[..., object]) -> None:
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, handler)


def main() -> int:
    """Exit status: 0 ended, 1 failed, 2 wrong use."""
    end_by(lambda *_: sys.exit(0))
    try:
        rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        node = Node(
            "mujoco_world",
            automatically_declare_parameters_from_overrides=True,
            start_parameter_services=False,
        )
        run(node)
        return 0
    except WorldError as error:
        print(error, file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        print(
            f"{error}: the MuJoCo world needs MuJoCo 4, and that Python 3.11 or newer; npm start sets "
            "it up, elsewhere: pip install mujoco",
            file=sys.stderr,
        )
    finally:
        faulthandler.dump_traceback_later(LAST_RESORT, exit=True, file=open(os.devnull, "w"))
        rclpy.try_shutdown()
    return 1


if __name__ == "__main__":
    sys.exit(main())
