"""What the launch files share: arguments declared and read as the parameters are declared."""

import json
import os
from pathlib import Path
import re
import subprocess

from launch.actions import DeclareLaunchArgument, Shutdown
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.descriptions import Parameter
from launch_ros.substitutions import FindPackageShare
import yaml

PACKAGE = "alternating_marl"
PARAMS_FILE = PathJoinSubstitution([FindPackageShare(PACKAGE), "config", "swarm.yaml"])
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / PACKAGE
# Of arguments whose own depend on the machine.
DEFAULTS = {"cache": str(CACHE), "params_file": PARAMS_FILE}
TYPES = {"integer": int, "double": float, "double_array": list, "string": str, "boolean": bool}
# As npm start reads them. Python's own would take 010, which ROS reads as 8, and 1_0.
FORMS = {
    int: re.compile(r"[+-]?(0|[1-9][0-9]*)"),
    float: re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?", re.IGNORECASE),
}
# Exit status of a node that was given what it cannot use.
WRONG_USE = 2
KINDS = {int: "a whole number", float: "a number", list: "of the form [x, y, yaw]"}
# Every node of ROS has this one without declaring it.
SIM_TIME = {"type": "boolean", "default": False, "description": "true: the time is that of /clock."}


def load(*parts):
    """Read a JSON file of the package."""
    file = Path(__file__).absolute().parents[2].joinpath(*parts)
    try:
        return json.loads(file.read_text())
    except (OSError, ValueError) as error:
        raise RuntimeError(f"{file} cannot be used: {error}; install {PACKAGE} again") from None


PARAMETERS = load("config", "parameters.json")
SWARM = load("launch", "swarm.json")


def spec_of(name, argument):
    """Give the declaration of an argument: its parameter's, and what it says itself."""
    node, _, parameter = argument.get("parameter", "").partition(".")
    try:
        declared = {**PARAMETERS[node], "use_sim_time": SIM_TIME}[parameter] if node else {}
        spec = {**declared, **argument}
        if spec["type"] not in TYPES or not spec["description"]:
            raise KeyError("type or description")
    except KeyError as error:
        raise RuntimeError(
            f"the argument {name} is not described: {error} is missing; "
            "see launch/swarm.json and config/parameters.json"
        ) from None
    return spec


def text_of(value):
    return json.dumps(value) if isinstance(value, (bool, list)) else str(value)


def declaration(name, argument, default=None, is_required=False):
    """
    Declare a launch argument.

    One without a default of its own is empty by default, and the parameter file decides, so that
    an argument which was not given does not override what a user wrote there.
    """
    spec = spec_of(name, argument)
    description = spec["description"]
    if default is None and not is_required:
        is_left = "default" not in argument
        default = "" if is_left else text_of(spec["default"])
        installed = spec.get("installed", spec.get("default", ""))
        if is_left and installed != "":
            description += f" Empty: what params_file says, as installed {text_of(installed)}."
    choices = ["true", "false"] if spec["type"] == "boolean" else spec.get("choices")
    if choices and default == "":
        choices = ["", *choices]
    return DeclareLaunchArgument(
        name, default_value=default, description=description, choices=choices
    )


def read_as(kind, text):
    if kind in FORMS and not FORMS[kind].fullmatch(text.strip()):
        raise ValueError
    return kind(text)


def typed(name, text, spec):
    """Give an argument the type of its parameter (ROS takes no 1 for a 1.0), within its range."""
    kind = TYPES[spec["type"]]
    try:
        if kind is list:
            numbers = [read_as(float, number) for number in text.strip().strip("[]").split(",")]
            if len(numbers) != 3:
                raise ValueError
            return numbers
        value = text == "true" if kind is bool else read_as(kind, text)
    except ValueError:
        raise RuntimeError(
            f"{name}:={text} is not {KINDS[kind]}: give one, or see --show-args"
        ) from None
    low, high = spec.get("range", (value, value))
    if not (kind in (bool, str) or low <= value <= high):
        raise RuntimeError(
            f"{name}:={text} is not allowed: give {KINDS[kind]} from {low} to {high}"
        )
    return value


def read(context, arguments):
    """Give the values of the arguments that are not empty."""
    texts = {name: LaunchConfiguration(name).perform(context) for name in arguments}
    return {
        name: typed(name, text, spec_of(name, arguments[name]))
        for name, text in texts.items()
        if text != ""
    }


def sections_of(file):
    """Give the sections of a parameter file."""
    if not Path(file).is_file():
        raise RuntimeError(
            f"params_file:={file} is not there: give a parameter file, or leave the argument out"
        )
    return yaml.safe_load(Path(file).read_text()) or {}


def told_in(sections, node, parameter):
    """Give what a parameter file says of a node's parameter, if it does."""
    for section in (node, f"/{node}", "/**"):
        told = ((sections.get(section) or {}).get("ros__parameters") or {}).get(parameter)
        if told is not None:
            return told
    return None


