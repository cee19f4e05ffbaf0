"""A simulated swarm: learner, global, local and lead agents, and the simulator with its page."""

import json
import os
from pathlib import Path

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction, Shutdown
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.descriptions import Parameter
from launch_ros.substitutions import FindPackageShare
import yaml

PACKAGE = 'alternating_marl'

CACHE = str(Path(os.environ.get('XDG_CACHE_HOME') or '~/.cache').expanduser() / PACKAGE)
FILE_SAYS = ' Empty: what params_file says, as installed '

# Name, default, description, choices. Where the default is empty the parameter file decides, so
# that what a user wrote there is not silently overridden by an argument that was not given.
ARGUMENTS = (
    ('scenario', 'dock_dispatch', 'Scenario file (YAML), or the name of a shipped scenario.'),
    ('robots', '30', 'Robots of the swarm, robot_0 to robot_<robots - 1>.'),
    ('sample_size', '', 'Robots asked at each epoch, k; 0: the k of the policy table.'
     + FILE_SAYS + '0.'),
    ('table_size', '', 'k of the table that is learned; 0: 10, or all robots if fewer.' + FILE_SAYS + '0.'),
    ('observation', '', 'What a decision is based on: the sample of its epoch alone, or the memory '
     'of the filter.' + FILE_SAYS + 'sample.', ('', 'sample', 'filter')),
    ('fidelity', '', 'motion: bodies driven by cmd_vel; abstract: exact draws in lockstep.'
     + FILE_SAYS + 'motion.', ('', 'motion', 'abstract')),
    ('epoch', '', "Length of a decision epoch in simulated seconds; 0: the scenario's."
     + FILE_SAYS + '0.'),
    ('seed', '', 'Seed of every random draw.' + FILE_SAYS + '0.'),
    ('speed', '', 'Simulated seconds in a second of wall time, in motion.' + FILE_SAYS + '1.'),
    ('seconds', '', 'Simulated seconds until all ends; 0: never.' + FILE_SAYS + '0.'),
    ('port', '', 'Port of the page, or the next one that is free.'
     + FILE_SAYS + '8080.'),
    ('host', '', 'Address that the page is served on; 0.0.0.0 shows it to others.'
     + FILE_SAYS + '127.0.0.1.'),
    ('headless', '', 'true: no page.' + FILE_SAYS + 'false.', ('', 'true', 'false')),
    ('policy_file', '', 'Policy file (safetensors) to use instead of learning one.'),
    ('record', '', 'New file to record the swarm to (MCAP, for rosbag2 and Foxglove); empty: none.'),
    ('odometry_rate', '', 'Odometry of each robot is recorded so often, Hz; 0: not at all.'
     + FILE_SAYS + '1.'),
    ('rviz', 'false', 'true: RViz beside the page, with the robots, their zones and transforms.',
     ('true', 'false')),
    ('cache', CACHE, 'Folder where a learned policy is kept for the next launch.'),
    ('robots_per_process', '100', 'Robots whose local agents share a process, at most.'),
    ('simulator', 'true', 'false: agents only, for a world started elsewhere that gives /clock and '
     'odom and takes cmd_vel (see gazebo.launch.py).', ('true', 'false')),
    ('params_file', PathJoinSubstitution([FindPackageShare(PACKAGE), 'config', 'swarm.yaml']),
     'Parameter file of all nodes; the arguments above override it.'),
)

# Which parameters of which nodes an argument sets.
SETS = {
    'scenario': {node: 'scenario' for node in
                 ('global_agent', 'local_agent', 'lead_agent', 'learner', 'simulator')},
    'robots': {node: 'population' for node in
               ('global_agent', 'local_agent', 'learner', 'simulator')},
    'sample_size': {'global_agent': 'sample_size'},
    'table_size': {'learner': 'table_size'},
    'observation': {'global_agent': 'observation'},
    'fidelity': {'simulator': 'fidelity'},
    'epoch': {'global_agent': 'epoch_length', 'simulator': 'epoch_length'},
    'seed': {node: 'seed' for node in ('global_agent', 'local_agent', 'learner', 'simulator')},
    'speed': {'simulator': 'speed'},
    'seconds': {'simulator': 'seconds'},
    'port': {'simulator': 'port'},
    'host': {'simulator': 'host'},
    'headless': {'simulator': 'headless'},
    'policy_file': {'learner': 'policy_file'},
    'cache': {'learner': 'cache'},
    'record': {'recorder': 'file'},
    'odometry_rate': {'recorder': 'odometry_rate'},
}

