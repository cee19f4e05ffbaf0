"""Writes a scenario's world for Gazebo: called by `npm run gazebo-world` (docs/worlds.md)."""

import json
from pathlib import Path
import shutil
import sys
import tempfile
from typing import Any
from xml.etree import ElementTree

from .description import World, WorldError, describe
from .gazebo_xml import LEAD, ROBOT, Settings, sdf_of, urdf_of

# Agents answer each odometry with a command, and a base brakes 0.2 s of wall time after the last: below
# this rate robots stop and go.
LOWEST_RATE_HZ = 7.0
# Files and name space of its plugins, and the package of its messages.
RELEASES = {
    "harmonic": ("gz-sim", "gz::sim::systems", "gz.msgs"),
    "fortress": ("ignition-gazebo", "ignition::gazebo::systems", "ignition.msgs"),
}


def settings_of(release: str, robots: int, factor: float) -> Settings:
    """Many robots need a long step to keep up; odometry is often enough where they do not."""
    step = 0.004 if robots <= 30 else 0.005
    return Settings(*RELEASES[release][:2], step=step, rate=40.0, factor=factor)


def bridge_of(world: World, messages: str) -> list[dict[str, object]]:
    """What ros_gz_bridge passes on, and of each the last message alone. ROS names are relative.

    Commands come from the dock keeper, which stands between a robot's agent and its base.
    """
    odometry, twist = "nav_msgs/msg/Odometry", "geometry_msgs/msg/Twist"
    passed = [("clock", "/clock", "rosgraph_msgs/msg/Clock", "Clock", "GZ_TO_ROS")]
    for name in (start.name for start in world.starts):
        passed.append((f"{name}/odom", f"/{name}/odom", odometry, "Odometry", "GZ_TO_ROS"))
        passed.append((f"{name}/base/cmd_vel", f"/{name}/cmd_vel", twist, "Twist", "ROS_TO_GZ"))
    return [
        {
            "ros_topic_name": ros,
            "gz_topic_name": gz,
            "ros_type_name": kind,
            "gz_type_name": f"{messages}.{message}",
            "publisher_queue": 1,
            "subscriber_queue": 1,
            "direction": direction,
        }
        for ros, gz, kind, message, direction in passed
    ]


def xml_of(tree: ElementTree.Element) -> str:
    ElementTree.indent(tree)
    return f'<?xml version="1.0"?>\n{ElementTree.tostring(tree, encoding="unicode")}\n'


def write(files: dict[str, str], out: Path) -> None:
    """A new folder, whole or not at all. Raises WorldError where it is there or cannot be made."""
    if out.exists():
        raise WorldError(f"{out} is there already: give --out a new folder, or remove it")
    try:
        made = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
        try:
            made.chmod(0o755)
            for name, text in files.items():
                (made / name).write_text(text, encoding="utf-8")
            made.rename(out)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    except OSError as error:
        raise WorldError(f"{out} cannot be made ({error}): give --out another folder") from None


def make(told: dict[str, Any]) -> str:
    """Writes the folder and gives a sentence about it. Raises WorldError."""
    release, out = told["release"], told["out"]
    world = describe(told["scenario"], told["robots"], told["epoch"], told["seed"])
    settings = settings_of(release, told["robots"], told["realTimeFactor"])
    robot, lead = world.starts[0], world.starts[-1]
    entries = bridge_of(world, RELEASES[release][2])
    files = {
        "world.sdf": xml_of(sdf_of(world, settings)),
        "robot.urdf": xml_of(urdf_of(robot.body, "robot", ROBOT)),
        "lead.urdf": xml_of(urdf_of(lead.body, "lead", LEAD)),
        "bridge.yaml": "".join(f"- {json.dumps(entry)}\n" for entry in entries),
    }
    write(files, Path(out))
    said = f"{out}: {world.scenario}, {told['robots']} robots, for Gazebo {release}; a step of "
    said += f"{settings.step * 1000:g} ms, odometry at {settings.rate:g} Hz of simulated time."
    least = LOWEST_RATE_HZ / settings.rate
    if settings.factor < least:
        said += f" Robots will stop and go: agents need a real-time factor of {least:g} or more."
    return said


if __name__ == "__main__":
    try:
        print(make(json.loads(sys.argv[1])))
    except WorldError as problem:
        print(problem, file=sys.stderr)
        sys.exit(2)
