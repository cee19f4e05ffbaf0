"""
The agents of a swarm whose world is Gazebo's. This file was not yet run against Gazebo.

It starts no Gazebo and spawns no model. It expects a running Gazebo whose models publish odometry
in the map frame on the Gazebo topic <robot>/odom (gz-sim's OdometryPublisher system) and are driven
by <robot>/cmd_vel (its DiffDrive system), for robot_0, robot_1, ... and for lead; and it bridges
these topics and /clock to ROS where the package ros_gz_bridge is installed. Without that package,
the bridge is the user's. Docks, jobs and rewards exist only in our own simulator.
"""

from pathlib import Path
import sys

from ament_index_python.packages import get_packages_with_prefixes
from launch import LaunchDescription
from launch.actions import IncludeLaunchDescription, LogInfo, OpaqueFunction
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.substitutions import FindPackageShare

sys.path.append(str(Path(__file__).absolute().parent / "lib"))
import swarm_arguments as shared  # noqa: E402

# Arguments of swarm.launch.py that hold for Gazebo too, and those of its own simulator.
SHARED = ("scenario", "robots", "sample_size", "table_size", "policy_file")
OWN_WORLD = ("fidelity", "simulator", "port", "host", "origins", "headless", "speed", "seconds")


def bridge(context):
    if "ros_gz_bridge" not in get_packages_with_prefixes():
        return [
            LogInfo(
                msg="ros_gz_bridge is not installed: bridge <robot>/odom, <robot>/cmd_vel "
                "and /clock yourself"
            )
        ]
    robots = shared.SWARM["arguments"]["robots"]
    count = shared.read(context, {"robots": robots}).get("robots")
    names = [f"robot_{i}" for i in range(count or shared.spec_of("robots", robots)["default"])] + [
        "lead"
    ]
    topics = ["/clock@rosgraph_msgs/msg/Clock[gz.msgs.Clock"]
    for name in names:
        topics.append(f"/{name}/odom@nav_msgs/msg/Odometry[gz.msgs.Odometry")
        topics.append(f"/{name}/cmd_vel@geometry_msgs/msg/Twist]gz.msgs.Twist")
    return [
        Node(
            package="ros_gz_bridge",
            executable="parameter_bridge",
            arguments=topics,
            output="screen",
        )
    ]


def refuse_own_world(context):
    """Refuse an argument of our own simulator: it would have no effect here."""
    given = [name for name in OWN_WORLD if name in context.launch_configurations]
    if given:
        raise RuntimeError(
            f"{given[0]}:= is an argument of our own simulator and Gazebo is the "
            "world here: leave it out, or launch swarm.launch.py"
        )
    return []


def generate_launch_description():
    swarm = PathJoinSubstitution([FindPackageShare(shared.PACKAGE), "launch", "swarm.launch.py"])
    passed = {name: LaunchConfiguration(name) for name in SHARED}
    # Gazebo moves bodies, whatever fidelity a parameter file names.
    passed.update(fidelity="motion", simulator="false")
    return LaunchDescription(
        [
            OpaqueFunction(function=refuse_own_world),
            *(shared.declaration(name, shared.SWARM["arguments"][name]) for name in SHARED),
            IncludeLaunchDescription(
                PythonLaunchDescriptionSource(swarm), launch_arguments=passed.items()
            ),
            # Last: where the swarm refuses an argument, launch would leave the bridge running.
            OpaqueFunction(function=bridge),
        ]
    )
