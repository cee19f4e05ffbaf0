"""A pair of policies: what the global agent does at what it knows, and how robots answer."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import InvalidInputError, numbers, require_whole
from .game import Floats, Game, Sizes
from .histogram import index_of, round_to_size, total
from .metadata import Metadata

#: Values that differ by less than this share of the best are a tie: the lowest action wins.
VALUE_TIE = 1e-9
#: A belief may miss 1 by this much: it may have gone through float32.
BELIEF_TOLERANCE = 1e-5


class Policy:
    """Made by load_policy. Arrays are the file's, with the shapes of docs/policy_files.md."""

    def __init__(
        self,
        metadata: Metadata,
        sizes: Sizes,
        arrays: dict[str, NDArray[Any]],
        sha256: str,
        game: Game | None,
    ) -> None:
        self.metadata = metadata
        self.sizes = sizes
        #: SHA-256 (hex) of the file's bytes.
        self.sha256 = sha256
        #: None: the file is of format 1, and no game was given.
        self.game = game
        #: k of the table; None: the global policy is by vectors.
        self.table_size: int | None = metadata.get("table_size")
        self.global_policy = arrays.get("global_policy")
        self.global_values = arrays.get("global_values")
        self.vectors = arrays.get("vectors")
        self.vector_state = arrays.get("vector_state")
        self.vector_action = arrays.get("vector_action")
        #: π_l, [sL, sG, aL], or [sL, sG, aG, aL] where robots use the command.
        self.local_policy: NDArray[np.float32] = arrays["local_policy"]
        #: The same with a_g always (one for all in the form state), rows scaled to sum to 1.
        laws = self.local_policy.astype(np.float64)
        laws /= total(laws, axis=-1)[..., None]
        self._laws: Floats = laws if laws.ndim == 4 else laws[:, :, None]
        self._values: Floats | None = None

    @property
    def local_form(self) -> str:
        """state or command: what robots know when they act."""
        return "command" if self.local_policy.ndim == 4 else "state"

    def require_game(self) -> Game:
        """The game. Raises InvalidInputError where the file has none and none was given."""
        if self.game is not None:
            return self.game
        raise InvalidInputError(
            "the policy is of format 1, whose file does not hold its game; give load_policy the file "
            "that learn --game-only --out writes for its scenario, or learn the policy again"
        )

    def act(
        self,
        global_state: int,
        *,
        sample: ArrayLike | None = None,
        counts: ArrayLike | None = None,
        belief: ArrayLike | None = None,
    ) -> int:
        """a_g, from s_g and one of: sample, the local states of the robots asked; counts, [sL], of
        them in each local state; belief, [sL], shares of the robots, such as Filter.belief.

        Raises InvalidInputError where these are not what they should be.
        """
        require_whole("the global state", global_state, 0, self.sizes.sG - 1)
        if sum(given is not None for given in (sample, counts, belief)) != 1:
            raise InvalidInputError(
                "act takes one of sample, counts and belief; give what is known of the robots once"
            )
        if sample is not None:
            counts = self.counts_of(sample)
        if belief is not None:
            weights = numbers("the belief", belief, (self.sizes.sL,))
            if not abs(total(weights) - 1) <= BELIEF_TOLERANCE:
                raise InvalidInputError(
                    f"the belief sums to {total(weights)} instead of 1; give shares of all robots"
                )
        else:
            weights = counts_of_states(counts, self.sizes.sL)
            if not weights.any():
                raise InvalidInputError(
                    "the counts sum to 0: nobody was heard; give a belief, such as a Filter's"
                )
        if self.table_size is not None and self.global_policy is not None:
            return int(
                self.global_policy[global_state, index_of(round_to_size(weights, self.table_size))]
            )
        q = self.values(global_state, weights if belief is not None else weights / total(weights))
        return int(np.argmax(q >= q.max() - VALUE_TIE * abs(q.max())))

    def counts_of(self, sample: ArrayLike) -> NDArray[np.int64]:
        """How many of these local states are each one, [sL]. Raises InvalidInputError."""
        states = np.asarray(sample)
        if states.ndim == 1 and states.size and np.issubdtype(states.dtype, np.integer):
            if 0 <= states.min() and states.max() < self.sizes.sL:
                return np.bincount(states, minlength=self.sizes.sL)
        raise InvalidInputError(
            f"the sample is {states.tolist()}; give the local states of the robots asked, "
            f"whole numbers from 0 to {self.sizes.sL - 1}"
        )

    def values(self, global_state: int, shares: Floats) -> Floats:
        """What each a_g is worth one step ahead, [aG], of a policy by vectors; not checked.

        argmax_a r_g(s_g, a) + μ · r_{s_g,a} + γ Σ_{s_g'} P_g(s_g'|s_g, a) max_{v of s_g'} v · (μ M_{s_g,a})
        """
        game = self.require_game()
        if self._values is None:
            assert self.vectors is not None and self.vector_state is not None
            self._values = self.vectors.astype(np.float64)
            self._starts = np.searchsorted(self.vector_state, np.arange(self.sizes.sG))
        # [moves, sL · aL]: one move for all commands, or one for each.
        acting = shares[:, None, None] * self._laws[:, global_state]
        acting = acting.transpose(1, 0, 2).reshape(acting.shape[1], -1)
        moved = acting @ game.local_transition[:, global_state].reshape(acting.shape[1], -1)
        ahead = np.maximum.reduceat(self._values @ moved.T, self._starts)
        reward = acting @ game.local_reward[:, global_state].ravel()
        future = (game.global_transition[global_state] * ahead.T).sum(axis=1)
        values: Floats = reward + game.global_reward[global_state] + game.discount * future
        return values

    def local_law(
        self, local_state: int, global_state: int, global_action: int | None = None
    ) -> Floats:
        """π_l(· | s_l, s_g, a_g), [aL], sums to 1. global_action: needed in the form command.

        Raises InvalidInputError where there is no such state or action.
        """
        require_whole("the local state", local_state, 0, self.sizes.sL - 1)
        require_whole("the global state", global_state, 0, self.sizes.sG - 1)
        command = 0
        if self.local_form == "command":
            command = require_whole("the global action", global_action, 0, self.sizes.aG - 1)
        law: Floats = self.laws_under(global_state, command)[local_state]
        return law

    def laws_under(self, global_state: int, global_action: int) -> Floats:
        """π_l of all local states under a command, [sL, aL]; rows sum to 1; not checked."""
        command = global_action if self.local_form == "command" else 0
        laws: Floats = self._laws[:, global_state, command]
        return laws

    def __repr__(self) -> str:
        what = f"k = {self.table_size}" if self.table_size else f"{len(self.vectors or [])} vectors"
        return f"<Policy for {self.metadata['scenario']}, {what}>"


def counts_of_states(counts: ArrayLike | None, states: int) -> Floats:
    """Counts as numbers, [states]. Raises InvalidInputError unless they are whole, none negative."""
    heard = numbers("the counts", counts if counts is not None else [], (states,))
    if (heard != np.floor(heard)).any():
        raise InvalidInputError(f"the counts are {heard.tolist()}; give whole numbers of robots")
    return heard
