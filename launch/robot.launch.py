"""The local agent of one real robot. The robot's driver gives odom and takes cmd_vel."""

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.descriptions import Parameter
from launch_ros.substitutions import FindPackageShare

PACKAGE = 'alternating_marl'

# Name, default (none: it must be given), description, choices.
ARGUMENTS = (
    ('namespace', None, 'Namespace of the robot, and thereby its agent id, such as robot_3.'),
    ('robot_index', None, 'Index of the robot, 0 to population - 1: decides its spot in a zone.'),
    ('population', None, 'Robots of the swarm, n; the same on every robot.'),
    ('scenario', 'dock_dispatch', 'Scenario file (YAML), or the name of a shipped scenario.'),
    ('initial_pose', '[0.0, 0.0, 0.0]', "Pose of the odometry's origin in the map frame: "
     '[x, y, yaw] in metres and radians.'),
    ('stamped_cmd_vel', 'false', 'true: cmd_vel is a TwistStamped instead of a Twist.',
     ('true', 'false')),
    ('max_stamp_age', '0.5', 'Odometry and commands stamped longer ago than this, s, are refused: '
     'the machines need one time (NTP, chrony). 0.0: not tested.'),
    ('start_armed', 'false', 'false: the robot stands until an emergency-stop reset is heard; '
     'true: it drives at the first command.', ('true', 'false')),
    ('use_sim_time', 'false', 'true: the time is that of /clock.', ('true', 'false')),
    ('params_file', PathJoinSubstitution([FindPackageShare(PACKAGE), 'config', 'swarm.yaml']),
     'Parameter file; the arguments above override it.'),
)

TYPES = {'robot_index': int, 'population': int, 'initial_pose': list, 'stamped_cmd_vel': bool,
         'max_stamp_age': float, 'start_armed': bool, 'use_sim_time': bool, 'scenario': str}


def typed(name, text):
    """Give an argument the type of its parameter."""
    kind = TYPES[name]
    try:
        if kind is list:
            numbers = [float(number) for number in text.strip().strip('[]').split(',')]
            if len(numbers) != 3:
                raise ValueError
            return numbers
        return text == 'true' if kind is bool else kind(text)
    except ValueError:
        wanted = {list: 'of the form [x, y, yaw]', float: 'a number', int: 'a whole number'}[kind]
        raise RuntimeError(f'{name}:={text} is not {wanted}') from None


def start(context):
    values = {name: LaunchConfiguration(name).perform(context) for name, *_ in ARGUMENTS}
    # Addressed to the node by its bare name: see swarm.launch.py.
    parameters = [Parameter(f'local_agent:{name}', typed(name, values[name])) for name in TYPES]
    return [
        Node(package=PACKAGE, executable='local_agent', namespace=values['namespace'],
             output='screen', parameters=[values['params_file'], *parameters],
             # Started anew it stands again, unless start_armed says otherwise.
             respawn=True, respawn_delay=1.0),
    ]


def generate_launch_description():
    return LaunchDescription([
        *(DeclareLaunchArgument(name, default_value=default, description=description,
                                choices=list(*choices) or None)
          for name, default, description, *choices in ARGUMENTS),
        OpaqueFunction(function=start),
    ])
