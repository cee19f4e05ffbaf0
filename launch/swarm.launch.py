"""A simulated swarm: learner, global, local and lead agents, the simulator and the page."""

import json
from pathlib import Path
import sys

from launch import LaunchDescription
from launch.actions import OpaqueFunction
from launch.substitutions import PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.substitutions import FindPackageShare

sys.path.append(str(Path(__file__).absolute().parent / "lib"))
import swarm_arguments as shared  # noqa: E402

ARGUMENTS = shared.SWARM["arguments"]


def holds(when, settings):
    """Tell whether an argument has the value that is asked for, or any but an empty one."""
    value = settings.get(when["argument"], "")
    return value == when["is"] if "is" in when else value != ""


def parameters_of(process, values, settings):
    """Give a process its parameters, with the values of arguments put in."""
    own = dict(process["parameters"])
    for variant in process.get("variants", []):
        if holds(variant["when"], settings):
            own.update(variant["parameters"])
    is_argument = {
        name: isinstance(value, str) and value.startswith("$") for name, value in own.items()
    }
    return {
        name: values[value[1:]] if is_argument[name] else value
        for name, value in own.items()
        if not is_argument[name] or value[1:] in values
    }


def groups_of(process, values):
    """Give the robots that each process of a kind hosts."""
    if not process.get("hosts_robots"):
        return [{}]
    robots, most = values["robots"], values["robots_per_process"]
    return [
        {"first_robot": first, "hosted_robots": min(most, robots - first)}
        for first in range(0, robots, most)
    ]


def nodes_of(process, values, settings):
    """Give the launch actions of a described process."""
    name = process["node"]
    more = shared.ending(process)
    within = [values.get("namespace", "").strip("/"), process.get("namespace")]
    if any(within):
        more["namespace"] = "/".join(filter(None, within))
    own = [
        parameters_of(process, {**values, **group}, settings)
        for group in groups_of(process, values)
    ]
    return [
        Node(
            package=shared.PACKAGE,
            executable=name,
            output="screen",
            parameters=[values["params_file"], *shared.addressed(name, parameters)],
            **more,
        )
        for parameters in own
    ]


def start(context):
    values = shared.read(context, ARGUMENTS)
    if "fidelity" in values:
        if "world" in values:
            raise RuntimeError("fidelity:= is another name for world:=; give one of them")
        values["world"] = values.pop("fidelity")
    settings = shared.settings_of(values, ARGUMENTS)
    if settings.get("world") == "mujoco":
        values["reporter"] = settings["reporter"] = "mujoco"
    values["about"] = json.dumps(settings)
    nodes = [
        node
        for process in shared.SWARM["processes"]
        if all(holds(when, settings) for when in process.get("when", []))
        for node in nodes_of(process, values, settings)
    ]
    if values["rviz"]:
        layout = PathJoinSubstitution([FindPackageShare(shared.PACKAGE), "config", "swarm.rviz"])
        # First: where RViz is not found, launch would leave those started before it running.
        nodes.insert(
            0,
            Node(
                package="rviz2",
                executable="rviz2",
                arguments=["-d", layout],
                parameters=[{"use_sim_time": True}],
            ),
        )
    return nodes


def generate_launch_description():
    return LaunchDescription(
        [
            *(
                shared.declaration(name, argument, shared.DEFAULTS.get(name))
                for name, argument in ARGUMENTS.items()
            ),
            OpaqueFunction(function=start),
        ]
    )