WHOLE = ('robots', 'sample_size', 'table_size', 'seed', 'port', 'robots_per_process')
REAL = ('epoch', 'speed', 'seconds', 'odometry_rate')


def typed(name, text):
    """Give an argument the type of its parameter; ROS takes no 1 for a 1.0."""
    try:
        if name in WHOLE:
            return int(text)
        if name in REAL:
            return float(text)
    except ValueError:
        kind = 'a whole number' if name in WHOLE else 'a number'
        raise RuntimeError(f'{name}:={text} is not {kind}: give one, or see --show-args') from None
    return text == 'true' if name == 'headless' else text


def read_arguments(context):
    values = {}
    for name, *_ in ARGUMENTS:
        text = LaunchConfiguration(name).perform(context)
        if text != '':
            values[name] = typed(name, text)
    for name in ('robots', 'robots_per_process'):
        if values[name] < 1:
            raise RuntimeError(f'{name}:={values[name]} is too few: at least 1')
    if not Path(values['params_file']).is_file():
        raise RuntimeError(f"params_file:={values['params_file']} is not there: give a parameter "
                           'file, or leave the argument out')
    return values


def in_file(values, node):
    """Give the parameters of a node's own section of the parameter file."""
    sections = yaml.safe_load(Path(values['params_file']).read_text()) or {}
    return (sections.get(node) or {}).get('ros__parameters') or {}


def is_abstract(values):
    return values.get('fidelity', in_file(values, 'simulator').get('fidelity')) == 'abstract'


def settings_of(values):
    """Give the run's settings: what was given, and what the file says of the rest."""
    told = {name: in_file(values, node).get(parameter)
            for name, sets in SETS.items() for node, parameter in sets.items()}
    return {**{name: value for name, value in told.items() if value is not None}, **values}


def parameters_of(node, values, more):
    """Give the file first, then what overrides it, addressed to the node by its bare name.

    rclnodejs lets a node's own section of a file win over a parameter that names no node, and
    ignores sections such as /robot_3/local_agent, which a dict of parameters would become.
    """
    own = {sets[node]: values[name] for name, sets in SETS.items()
           if name in values and node in sets}
    own.update(more)
    return [values['params_file'],
            # Text stays text: launch would read that of a JSON object as something else.
            *(Parameter(f'{node}:{name}', value,
                        value_type=str if isinstance(value, str) else None)
              for name, value in own.items())]


def start(context):
    values = read_arguments(context)

    def node(executable, *, parameters=None, **options):
        return Node(package=PACKAGE, executable=executable, output='screen',
                    parameters=parameters_of(executable, values, parameters or {}), **options)

    # Robots stand while an agent is gone, and go on by themselves when it is back.
    again = {'respawn': True, 'respawn_delay': 1.0}
    simulated = {'use_sim_time': True}
    # In the abstract world a state is of the very instant of the decision, and lockstep waits for
    # every robot anyway: none is replaced.
    lockstep = is_abstract(values)
    aged = {**simulated, **({'max_state_age': 0.0} if lockstep else {})}
    patient = {**aged, **({'sample_timeout': 9.0} if lockstep else {})}
    shown = {'markers_rate': 5.0, 'publish_tf': True} if values['rviz'] == 'true' else {}
    driving = {'start_armed': True, **shown}

    agents = []
    for first in range(0, values['robots'], values['robots_per_process']):
        count = min(values['robots_per_process'], values['robots'] - first)
        hosted = {'robots': count, 'robot_index': first}
        agents.append(node('local_agent', parameters={**aged, **driving, **hosted}, **again))

    world = [node('simulator', on_exit=Shutdown(reason='the simulator ended'))]
    about = {**simulated, 'about': json.dumps(settings_of(values))}
    recorder = [node('recorder', parameters=about)] if 'record' in values else []
    layout = PathJoinSubstitution([FindPackageShare(PACKAGE), 'config', 'swarm.rviz'])
    rviz = [Node(package='rviz2', executable='rviz2', arguments=['-d', layout],
                 parameters=[simulated])] if shown else []
    return [
        *recorder,
        *rviz,
        node('learner', parameters=simulated),
        node('global_agent', parameters=patient, **again),
        node('lead_agent', namespace='lead', parameters={**simulated, **driving}, **again),
        *agents,
        *(world if values['simulator'] == 'true' else []),
    ]


def generate_launch_description():
    return LaunchDescription([
        *(DeclareLaunchArgument(name, default_value=default, description=description,
                                choices=list(*choices) or None)
          for name, default, description, *choices in ARGUMENTS),
        OpaqueFunction(function=start),
    ])
