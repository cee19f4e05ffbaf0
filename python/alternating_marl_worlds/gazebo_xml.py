"""A scenario's world as Gazebo's SDF, and its bodies as URDF for RViz.

Metres, kilograms, seconds and radians, the `map` frame, which is Gazebo's world frame.
"""

from dataclasses import dataclass
import math
from typing import Union
from xml.etree.ElementTree import Element

from .body import Body, cylinder_inertia
from .description import Start, World

# Robots then brake as friction lets them: from 2 m/s they stand 0.45 s after their last command.
COMMAND_TIMEOUT_S = 0.2
WALL_SEGMENTS = 64
WALL_HEIGHT_M = 0.3
WALL_WIDTH_M = 0.05
# Of a zone's mark on the floor; nothing collides with it.
MARK_HEIGHT_M = 0.001
# Red, green, blue, opacity.
FLOOR, WALL, WHEEL = (0.6, 0.6, 0.6, 1.0), (0.3, 0.3, 0.3, 1.0), (0.1, 0.1, 0.1, 1.0)
ZONE, ROBOT, LEAD = (0.2, 0.5, 0.8, 1.0), (0.9, 0.6, 0.1, 1.0), (0.8, 0.1, 0.1, 1.0)
Value = Union[str, float, tuple[float, ...]]


@dataclass(frozen=True)
class Settings:
    """How a release of Gazebo names its plugins, and how the world runs."""

    plugin_file: str
    plugin_space: str
    # Of the physics, s.
    step: float
    # Of each body's odometry, Hz of simulated time.
    rate: float
    # Simulated seconds a second, where the machine keeps up.
    factor: float


def words(value: Value) -> str:
    """As SDF has texts, numbers and vectors."""
    if isinstance(value, str):
        return value
    return " ".join(f"{one:.9g}" for one in (value if isinstance(value, tuple) else (value,)))


def element(tag: str, *parts: Element, **attributes: Value) -> Element:
    made = Element(tag, {key: words(value) for key, value in attributes.items()})
    made.extend(parts)
    return made


def leaves(**values: Value) -> list[Element]:
    """An element for each value, which it holds."""
    made = [Element(key) for key in values]
    for leaf in made:
        leaf.text = words(values[leaf.tag])
    return made


def shape(kind: str, **sizes: Value) -> Element:
    return element("geometry", element(kind, *leaves(**sizes)))


def pose(x: float, y: float, z: float = 0, roll: float = 0, yaw: float = 0) -> Element:
    return leaves(pose=(x, y, z, roll, 0, yaw))[0]


def visual(name: str, colour: Value, at: Element, geometry: Element) -> Element:
    material = element("material", *leaves(ambient=colour, diffuse=colour))
    return element("visual", at, geometry, material, name=name)


def solid(
    name: str, colour: Value, friction: float, at: Element, geometry: Element
) -> list[Element]:
    """One shape to be seen and to be met."""
    grip = element("friction", element("ode", *leaves(mu=friction, mu2=friction)))
    met = element("collision", at, geometry, element("surface", grip), name=f"{name}_contact")
    return [visual(name, colour, at, geometry), met]


def inertial(mass: float, radius: float, length: float, z: float = 0) -> Element:
    """Of a full cylinder about its own z axis, z above the origin of its link."""
    axial, across = cylinder_inertia(mass, radius, length)
    moments = leaves(ixx=across, iyy=across, izz=axial, ixy=0.0, ixz=0.0, iyz=0.0)
    return element("inertial", pose(0, 0, z), *leaves(mass=mass), element("inertia", *moments))


def fixed(name: str, *parts: Element) -> Element:
    """A model that does not move."""
    return element("model", *leaves(static="true"), element("link", *parts, name="link"), name=name)


def ground_of(world: World) -> list[Element]:
    """Floor and zones: each is a disc on the floor that bears its name."""
    side = 4 * world.wall_radius
    plane = shape("plane", normal=(0, 0, 1), size=(side, side))
    # Wheels meet it with their own friction, the lesser of the two.
    floor = solid("floor", FLOOR, 100.0, pose(*world.middle), plane)
    discs = []
    for name, x, y, radius in world.zones:
        disc = shape("cylinder", radius=radius, length=MARK_HEIGHT_M)
        # :: is SDF's own sign.
        name = name.replace("::", ":")
        discs.append(visual(name, ZONE, pose(x, y, MARK_HEIGHT_M / 2), disc))
    return [fixed("floor", *floor), fixed("zones", *discs)]


def wall_of(world: World) -> Element:
    """A ring of boxes whose inner sides touch the wall's circle."""
    x, y = world.middle
    outer = world.wall_radius + WALL_WIDTH_M
    away, length = outer - WALL_WIDTH_M / 2, 2 * outer * math.tan(math.pi / WALL_SEGMENTS)
    parts = []
    for i in range(WALL_SEGMENTS):
        angle = 2 * math.pi * i / WALL_SEGMENTS
        place = (x + away * math.cos(angle), y + away * math.sin(angle), WALL_HEIGHT_M / 2)
        box = shape("box", size=(WALL_WIDTH_M, length, WALL_HEIGHT_M))
        parts += solid(f"wall_{i}", WALL, 0.0, pose(*place, yaw=angle), box)
    return fixed("wall", *parts)


