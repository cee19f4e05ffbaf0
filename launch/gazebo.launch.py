"""
A swarm in Gazebo: its server with the scenario's world, bridge, dock keeper, agents and page.

Gazebo Harmonic was not tried, Fortress was. What stops a base here is a system inside Gazebo
(gazebo/command_timeout.cc); without it nothing is started.
"""

import atexit
import os
from pathlib import Path
import shutil
import sys
import tempfile

from ament_index_python.packages import get_package_prefix, get_packages_with_prefixes
from launch import LaunchDescription
from launch.actions import ExecuteProcess, IncludeLaunchDescription, LogInfo, OpaqueFunction
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.substitutions import FindPackageShare

sys.path.append(str(Path(__file__).absolute().parent / "lib"))
import swarm_arguments as shared  # noqa: E402

# Arguments of swarm.launch.py that say which world there is, and are fixed here.
OWN_WORLD = ("world", "fidelity", "simulator", "reporter", "speed")
SWARM = {name: spec for name, spec in shared.SWARM["arguments"].items() if name not in OWN_WORLD}
ARGUMENTS = {
    **SWARM,
    "robots": {
        **SWARM["robots"],
        "range": [1, 100],
        "description": "Robots of the swarm, 100 at most: each one's odometry is heard by itself.",
    },
    "release": {
        "type": "string",
        "default": "harmonic",
        "choices": ["harmonic", "fortress"],
        "description": "Gazebo's release: harmonic is called as gz sim, fortress as ign gazebo.",
    },
    "gui": {
        "type": "boolean",
        "default": False,
        "description": "true: Gazebo with its window; otherwise the server alone.",
    },
    "real_time_factor": {
        "type": "double",
        "range": [0.01, 100.0],
        "default": 1.0,
        "description": "Simulated seconds a second, where the machine keeps up.",
    },
    "partition": {
        "type": "string",
        "default": "",
        "description": "GZ_PARTITION of this Gazebo, for gz topic and the like. Empty: one of its "
        "own, which is said, as two Gazebos of one partition mix.",
    },
}
PLUGIN = "libalternating_marl_command_timeout.so"
SERVERS = {"harmonic": ("gz", "sim"), "fortress": ("ign", "gazebo")}


def require_parts(tool):
    """Give the folder of the command timeout. Raise where that, Gazebo or the bridge is not there."""
    folder = Path(get_package_prefix(shared.PACKAGE), "lib")
    if not (folder / PLUGIN).is_file():
        raise RuntimeError(
            f"{PLUGIN} was not built, so robots would drive on when their commands end: install "
            f"Gazebo's development packages and build {shared.PACKAGE} again"
        )
    if shutil.which(tool) is None:
        raise RuntimeError(f"there is no {tool} on PATH: install Gazebo, or choose its release:=")
    if "ros_gz_bridge" not in get_packages_with_prefixes():
        raise RuntimeError("ros_gz_bridge is not installed: install it for this ROS and Gazebo")
    return folder


def make_world(settings):
    """Write the world into a folder of its own, which goes when the launch ends; give it, and words."""
    parent = Path(tempfile.mkdtemp(prefix="gazebo-"))
    atexit.register(shutil.rmtree, parent, ignore_errors=True)
    names = ("scenario", "robots", "epoch", "seed", "release", "real_time_factor")
    given = {name.replace("_", "-"): settings[name] for name in names if name in settings}
    options = [f"--{name}={value}" for name, value in given.items()]
    said = shared.run_command("gazebo_world", [*options, f"--out={parent / 'world'}"])
    return parent / "world", said


def environment_of(partition, plugins):
    """Its own partition and this machine's address alone, by the names of both releases."""
    paths = {}
    for name in ("GZ_SIM_SYSTEM_PLUGIN_PATH", "IGN_GAZEBO_SYSTEM_PLUGIN_PATH"):
        paths[name] = os.pathsep.join(filter(None, [str(plugins), os.environ.get(name)]))
    own = {"PARTITION": partition, "IP": "127.0.0.1"}
    return {**paths, **{f"{it}_{name}": own[name] for it in ("GZ", "IGN") for name in own}}


def bridge_of(file, namespace, environment):
    return Node(
        package="ros_gz_bridge",
        executable="parameter_bridge",
        namespace=namespace,
        parameters=[{"config_file": str(file)}],
        additional_env=environment,
        output="screen",
        respawn=True,
        respawn_delay=shared.SWARM["respawn_delay"],
    )


def refuse_other_worlds(context):
    """Refuse an argument that says which world there is: it would have no effect here."""
    given = [name for name in OWN_WORLD if name in context.launch_configurations]
    if given:
        raise RuntimeError(
            f"{given[0]}:= is for other worlds and Gazebo is the world here: leave it out, "
            "or launch swarm.launch.py"
        )
    return []


def start(context):
    values = shared.read(context, ARGUMENTS)
    settings = shared.settings_of(values, ARGUMENTS)
    tool, command = SERVERS[settings["release"]]
    plugins = require_parts(tool)
    folder, said = make_world(settings)
    partition = settings.get("partition") or f"{shared.PACKAGE}_{os.getpid()}"
    environment = environment_of(partition, plugins)
    swarm = PathJoinSubstitution([FindPackageShare(shared.PACKAGE), "launch", "swarm.launch.py"])
    passed = {name: LaunchConfiguration(name) for name in SWARM}
    # Gazebo moves bodies, whatever world a parameter file names; the reporter keeps the docks.
    passed.update(world="motion", simulator="false", reporter="gazebo")
    return [
        LogInfo(msg=f"{said} GZ_PARTITION={partition} GZ_IP=127.0.0.1"),
        # Before Gazebo: where the swarm refuses an argument, launch would leave that running.
        IncludeLaunchDescription(
            PythonLaunchDescriptionSource(swarm), launch_arguments=passed.items()
        ),
        ExecuteProcess(
            cmd=[
                tool,
                command,
                *([] if settings["gui"] else ["-s"]),
                "-r",
                str(folder / "world.sdf"),
            ],
            additional_env=environment,
            output="screen",
            on_exit=shared.ending({"node": "Gazebo server", "ends_launch": True})["on_exit"],
        ),
        bridge_of(folder / "bridge.yaml", values.get("namespace", ""), environment),
    ]


def generate_launch_description():
    return LaunchDescription(
        [
            OpaqueFunction(function=refuse_other_worlds),
            *(
                shared.declaration(name, argument, shared.DEFAULTS.get(name))
                for name, argument in ARGUMENTS.items()
            ),
            OpaqueFunction(function=start),
        ]
    )
