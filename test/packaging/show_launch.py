"""
Loads a launch file without launch and launch_ros: stand-ins record what it declares and starts.

Usage: show_launch.py FILE [name:=value ...]; prints {"arguments": [...], "actions": [...]} as JSON.
installed:=gz,ros_gz_bridge,... is no argument: it says which commands, packages and libraries there are.
"""

import atexit
import importlib.util
import json
from pathlib import Path
import shutil
import sys
import tempfile
import types

ROOT = Path(__file__).absolute().parents[2]


class Context:
    # As launch's LaunchContext has them.
    is_shutdown = False

    def __init__(self, values):
        self.launch_configurations = values


class Substitution:
    def __init__(self, perform):
        self.perform = perform


def perform(context, value):
    return value.perform(context) if isinstance(value, Substitution) else value


def launch_configuration(name):
    # Like the real one it fails for an argument that was neither declared nor given.
    return Substitution(lambda context: context.launch_configurations[name])


def find_package_share(package):
    assert package == "alternating_marl", package
    return Substitution(lambda context: str(ROOT))


def path_join(parts):
    return Substitution(lambda context: str(Path(*(perform(context, part) for part in parts))))


def record(kind):
    """Make an action or a description of anything: its keyword arguments under its kind."""
    return lambda *args, **kwargs: {"kind": kind, "args": list(args), **kwargs}


def argument(name, *, default_value=None, description=None, choices=None):
    if choices is not None and isinstance(default_value, str):
        assert default_value in choices, (name, default_value, choices)
    return {
        "kind": "argument",
        "name": name,
        "default": default_value,
        "description": description,
        "choices": choices,
    }


def parameter(name, value, *, value_type=None):
    # Unless its type is said, text is read as YAML, and an object is no parameter.
    assert value_type is str or not str(value).startswith("{"), (name, value)
    # The real one refuses what is not of a parameter's type.
    assert isinstance(value, (bool, int, float, str, list)), (name, value)
    return {"kind": "parameter", "name": name, "type": type(value).__name__, "value": value}


def stand_in(name, **members):
    module = types.ModuleType(name)
    vars(module).update(members)
    sys.modules[name] = module


def install_stand_ins(installed):
    # Where the package is installed, with the library of Gazebo's system if it is.
    prefix = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, prefix)
    Path(prefix, "lib").mkdir()
    if "command_timeout" in installed:
        Path(prefix, "lib", "libalternating_marl_command_timeout.so").touch()
    shutil.which = lambda tool: tool if tool in installed else None
    stand_in("launch", LaunchDescription=lambda entities: entities)
    stand_in(
        "launch.actions",
        DeclareLaunchArgument=argument,
        Shutdown=record("shutdown"),
        OpaqueFunction=lambda function: {"kind": "function", "function": function},
        IncludeLaunchDescription=record("include"),
        LogInfo=record("log"),
        ExecuteProcess=record("process"),
    )
    stand_in(
        "launch.substitutions",
        LaunchConfiguration=launch_configuration,
        PathJoinSubstitution=path_join,
    )
    stand_in("launch.launch_description_sources", PythonLaunchDescriptionSource=lambda file: file)
    stand_in("launch_ros")
    stand_in("launch_ros.actions", Node=record("node"))
    stand_in("launch_ros.descriptions", Parameter=parameter)
    stand_in("launch_ros.substitutions", FindPackageShare=find_package_share)
    stand_in("ament_index_python")
    stand_in(
        "ament_index_python.packages",
        get_packages_with_prefixes=lambda: dict.fromkeys(installed, "/"),
        get_package_prefix=lambda package: prefix,
    )
    # PyYAML comes with launch; here a parameter file is JSON, or the shipped one.
    shipped = {"simulator": {"ros__parameters": {"fidelity": "motion"}}}
    stand_in(
        "yaml",
        safe_load=lambda text: json.loads(text) if text.startswith("{") else shipped,
    )


def attempt(function, *args):
    try:
        return function(*args)
    except RuntimeError as error:
        return [{"kind": "refused", "why": str(error)}]


def plain(value, context):
    if callable(value):
        # What follows a node's end, by its exit status.
        events = {code: types.SimpleNamespace(returncode=code) for code in (0, 1, 2)}
        ends = {code: attempt(value, event, context) for code, event in events.items()}
        return plain(ends, context)
    if isinstance(value, dict):
        return {key: plain(item, context) for key, item in value.items()}
    if isinstance(value, (list, tuple)) or type(value).__name__ == "dict_items":
        return [plain(item, context) for item in value]
    return perform(context, value)


def main(file, given):
    install_stand_ins(given.pop("installed", "").split(","))
    spec = importlib.util.spec_from_file_location("launch_file", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    entities = module.generate_launch_description()
    context = Context(dict(given))
    actions = []
    for entity in entities:
        if entity["kind"] == "argument":
            if entity["default"] is not None:
                default = perform(context, entity["default"])
                context.launch_configurations.setdefault(entity["name"], default)
        elif entity["kind"] == "function":
            actions.extend(attempt(entity["function"], context))
        else:
            actions.append(entity)
    arguments = [entity for entity in entities if entity["kind"] == "argument"]
    print(json.dumps(plain({"arguments": arguments, "actions": actions}, context)))


if __name__ == "__main__":
    main(sys.argv[1], dict(pair.split(":=", 1) for pair in sys.argv[2:]))
