"""A world's bodies in MuJoCo: two driven wheels each, casters, contacts, a floor and a round wall.

Metres, seconds, radians, the `map` frame. Bodies in the order of the world's starts, n of them.
"""

from math import cos, pi, sin, tan

import mujoco
import numpy as np
from numpy.typing import NDArray

from .body import Body, cylinder_inertia
from .description import Start, World

# A wheel follows the speed that it is told with this time constant, s. Its motor is geared: the rotor
# is as heavy to turn as the body is to move, without which MuJoCo's floor would push at a wheel by
# more than its motor does (motors are implicit in a step, contacts are not).
MOTOR_LAG = 0.02
WALL_PIECES = 64
WALL_THICKNESS = 0.5
# Of bodies against each other and the wall: smooth plastic.
BODY_FRICTION = 0.1
# Bits of contact: wheels and casters touch the floor, discs each other and the wall.
FLOOR, DISC = 1, 2


def _wheel_xml(name: str, body: Body, side: int) -> str:
    radius, width, mass = body.wheel_radius, body.wheel_width, body.wheel_mass
    about, across = cylinder_inertia(mass, radius, width)
    # It touches the floor in one point, as a tyre with a round tread does.
    return f"""<body pos="0 {side * body.wheel_separation / 2} {radius}">
      <joint name="{name}" type="hinge" axis="0 1 0" armature="{body.mass / 2 * radius**2}"/>
      <inertial pos="0 0 0" mass="{mass}" diaginertia="{across} {about} {across}"/>
      <geom type="sphere" size="{radius}" condim="3" friction="{body.friction} 0 0"
        contype="0" conaffinity="{FLOOR}"/>
    </body>"""


def _body_xml(start: Start) -> str:
    name, body = start.name, start.body
    r, mass, depth = body.limits.radius, body.chassis_mass, body.height - body.clearance
    about, across = cylinder_inertia(mass, r, depth)
    casters = "".join(
        f"""<geom type="sphere" size="{body.caster_radius}" contype="0" conaffinity="{FLOOR}"
        pos="{x} 0 {body.caster_radius + body.caster_lift}" condim="1"/>"""
        for x in (body.caster_x, -body.caster_x)
    )
    # Upright capsules touch as discs do where their straight parts are beside each other.
    return f"""<body pos="{start.x} {start.y} 0" euler="0 0 {start.yaw}">
      <freejoint/>
      <inertial pos="0 0 {body.balance}" mass="{mass}" diaginertia="{across} {across} {about}"/>
      <geom type="capsule" size="{r}" fromto="0 0 {body.clearance} 0 0 {body.height}" condim="3"
        friction="{BODY_FRICTION} 0 0" contype="{DISC}" conaffinity="{DISC}"/>
      {casters}{_wheel_xml(f"{name}/left", body, 1)}{_wheel_xml(f"{name}/right", body, -1)}
    </body>"""


def _motor_xml(start: Start) -> str:
    body = start.body
    inertia = body.mass * body.wheel_radius**2
    return "".join(
        f'<velocity joint="{start.name}/{side}" kv="{inertia / MOTOR_LAG}"/>'
        for side in ("left", "right")
    )


def _wall_xml(world: World, height: float) -> str:
    (x, y), radius = world.middle, world.wall_radius
    half = (radius + WALL_THICKNESS) * tan(pi / WALL_PIECES)
    middle = radius + WALL_THICKNESS / 2
    return "".join(
        f"""<geom type="box" size="{WALL_THICKNESS / 2} {half} {height}" euler="0 0 {angle}"
        pos="{x + middle * cos(angle)} {y + middle * sin(angle)} 0"
        friction="{BODY_FRICTION} 0 0" contype="{DISC}" conaffinity="0"/>"""
        for angle in np.linspace(0, 2 * pi, WALL_PIECES, endpoint=False)
    )


def model_xml(world: World, step: float) -> str:
    """The world in MuJoCo's words (MJCF); step in s."""
    height = max(start.body.height for start in world.starts)
    return f"""<mujoco>
  <compiler angle="radian" inertiafromgeom="false"/>
  <option timestep="{step}" integrator="implicitfast" cone="elliptic"/>
  <default><geom solref="{2 * step} 1"/></default>
  <worldbody>
    <geom type="plane" size="1 1 1" condim="1" friction="0 0 0" contype="{FLOOR}" conaffinity="0"/>
    {_wall_xml(world, height)}{"".join(map(_body_xml, world.starts))}
  </worldbody>
  <actuator>{"".join(map(_motor_xml, world.starts))}</actuator>
</mujoco>"""


class Physics:
    """Bodies that follow velocity commands within their limits."""

    def __init__(self, world: World, step: float) -> None:
        self.step_seconds = step
        bodies = [start.body for start in world.starts]
        limits = [body.limits for body in bodies]
        self._model = mujoco.MjModel.from_xml_string(model_xml(world, step))
        self._data = mujoco.MjData(self._model)
        mujoco.mj_forward(self._model, self._data)
        n = len(bodies)
        # x, y, z, quaternion, then both wheels' angles; and their speeds.
        self._places = self._data.qpos.reshape(n, 9)
        self._speeds = self._data.qvel.reshape(n, 8)
        self._motors = self._data.ctrl.reshape(n, 2)
        # Forward m/s and yaw rate rad/s, as commanded and as the wheels are told; [n, 2].
        self.commands = np.zeros((n, 2))
        self._wheels = np.zeros((n, 2))
        self._most = np.array([(one.max_speed, one.max_yaw_rate) for one in limits])
        self._change = step * np.array(
            [(one.max_acceleration, one.max_yaw_acceleration) for one in limits]
        )
        self._radii = np.array([body.wheel_radius for body in bodies])
        self._half = np.array([body.wheel_separation / 2 for body in bodies])

    def advance(self, steps: int) -> None:
        """The wheels follow the commands within the limits, the bodies as contacts let them."""
        goals = self.commands.clip(-self._most, self._most)
        for _ in range(steps):
            self._wheels += (goals - self._wheels).clip(-self._change, self._change)
            forward, turn = self._wheels.T
            self._motors[:, 0] = (forward - turn * self._half) / self._radii
            self._motors[:, 1] = (forward + turn * self._half) / self._radii
            mujoco.mj_step(self._model, self._data)

    def brake(self, body: int) -> None:
        """Locks its wheels: it stands as soon as friction lets it."""
        self.commands[body] = self._wheels[body] = 0

    def poses(self) -> NDArray[np.float64]:
        """[n, 3] x m, y m, yaw rad."""
        w, x, y, z = self._places[:, 3:7].T
        yaw = np.arctan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))
        return np.column_stack((self._places[:, :2], yaw))

    def twists(self) -> NDArray[np.float64]:
        """[n, 2] forward m/s, yaw rate rad/s."""
        yaw = self.poses()[:, 2]
        forward = self._speeds[:, 0] * np.cos(yaw) + self._speeds[:, 1] * np.sin(yaw)
        return np.column_stack((forward, self._speeds[:, 5]))
