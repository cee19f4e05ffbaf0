"""The local agent of one real robot. The robot's driver gives odom and takes cmd_vel."""

from pathlib import Path
import sys

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

sys.path.append(str(Path(__file__).absolute().parent / "lib"))
import swarm_arguments as shared  # noqa: E402

# Where this launch file differs from what is declared. They are the weakest section: a file wins.
DEFAULTS = {"max_stamp_age": 0.5}
# Parameters of the local agent that are arguments here.
ARGUMENTS = {
    name: {"parameter": f"local_agent.{name}", **own}
    for name, own in {
        "robot_index": {},
        "kind": {},
        "population": {"description": "Robots of the swarm, n; the same on every robot."},
        "scenario": {},
        "initial_pose": {},
        "stamped_cmd_vel": {},
        "max_stamp_age": {
            "installed": DEFAULTS["max_stamp_age"],
            "description": "Odometry and commands stamped longer ago than this, s, are refused: "
            "the machines need one time (NTP, chrony). 0.0: not tested.",
        },
        "start_armed": {
            "description": "false: the robot stands until an emergency-stop reset is heard; "
            "true: it drives at the first command.",
        },
        "use_sim_time": {},
    }.items()
}
# They have no sensible default.
REQUIRED = ("robot_index", "population")


def start(context):
    namespace, params_file = (
        LaunchConfiguration(name).perform(context) for name in ("namespace", "params_file")
    )
    own = shared.addressed("local_agent", shared.read(context, ARGUMENTS))
    files = [params_file] if params_file else []
    # Started again it stands, unless start_armed says otherwise.
    return [
        Node(
            package=shared.PACKAGE,
            executable="local_agent",
            namespace=namespace,
            output="screen",
            parameters=[DEFAULTS, *files, *own],
            **shared.ending(shared.process_of("local_agent")),
        )
    ]


def generate_launch_description():
    return LaunchDescription(
        [
            DeclareLaunchArgument(
                "namespace",
                description="Namespace of the robot, and thereby its agent id, such as robot_3.",
            ),
            *(
                shared.declaration(name, argument, is_required=name in REQUIRED)
                for name, argument in ARGUMENTS.items()
            ),
            DeclareLaunchArgument(
                "params_file",
                default_value="",
                description="Parameter file; only arguments that are given override it.",
            ),
            OpaqueFunction(function=start),
        ]
    )
