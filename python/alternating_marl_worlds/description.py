"""What a world has to hold: the arena of a scenario, its bodies, and where they start.

`describe` asks this package's own program for it (docs/worlds.md), so that Python reads no scenarios.
"""

from dataclasses import dataclass
import json
import os
from pathlib import Path
import re
import subprocess
from typing import Any

from .body import Body, Limits, body_of

PROGRAM = "dist/src/cli/describe_world.js"


class WorldError(Exception):
    """What cannot be used; the message says what failed, why and what to do."""


@dataclass(frozen=True)
class Start:
    """A body's name, m and rad in the `map` frame, and what it is."""

    name: str
    x: float
    y: float
    yaw: float
    body: Body


@dataclass(frozen=True)
class World:
    """Metres, seconds, radians, the `map` frame."""

    scenario: str
    epoch: float
    has_docks: bool
    middle: tuple[float, float]
    # Of the round wall about the middle.
    wall_radius: float
    # Name, x, y and radius of each.
    zones: tuple[tuple[str, float, float, float], ...]
    # The robots in order, then the lead vehicle.
    starts: tuple[Start, ...]


def package_file(*parts: str) -> Path:
    """A file of the package, in a checkout or installed. Raises WorldError where it is not there."""
    prefixes = os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep)
    installed = (Path(prefix, "share", "alternating_marl", *parts) for prefix in prefixes)
    for file in (Path(__file__).absolute().parents[2].joinpath(*parts), *installed):
        if file.is_file():
            return file
    raise WorldError(f"{Path(*parts)} is not there: build the package (npm run build, or colcon)")


def _limits(told: dict[str, float]) -> Limits:
    """The same names, in snake case."""
    return Limits(**{re.sub("[A-Z]", lambda x: f"_{x[0].lower()}", key): told[key] for key in told})


def parse(text: str) -> World:
    """The world in the program's words. Raises WorldError where it is another version's."""
    try:
        told: dict[str, Any] = json.loads(text)
        robot, lead = body_of(_limits(told["robot"])), body_of(_limits(told["lead"]))
        *robots, last = told["bodies"]
        return World(
            scenario=told["scenario"],
            epoch=told["epoch"],
            has_docks=told["hasDocks"],
            middle=(told["middle"]["x"], told["middle"]["y"]),
            wall_radius=told["wallRadius"],
            zones=tuple(
                (zone["name"], zone["x"], zone["y"], zone["radius"]) for zone in told["zones"]
            ),
            starts=(*(Start(**one, body=robot) for one in robots), Start(**last, body=lead)),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise WorldError(
            f"{PROGRAM} answers in words of another version ({error!r}): build the package again"
        ) from None


def describe(scenario: str, robots: int, epoch: float = 0.0, seed: int = 0) -> World:
    """The world of a scenario; epoch in seconds, 0: the scenario's.

    Raises WorldError in the program's words where the scenario or the number does not fit.
    """
    given = {"--scenario": scenario, "--robots": robots, "--epoch": epoch, "--seed": seed}
    options = [f"{name}={value}" for name, value in given.items()]
    command = ["node", str(package_file(PROGRAM)), *options]
    try:
        ended = subprocess.run(command, capture_output=True, text=True)
    except OSError as error:
        raise WorldError(f"node cannot be started ({error}): install Node.js") from None
    if ended.returncode != 0:
        raise WorldError(ended.stderr.strip() or f"{PROGRAM} ended with {ended.returncode}")
    return parse(ended.stdout)
