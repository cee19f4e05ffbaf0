"""The game that a policy was learned for, as its file holds it, and the law of its start."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .errors import InvalidInputError
from .histogram import total

Floats = NDArray[np.float64]


class Sizes(NamedTuple):
    """Numbers of global states, global actions, local states and local actions."""

    sG: int
    aG: int
    sL: int
    aL: int


@dataclass(frozen=True, eq=False)
class Game:
    """Arrays are those of docs/policy_files.md, with their shapes; rows of laws sum to 1."""

    name: str
    discount: float
    global_states: list[str]
    global_actions: list[str]
    local_states: list[str]
    local_actions: list[str]
    global_transition: Floats
    local_transition: Floats
    global_reward: Floats
    local_reward: Floats
    initial_global: Floats
    sha256: str
    #: [laws, sL], of which a shift starts by one; None: by a Dirichlet law of initial_alpha.
    initial_local: Floats | None = None
    initial_alpha: float | None = None
    #: Name and share of each kind of robots; the local states are shared by them alike, in order.
    robot_kinds: tuple[tuple[str, float], ...] = (("robot", 1.0),)
    #: Epochs of a shift; None: it does not end.
    horizon: int | None = None

    @property
    def sizes(self) -> Sizes:
        names = self.global_states, self.global_actions, self.local_states, self.local_actions
        return Sizes(*map(len, names))

    @property
    def shares(self) -> Floats:
        """[kinds]"""
        return np.array([share for _, share in self.robot_kinds])

    def kinds_of(self, robots: int) -> NDArray[np.int64]:
        """The kind of each robot, [robots]: Webster's method gives the next one to each in turn."""
        counts = np.zeros(len(self.robot_kinds))
        kinds = np.zeros(robots, dtype=np.int64)
        if len(counts) == 1:
            return kinds
        for robot in range(robots):
            kinds[robot] = np.argmax(self.shares / (2 * counts + 1))
            counts[kinds[robot]] += 1
        return kinds

    def kind_counts(self, robots: int) -> list[int]:
        """How many robots are of each kind. Raises InvalidInputError where there is none of one."""
        counts: list[int] = np.bincount(
            self.kinds_of(robots), minlength=len(self.robot_kinds)
        ).tolist()
        if 0 in counts:
            name, share = self.robot_kinds[counts.index(0)]
            raise InvalidInputError(
                f"of {robots} robots none is of the kind {name} of {self.name}, whose share is "
                f"{share:.9g}; have more robots"
            )
        return counts

    def parts(self, kind: int | None) -> Floats:
        """What all states of a state's kind have together, [sL]; of one kind: 1 there, else 0."""
        kinds = len(self.robot_kinds)
        weights = self.shares if kind is None else np.eye(kinds)[kind]
        return np.repeat(weights, self.sizes.sL // kinds)

    def initial_law(self, kind: int | None) -> tuple[Floats, float]:
        """Mean of the law of the local states, [sL], and v: its covariance has the trace of
        v (diag(mean) - mean meanᵀ). kind: of the robots that are meant; None: all."""
        parts, zones = self.parts(kind), self.sizes.sL // len(self.robot_kinds)
        if self.initial_local is None:
            square = total(parts * parts) / zones
            scale = (square - square / zones) / (1 - square / zones) if square < 1 else 1.0
            return parts / zones, scale / (zones * (self.initial_alpha or 1.0) + 1)
        laws = self.initial_local * (parts / self.parts(None))
        mean = total(laws / len(laws))
        every, square = total((laws * laws).ravel()) / len(laws), total(mean * mean)
        return mean, float((every - square) / (1 - square)) if square < 1 else 0.0
