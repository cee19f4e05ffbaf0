"""A simulated swarm: learner, global, local and lead agents, the simulator and the page."""

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


def start(context):
    values = shared.read(context, ARGUMENTS)
    if "fidelity" in values:
        if "world" in values:
            raise RuntimeError("fidelity:= is another name for world:=; give one of them")
        values["world"] = values.pop("fidelity")
    settings = shared.settings_of(values, ARGUMENTS)
    if settings.get("world") == "mujoco":
        values["reporter"] = settings["reporter"] = "mujoco"
    nodes = shared.nodes_of(shared.SWARM["processes"], values, settings)
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
