"""The mean-field filter: what is known of the robots' shares from all samples so far.

docs/method.md tells how it works; src/policy/filter.ts is the same in TypeScript, line by line.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from .errors import InvalidInputError, require_whole
from .game import Floats
from .histogram import total
from .policy import Policy, counts_of_states

#: Weight of the newest innovation in their running mean.
NEWEST_WEIGHT = 0.2
#: The running mean may be this high (in standard deviations) by chance.
CHANCE_DEVIATIONS = 3 * math.sqrt(NEWEST_WEIGHT / (2 - NEWEST_WEIGHT))


def sampling_variance(population: int, heard: float) -> float:
    """v of the shares in a sample without replacement."""
    if population <= 1:
        return 0.0
    return max(0.0, (population - heard) / (population - 1)) / heard


def spread_of(law: Floats) -> float:
    """1 - |p|²"""
    return float(1 - total(law * law))


class MeanFieldFilter:
    """Of one group of robots: all of them, or those of one kind."""

    def __init__(self, policy: Policy, population: int, kind: int | None) -> None:
        game = policy.require_game()
        self.policy, self.game, self.population = policy, game, population
        zones = policy.sizes.sL // (1 if kind is None else len(game.robot_kinds))
        #: Its robots' local states.
        self.own = slice((kind or 0) * zones, ((kind or 0) + 1) * zones)
        self.flat_variance = 1 / (zones + 1)
        self.initial_law, self.law_variance = game.initial_law(kind)
        self.reset()

    def reset(self) -> None:
        self.belief = self.initial_law.copy()
        self.variance = self.law_variance + (1 - self.law_variance) / self.population
        self.doubt = 0.0

    def predict(self, global_state: int, global_action: int) -> None:
        belief = self.belief
        laws = self.policy.laws_under(global_state, global_action)
        rows = self.game.local_transition[:, global_state]
        kernel = total(laws[:, :, None] * rows, axis=1)
        certainty = total(belief * total(kernel * kernel, axis=1))
        acting = (belief[:, None] * laws).reshape(-1, 1)
        self.belief = belief = total(acting * rows.reshape(len(acting), -1))
        square = total(belief * belief)
        kept = max(0.0, certainty - square) * self.variance
        noise = max(0.0, 1 - certainty) / self.population
        self.variance = (
            min(1.0, (kept + noise) / (1 - square)) if square < 1 else 1 / self.population
        )

    def correct(self, counts: Floats) -> None:
        seen = counts[self.own]
        heard = total(seen)
        if heard == 0:
            return
        noise = sampling_variance(self.population, heard)
        self._test(seen / heard, heard, self.variance + noise * (1 - self.variance))
        spread = self.variance + noise * (1 - self.variance)
        gain = self.variance / spread if spread > 0 else 1.0
        self.belief[self.own] += gain * (seen / heard - self.belief[self.own])
        self.variance *= 1 - gain

    def _test(self, shares: Floats, heard: float, spread: float) -> None:
        """Widens the variance by what chance does not explain of the innovation."""
        belief = self.belief[self.own]
        square, cube = total(belief * belief), total(belief * belief * belief)
        distance = total((shares - belief) ** 2)
        trace = 1 - square
        if not spread * trace > 1e-12:
            return
        fourth = total(belief * (trace + 2 * (square - belief)) ** 2)
        one = fourth / (trace * trace)
        many = 1 + (2 * (square - 2 * cube + square * square)) / (trace * trace)
        deviation = math.sqrt(max(1e-6, one / heard + (1 - 1 / heard) * many - 1))
        excess = (distance / (spread * trace) - 1) / deviation
        self.doubt = max(0.0, (1 - NEWEST_WEIGHT) * self.doubt + NEWEST_WEIGHT * excess)
        doubted = max(0.0, self.doubt - CHANCE_DEVIATIONS)
        widened = self.variance + doubted * deviation * spread
        self.variance = max(self.variance, min(self.flat_variance, widened))


class Filter:
    """What the global agent believes from all samples so far.

    Each epoch: correct by the counts of those heard, act on the belief, predict by what was done.
    """

    def __init__(
        self, policy: Policy, population: int | Sequence[int], sampling: str = "uniform"
    ) -> None:
        """population: n, or of each kind of robots. sampling: uniform; by_kind: robots of each kind
        are drawn among themselves, and a filter follows each kind.

        Raises InvalidInputError where there is no game, or these do not fit it.
        """
        game = policy.require_game()
        kinds = len(game.robot_kinds)
        if sampling not in ("uniform", "by_kind"):
            raise InvalidInputError(f"the sampling is {sampling}; give uniform or by_kind")
        if sampling == "uniform" and isinstance(population, Sequence):
            raise InvalidInputError(
                "the population is given by kind and robots are sampled uniform; give their number, "
                "or sample by_kind"
            )
        if sampling == "by_kind" and kinds == 1:
            raise InvalidInputError(
                f"robots cannot be sampled by_kind: {game.name} has no kinds; sample uniform"
            )
        if isinstance(population, Sequence):
            groups = [require_whole("a kind's population", n, 1) for n in population]
            if len(groups) != kinds:
                raise InvalidInputError(
                    f"the population is given for {len(groups)} kinds and {game.name} has {kinds}; "
                    "give one number for each"
                )
        else:
            groups = [require_whole("the population", population, 1)]
            if sampling == "by_kind":
                groups = game.kind_counts(groups[0])
        self._shares = [n / sum(groups) for n in groups]
        self._sizes = policy.sizes
        self._filters = [
            MeanFieldFilter(policy, n, kind if sampling == "by_kind" else None)
            for kind, n in enumerate(groups)
        ]

    @property
    def belief(self) -> Floats:
        """Shares of the robots in each local state, [sL], sum to 1."""
        if len(self._filters) == 1:
            return self._filters[0].belief.copy()
        belief = np.zeros(self._sizes.sL)
        for share, own in zip(self._shares, self._filters, strict=True):
            belief += share * own.belief
        return belief

    @property
    def variance(self) -> float:
        """v, where the belief's covariance is v (diag(belief) - belief beliefᵀ)."""
        if len(self._filters) == 1:
            return float(self._filters[0].variance)
        pairs = zip(self._shares, self._filters, strict=True)
        traces = [share**2 * own.variance * spread_of(own.belief) for share, own in pairs]
        return float(total(np.array(traces)) / (spread_of(self.belief) or 1.0))

    def reset(self) -> None:
        """A new shift starts: nothing is known but the law of its start."""
        for own in self._filters:
            own.reset()

    def correct(self, counts: ArrayLike) -> None:
        """counts: of the robots heard in each local state, [sL]; nobody heard says nothing.

        Raises InvalidInputError where they are no counts, or more than there are robots.
        """
        heard = counts_of_states(counts, self._sizes.sL)
        for own in self._filters:
            if heard[own.own].sum() > own.population:
                raise InvalidInputError(
                    f"the counts sum to {heard[own.own].sum():.0f} and there are {own.population} "
                    "such robots; count each robot once"
                )
        for own in self._filters:
            own.correct(heard)

    def predict(self, global_state: int, global_action: int) -> None:
        """An epoch went by under s_g and a_g. Raises InvalidInputError where there are none such."""
        require_whole("the global state", global_state, 0, self._sizes.sG - 1)
        require_whole("the global action", global_action, 0, self._sizes.aG - 1)
        for own in self._filters:
            own.predict(global_state, global_action)
