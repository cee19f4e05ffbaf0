"""
The operator's side of a swarm of real robots: global agent, learner, lead agent, page, reporter.

No local agents: robot.launch.py starts one on each robot, by the same robots file.
"""

from pathlib import Path
import sys

from launch import LaunchDescription
from launch.actions import OpaqueFunction

sys.path.append(str(Path(__file__).absolute().parent / "lib"))
import swarm_arguments as shared  # noqa: E402

SHARED = (
    ("scenario", "sample_size", "table_size", "observation", "sampling", "epoch", "seed")
    + ("policy_file", "cache", "port", "host", "origins", "headless", "record", "odometry_rate")
    + ("namespace", "params_file")
)
# Where no parameter file is given.
MAX_STAMP_AGE = 0.5
ARGUMENTS = {
    "robots_file": {"parameter": "global_agent.robots_file", "description": "Robots file (YAML)."},
    **{name: shared.SWARM["arguments"][name] for name in SHARED},
    "reporter": {
        "type": "boolean",
        "default": True,
        "description": "A reporter tells epochs, rewards and poses, for page and recordings.",
    },
    "poses_topic": {"parameter": "reporter.poses_topic"},
    "start_armed": {
        "parameter": "lead_agent.start_armed",
        "description": "false: the lead vehicle stands until an emergency-stop reset is heard; "
        "true: it drives at the first command.",
    },
    "max_stamp_age": {
        "parameter": "lead_agent.max_stamp_age",
        "installed": MAX_STAMP_AGE,
        "description": "Odometry and commands stamped longer ago than this, s, are refused by the "
        "lead vehicle's agent. 0.0: not tested.",
    },
    "use_sim_time": {"parameter": "global_agent.use_sim_time"},
}
# What is other than in a simulated swarm: nobody starts armed, docks are real.
INSTEAD = {
    "reporter": {"robots_file": "$robots_file", "poses_topic": "$poses_topic", "keep_docks": False},
    "page": {"robots_file": "$robots_file"},
    "lead_agent": {"start_armed": "$start_armed", "max_stamp_age": "$max_stamp_age"},
    "global_agent": {"robots_file": "$robots_file"},
    "learner": {},
    "recorder": {},
}


def process_of(name, body):
    """Give the described process of a node as it is here: it is started again when it dies."""
    own = {"ends_launch": False, "respawn": True}
    return {**shared.process_of(name), **own, **(body if name == "lead_agent" else {})}


def start(context):
    values = shared.read(context, ARGUMENTS)
    settings = shared.settings_of(values, ARGUMENTS)
    swarm = shared.robots_of(values["robots_file"], values["scenario"])
    own, remappings = shared.body_of(swarm["lead"])
    lead = {"namespace": swarm["lead"]["namespace"], "remappings": remappings}
    values["robots"] = settings["robots"] = len(swarm["robots"])
    values["reporter"] = settings["reporter"] = "field" if values["reporter"] else ""
    if values["params_file"] == shared.PARAMS_FILE.perform(context):
        values.setdefault("max_stamp_age", MAX_STAMP_AGE)
    # Not the simulated time of the swarm's description: what is given, or the parameter file's.
    time = {"use_sim_time": "$use_sim_time"}
    instead = {name: {**parameters, **time} for name, parameters in INSTEAD.items()}
    instead["lead_agent"].update(own)
    return shared.nodes_of([process_of(name, lead) for name in instead], values, settings, instead)


def generate_launch_description():
    return LaunchDescription(
        [
            *(
                shared.declaration(
                    name, argument, shared.DEFAULTS.get(name), is_required=name == "robots_file"
                )
                for name, argument in ARGUMENTS.items()
            ),
            OpaqueFunction(function=start),
        ]
    )
