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
        "output": {},
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
# What has no sensible default: a robots file has it, or the arguments.
TEXTS = {
    "namespace": "Namespace of the robot, and thereby its agent id, such as robot_3.",
    "robots_file": "Robots file (YAML) of the swarm: it has namespace, robot_index, population, "
    "kind, initial_pose, output and topic names of the robot. Arguments that are given override it.",
    "robot": "Name of the robot in the robots file.",
    "params_file": "Parameter file; only arguments that are given override it.",
}
REQUIRED = ("namespace", "robot_index", "population")


def told_of(robot, file, scenario):
    """Give what a robots file says of a robot: arguments, and remappings."""
    robots = shared.robots_of(file, scenario)["robots"]
    names = [each["name"] for each in robots]
    if robot not in names:
        raise RuntimeError(
            f"robot:={robot} is not in {file}, or is not enabled: it has {', '.join(names)}"
        )
    own = robots[names.index(robot)]
    placed, remappings = shared.body_of(own)
    kind = {"kind": own["kind"]} if "kind" in own else {}
    place = {"robot_index": names.index(robot), "population": len(robots)}
    return {"namespace": own["namespace"], **place, **kind, **placed}, remappings


def scenario_of(values, params_file):
    """Give the scenario that the agent will have."""
    sections = shared.sections_of(params_file) if params_file else {}
    told = values.get("scenario") or shared.told_in(sections, "local_agent", "scenario")
    return told or shared.PARAMETERS["local_agent"]["scenario"]["default"]


def start(context):
    texts = {name: LaunchConfiguration(name).perform(context) for name in TEXTS}
    given = {name: text for name, text in texts.items() if text != ""}
    values = {**shared.read(context, ARGUMENTS), **given}
    file, robot, params_file = (
        values.pop(name, None) for name in ("robots_file", "robot", "params_file")
    )
    if (file is None) != (robot is None):
        raise RuntimeError("robots_file:= and robot:= go together: give both, or neither")
    told, remappings = told_of(robot, file, scenario_of(values, params_file)) if file else ({}, [])
    values = {**told, **values}
    missing = [name for name in REQUIRED if name not in values]
    if missing:
        raise RuntimeError(f"{missing[0]}:= is missing: give it, or robots_file:= and robot:=")
    namespace = values.pop("namespace")
    own = shared.addressed("local_agent", values)
    files = [params_file] if params_file else []
    # Started again it stands, unless start_armed says otherwise.
    return [
        Node(
            package=shared.PACKAGE,
            executable="local_agent",
            namespace=namespace,
            output="screen",
            parameters=[DEFAULTS, *files, *own],
            remappings=remappings,
            ros_arguments=shared.enclave_of(namespace, "local_agent"),
            **shared.ending(shared.process_of("local_agent")),
        )
    ]


def generate_launch_description():
    return LaunchDescription(
        [
            *(
                DeclareLaunchArgument(name, default_value="", description=description)
                for name, description in TEXTS.items()
            ),
            *(shared.declaration(name, argument) for name, argument in ARGUMENTS.items()),
            OpaqueFunction(function=start),
        ]
    )