def chassis_of(body: Body, colour: Value) -> Element:
    """The disc, on smooth balls in front and behind. Bodies do not rub against each other."""
    middle, length = (body.clearance + body.height) / 2, body.height - body.clearance
    disc = {"radius": body.limits.radius, "length": length}
    down = body.caster_lift + body.caster_radius - middle
    ball = shape("sphere", radius=body.caster_radius)
    return element(
        "link",
        pose(0, 0, middle),
        inertial(body.chassis_mass, **disc, z=body.balance - middle),
        *solid("chassis", colour, 0.0, pose(0, 0), shape("cylinder", **disc)),
        *solid("front", colour, 0.0, pose(body.caster_x, 0, down), ball),
        *solid("rear", colour, 0.0, pose(-body.caster_x, 0, down), ball),
        name="chassis",
    )


def wheel_of(body: Body, side: str) -> list[Element]:
    """A wheel and its axle. Both turn about the wheel's own z axis, which points to the left."""
    y = body.wheel_separation / 2 * (1 if side == "left" else -1)
    disc = {"radius": body.wheel_radius, "length": body.wheel_width}
    wheel = element(
        "link",
        pose(0, y, body.wheel_radius, roll=-math.pi / 2),
        inertial(body.wheel_mass, **disc),
        *solid("wheel", WHEEL, body.friction, pose(0, 0), shape("cylinder", **disc)),
        name=f"{side}_wheel",
    )
    axis = element("axis", *leaves(xyz=(0, 0, 1)))
    ends = leaves(parent="chassis", child=f"{side}_wheel")
    return [wheel, element("joint", *ends, axis, name=f"{side}_axle", type="revolute")]


def plugin(settings: Settings, file: str, name: str, **values: Value) -> Element:
    """One of Gazebo's own."""
    file = f"{settings.plugin_file}-{file}-system"
    return element(
        "plugin", *leaves(**values), filename=file, name=f"{settings.plugin_space}::{name}"
    )


def drive_of(start: Start, settings: Settings) -> Element:
    body, limits = start.body, start.body.limits
    most = {
        # Older releases have one limit for m/s and rad/s: the larger, as agents keep both.
        "velocity": max(limits.max_speed, limits.max_yaw_rate),
        "acceleration": max(limits.max_acceleration, limits.max_yaw_acceleration),
        "linear_velocity": limits.max_speed,
        "linear_acceleration": limits.max_acceleration,
        "angular_velocity": limits.max_yaw_rate,
        "angular_acceleration": limits.max_yaw_acceleration,
    }
    values: dict[str, Value] = {f"max_{key}": value for key, value in most.items()}
    values.update({f"min_{key}": -value for key, value in most.items()})
    # Agents keep to the limits. What stops without them is the command timeout's.
    values["min_acceleration"] = -max(most["acceleration"], body.braking)
    values["min_linear_acceleration"] = -body.braking
    values.update(wheel_separation=body.wheel_separation, wheel_radius=body.wheel_radius)
    values.update(left_joint="left_axle", right_joint="right_axle", topic=f"/{start.name}/cmd_vel")
    # Of its wheels, from 0, 0 on: not where the robot is in the map, so nobody hears it.
    values.update(odom_topic=f"/{start.name}/wheel_odometry", odom_publish_frequency=1)
    return plugin(settings, "diff-drive", "DiffDrive", **values)


def model_of(start: Start, settings: Settings) -> Element:
    """A body that drives, tells where it is, and stops when commands stop coming."""
    topic, base = f"/{start.name}/odom", f"{start.name}/base_link"
    told = {"odom_frame": "map", "robot_base_frame": base, "odom_topic": topic, "dimensions": 2}
    told["odom_publish_frequency"] = settings.rate
    names = {"filename": "alternating_marl_command_timeout"}
    names["name"] = "alternating_marl::CommandTimeout"
    timeout = leaves(topic=f"/{start.name}/cmd_vel", timeout=COMMAND_TIMEOUT_S)
    return element(
        "model",
        pose(start.x, start.y, yaw=start.yaw),
        chassis_of(start.body, LEAD if start.name == "lead" else ROBOT),
        *wheel_of(start.body, "left"),
        *wheel_of(start.body, "right"),
        drive_of(start, settings),
        plugin(settings, "odometry-publisher", "OdometryPublisher", **told),
        element("plugin", *timeout, **names),
        name=start.name,
    )


def sdf_of(world: World, settings: Settings) -> Element:
    pace = leaves(max_step_size=settings.step, real_time_factor=settings.factor)
    direction = leaves(direction=(-0.4, 0.2, -0.9))
    made = element(
        "world",
        element("physics", *pace, name="physics", type="dart"),
        plugin(settings, "physics", "Physics"),
        plugin(settings, "user-commands", "UserCommands"),
        plugin(settings, "scene-broadcaster", "SceneBroadcaster"),
        element("light", *direction, type="directional", name="sun"),
        *ground_of(world),
        wall_of(world),
        *(model_of(start, settings) for start in world.starts),
        name=world.scenario,
    )
    return element("sdf", made, version="1.9")


def urdf_of(body: Body, name: str, colour: Value) -> Element:
    """The body's looks, in one link at its origin: chassis and wheels."""
    paint = element("material", element("color", rgba=colour), name=name)
    middle, side = (body.clearance + body.height) / 2, body.wheel_separation / 2
    wheel = (body.wheel_radius, body.wheel_width)
    parts = [(body.limits.radius, body.height - body.clearance, 0.0, middle, 0.0)]
    parts += [(*wheel, y, body.wheel_radius, -math.pi / 2) for y in (side, -side)]
    link = element("link", name="base_link")
    for radius, length, y, z, roll in parts:
        disc = element("geometry", element("cylinder", radius=radius, length=length))
        place = element("origin", xyz=(0, y, z), rpy=(roll, 0, 0))
        link.append(element("visual", place, disc, paint))
    return element("robot", link, name=name)