def settings_of(values, arguments):
    """
    Give the run's settings: what was given, and what the parameter file says of the rest.

    Those that all nodes must share are put into the values too, and thereby given to each.
    """
    sections = sections_of(values["params_file"])
    settings = dict(values)
    for name, argument in arguments.items():
        node, _, parameter = argument.get("parameter", "").partition(".")
        if not node or name in values or "default" in argument:
            continue
        spec = spec_of(name, argument)
        told = told_in(sections, node, parameter)
        if argument.get("always"):
            text = text_of(spec["default"] if told is None else told)
            settings[name] = values[name] = typed(name, text, spec)
        elif told is not None:
            settings[name] = told
    return settings


def addressed(node, values):
    """
    Give parameters addressed to a node by its bare name.

    rclnodejs lets a node's own section of a file win over a parameter that names no node.
    """
    # Text stays text: launch would read that of a JSON object as something else.
    return [
        Parameter(f"{node}:{name}", value, value_type=str if isinstance(value, str) else None)
        for name, value in values.items()
    ]


def process_of(node):
    """Give the described process of a node."""
    return next(entry for entry in SWARM["processes"] if entry["node"] == node)


def ending(process):
    """
    Give a launched node what is to follow its end.

    One that was given what it cannot use would fail again and again: the launch ends instead.
    """
    name, is_end = process["node"], process.get("ends_launch", False)

    def after(event, context):
        status = event.returncode
        if context.is_shutdown:
            return []
        if status == WRONG_USE or (is_end and status != 0):
            # By an error launch says the reason, and itself ends with status 1.
            raise RuntimeError(f"the {name} ended with status {status}; its message says why")
        return [Shutdown(reason=f"the {name} ended")] if is_end else []

    respawn = {"respawn": True, "respawn_delay": SWARM["respawn_delay"]}
    return {"on_exit": after, **(respawn if process.get("respawn") else {})}


def holds(when, settings):
    """Tell whether an argument has the value that is asked for, or any but an empty one."""
    value = settings.get(when["argument"], "")
    return value == when["is"] if "is" in when else value != ""


def parameters_of(process, values, settings, instead):
    """Give a process its parameters, with the values of arguments put in."""
    own = {**process["parameters"], **instead.get(process["node"], {})}
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


def enclave_of(namespace, name):
    """Give the arguments that name a node's keys (docs/security.md); without security nothing follows."""
    return ["--enclave", "/" + "/".join(filter(None, [namespace.strip("/"), name]))]


def process_actions(process, values, settings, instead):
    """Give the launch actions of a described process."""
    name = process["node"]
    more = {**ending(process), "remappings": process.get("remappings", [])}
    within = [values.get("namespace", "").strip("/"), process.get("namespace")]
    if any(within):
        more["namespace"] = "/".join(filter(None, within))
    more["ros_arguments"] = enclave_of(more.get("namespace", ""), name)
    own = [
        parameters_of(process, {**values, **group}, settings, instead)
        for group in groups_of(process, values)
    ]
    return [
        Node(
            package=PACKAGE,
            executable=name,
            output="screen",
            parameters=[values["params_file"], *addressed(name, parameters)],
            **more,
        )
        for parameters in own
    ]


def nodes_of(processes, values, settings, instead=None):
    """
    Give the launch actions of described processes, as far as they are asked for.

    `instead` has parameters, by the node's name, that stand in place of those described.
    """
    told = {**values, "about": json.dumps(settings)}
    return [
        node
        for process in processes
        if all(holds(when, settings) for when in process.get("when", []))
        for node in process_actions(process, told, settings, instead or {})
    ]


def run_command(name, options):
    """Give what a command of the package prints. Raise what it says where it fails."""
    program = Path(__file__).absolute().parents[2] / "dist" / "src" / "cli" / f"{name}.js"
    made = subprocess.run(["node", str(program), *options], capture_output=True, text=True)
    if made.returncode != 0:
        raise RuntimeError(made.stderr.strip() or f"{program} ended with {made.returncode}")
    return made.stdout.strip()


def robots_of(file, scenario):
    """Give who is in a robots file, as the nodes read it."""
    options = [f"--robots-file={file}", f"--scenario={scenario}"]
    return json.loads(run_command("describe_robots", options))


def body_of(robot):
    """Give the agent's parameters and remappings that a robots file has for a body."""
    # A relative name stays within the node's namespace, that of its fleet included.
    remappings = [(name, topic) for name, topic in robot["topics"].items() if topic != name]
    # JSON writes 1.0 as 1, and ROS takes no whole numbers for these.
    pose = [float(number) for number in robot.get("initialPose", [])]
    output = {"output": robot["output"]} if "output" in robot else {}
    return {**({"initial_pose": pose} if pose else {}), **output}, remappings
