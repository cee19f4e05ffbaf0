"""The body of a differential-drive robot or of the lead vehicle: a low disc on two wheels.

Every world makes its bodies of these numbers. Metres, kilograms, seconds, radians. The origin is on
the floor, under the middle of the wheels' axle; x is forward, y left, z up.
"""

from dataclasses import dataclass

# A robot of this radius has this mass, others the same density: the default lead vehicle, of 0.3 m,
# has 61 kg. (The motion world's lead vehicle has 300 kg, so that nothing stops it.)
ROBOT_RADIUS = 0.11
ROBOT_MASS = 3.0
GRAVITY = 9.81


@dataclass(frozen=True)
class Limits:
    """Radius and limits of a body, as `arena` of a scenario has them; m, m/s, m/s², rad/s, rad/s²."""

    radius: float
    max_speed: float
    max_acceleration: float
    max_yaw_rate: float
    max_yaw_acceleration: float


@dataclass(frozen=True)
class Body:
    """Dimensions of a body. Nothing of it sticks out of the disc."""

    limits: Limits
    chassis_mass: float
    # The chassis is a full cylinder from here to there above the floor. Its underside is so low that
    # no robot gets under the lead vehicle.
    clearance: float
    height: float
    # Height of its centre of mass: its battery lies low, or it would lean on a caster when it brakes.
    balance: float
    # Of each of two, full cylinders left and right of the origin.
    wheel_mass: float
    wheel_radius: float
    wheel_width: float
    wheel_separation: float
    # Smooth balls, without friction, this far in front of the origin and behind it. They hang above
    # the floor, so that the wheels bear the weight.
    caster_radius: float
    caster_x: float
    caster_lift: float
    # Of the wheels on the floor.
    friction: float

    @property
    def mass(self) -> float:
        return self.chassis_mass + 2 * self.wheel_mass

    @property
    def braking(self) -> float:
        """What locked wheels brake by, m/s²: a caster bears a part of the weight meanwhile."""
        return self.friction * GRAVITY / (1 + self.friction * self.balance / self.caster_x)


def body_of(limits: Limits) -> Body:
    """The body for these limits. Its friction is soft rubber's, or twice what its acceleration needs."""
    r = limits.radius
    mass = ROBOT_MASS * (r / ROBOT_RADIUS) ** 3
    return Body(
        limits=limits,
        chassis_mass=0.9 * mass,
        clearance=min(0.1 * r, 0.01),
        height=0.8 * r,
        balance=0.27 * r,
        wheel_mass=0.05 * mass,
        wheel_radius=0.4 * r,
        wheel_width=0.2 * r,
        wheel_separation=1.5 * r,
        caster_radius=0.1 * r,
        caster_x=0.75 * r,
        caster_lift=0.005 * r,
        friction=max(1.2, 2 * limits.max_acceleration / GRAVITY),
    )


def cylinder_inertia(mass: float, radius: float, length: float) -> tuple[float, float]:
    """Of a full cylinder about its axis, and about a line across its middle, kg m²."""
    return mass * radius**2 / 2, mass * (3 * radius**2 + length**2) / 12
