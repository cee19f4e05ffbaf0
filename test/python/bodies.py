"""What bodies do in the MuJoCo world. Prints one JSON object; see bodies.test.ts.

Usage: bodies.py ROBOTS STEP
"""

import json
import sys

import numpy as np
from alternating_marl_worlds.description import describe
from alternating_marl_worlds.mujoco_physics import Physics


def apart(poses, radii):
    """The least gap between two discs, m; below zero: one is within the other."""
    x, y = poses[:, 0], poses[:, 1]
    far = np.hypot(x[:, None] - x, y[:, None] - y) - radii[:, None] - radii
    return float(far[~np.eye(len(x), dtype=bool)].min())


def main(robots, step):
    world = describe("dock_dispatch", robots)
    physics = Physics(world, step)
    radii = np.array([start.body.limits.radius for start in world.starts])

    def drive(seconds, forward, turn):
        """Give the ways gone and the angles turned, m and rad."""
        physics.commands[:] = forward, turn
        before = physics.poses()
        physics.advance(round(seconds / step))
        x, y, yaw = (physics.poses() - before).T
        return np.hypot(x, y).tolist(), (yaw % (2 * np.pi)).tolist()

    told = {"placed": np.abs(physics.poses()[:, 0] - [one.x for one in world.starts]).tolist()}
    told["stands"] = drive(2, 0, 0)[0]
    drive(0.2, 1, 0)
    told["speeds"] = physics.twists()[:, 0].tolist()
    drive(0.3, 1, 0)
    told["ways"] = drive(0.5, 1, 0)[0]
    drive(0.5, 0, 0)
    told["stopped"] = np.abs(physics.twists()).max(axis=1).tolist()
    told["turnedAway"], told["turns"] = drive(0.75, 0, 4)
    drive(0.5, 0, 0)
    drive(0.8, 99, 0)
    told["fastest"] = physics.twists()[:, 0].tolist()
    for body in range(len(radii)):
        physics.brake(body)
    steps = 0
    while np.abs(physics.twists()[:, 0]).max() > 0.02:
        physics.advance(1)
        steps += 1
    told["braked"] = [steps * step]
    random = np.random.default_rng(1)
    told["gaps"], told["beyondWall"] = [], []
    for _ in range(100):
        physics.commands[:, 0] = random.uniform(-1, 2, len(radii))
        physics.commands[:, 1] = random.uniform(-4, 4, len(radii))
        physics.advance(round(0.1 / step))
        poses = physics.poses()
        told["gaps"].append(apart(poses, radii))
        beyond = np.hypot(poses[:, 0], poses[:, 1]) + radii - world.wall_radius
        told["beyondWall"].append(float(beyond.max()))
    print(json.dumps({name: [min(values), max(values)] for name, values in told.items()}))


main(int(sys.argv[1]), float(sys.argv[2]))
