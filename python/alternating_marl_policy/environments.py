"""The game as environments to learn in: PettingZoo's ParallelEnv, and two Gymnasium views of it.

Needs the extra: pip install "./python[environments]". A game comes from load_game, or from a policy.
What is drawn is exact in law; seeds give other numbers than the TypeScript core's.
"""

from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Discrete, MultiDiscrete, Space
from numpy.random import Generator
from numpy.typing import NDArray
from pettingzoo import ParallelEnv  # type: ignore[import-untyped]

from .errors import InvalidInputError, require_whole
from .game import Floats, Game
from .policy import Policy

Ints = NDArray[np.int64]

#: Epochs of an episode where the scenario has no shifts.
DEFAULT_HORIZON = 50
#: Robots that are asked where a policy has no table.
WITHOUT_TABLE = 20


def _drawn(rng: Generator, laws: Floats) -> Ints:
    """One index by each row's law, [rows]."""
    ends = laws.cumsum(axis=-1)
    return np.argmax(ends > rng.random((len(laws), 1)) * ends[:, -1:], axis=-1)


class _Swarm:
    """n robots and the lead vehicle, of which k robots are asked at each epoch."""

    def __init__(self, game: Game, population: int, sample_size: int, horizon: int | None) -> None:
        self.game = game
        self.population = require_whole("the population", population, 1)
        self.sample_size = require_whole("the sample size", sample_size, 0, population)
        epochs = horizon or game.horizon or DEFAULT_HORIZON
        self.horizon = require_whole("the horizon", epochs, 1)
        game.kind_counts(population)
        self._kinds = game.kinds_of(population)
        self.local_states: Ints = np.zeros(population, dtype=np.int64)
        self.global_state = 0
        self.epoch = 0

    def start(self, rng: Generator) -> None:
        """Draws the start of an episode, by the scenario's initial law."""
        game, kinds = self.game, len(self.game.robot_kinds)
        zones = game.sizes.sL // kinds
        if game.initial_local is None:
            laws = rng.dirichlet(np.full(zones, game.initial_alpha), size=kinds)
        else:
            law = game.initial_local[rng.integers(len(game.initial_local))]
            laws = law.reshape(kinds, zones)
        self.local_states = self._kinds * zones + _drawn(rng, laws[self._kinds])
        self.global_state = int(_drawn(rng, game.initial_global[None])[0])
        self.epoch = 0

    def seen(self, rng: Generator) -> Ints:
        """s_g and the counts of k fresh robots in each local state, [1 + sL]."""
        counts = np.bincount(self.local_states, minlength=self.game.sizes.sL)
        asked = rng.multivariate_hypergeometric(counts, self.sample_size)
        return np.concatenate(([self.global_state], asked))

    @property
    def seen_space(self) -> MultiDiscrete:
        sizes = self.game.sizes
        return MultiDiscrete([sizes.sG] + [self.sample_size + 1] * sizes.sL)

    def step(self, rng: Generator, global_action: int, local_actions: Ints) -> tuple[float, Floats]:
        """One epoch. The system's reward, and r_l of each robot, [n]."""
        game, lead, robots = self.game, self.global_state, self.local_states
        own = game.local_reward[robots, lead, local_actions]
        reward = float(game.global_reward[lead, global_action] + own.mean())
        self.local_states = _drawn(rng, game.local_transition[robots, lead, local_actions])
        self.global_state = int(_drawn(rng, game.global_transition[lead, [global_action]])[0])
        self.epoch += 1
        return reward, own

    @property
    def is_over(self) -> bool:
        return self.epoch >= self.horizon


class SwarmEnv(ParallelEnv[str, Ints, int]):  # type: ignore[misc]
    """All agents learn: global_0, and local_0 to local_<n - 1>.

    Observations: s_g and the counts of k fresh robots of global_0; s_l and s_g of a robot, which does
    not know the command when it acts. Rewards: r = r_g + (1/n) Σ r_l of global_0; a robot's own r_l.
    state() is s_g and all robots' s_l, [1 + n].
    """

    metadata = {"name": "alternating_marl_v0", "render_modes": [], "is_parallelizable": True}
    render_mode = None

    def __init__(
        self, game: Game, population: int, sample_size: int = 10, horizon: int | None = None
    ) -> None:
        """sample_size: k. horizon: epochs of an episode; default: the scenario's, else 50.

        Raises InvalidInputError where these cannot be.
        """
        self._swarm = swarm = _Swarm(game, population, sample_size, horizon)
        sG, aG, sL, aL = game.sizes
        self._robots = [f"local_{i}" for i in range(population)]
        self.possible_agents = ["global_0", *self._robots]
        self.agents: list[str] = []
        self.observation_spaces: dict[str, Space[Any]] = {"global_0": swarm.seen_space}
        self.action_spaces: dict[str, Space[Any]] = {"global_0": Discrete(aG)}
        for robot in self._robots:
            self.observation_spaces[robot] = MultiDiscrete([sL, sG])
            self.action_spaces[robot] = Discrete(aL)
        self.state_space = MultiDiscrete([sG] + [sL] * population)
        self._rng = np.random.default_rng()

    def observation_space(self, agent: str) -> Space[Any]:
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> Space[Any]:
        return self.action_spaces[agent]

    def state(self) -> Ints:
        return np.concatenate(([self._swarm.global_state], self._swarm.local_states))

    def _observations(self) -> dict[str, Ints]:
        swarm = self._swarm
        lead = np.full(swarm.population, swarm.global_state)
        rows = np.stack((swarm.local_states, lead), axis=1)
        return {"global_0": swarm.seen(self._rng), **dict(zip(self._robots, rows, strict=True))}

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Ints], dict[str, Any]]:
        if seed is not None:
            self._rng = np.random.default_rng(seed)
        self.agents = self.possible_agents.copy()
        self._swarm.start(self._rng)
        return self._observations(), {agent: {} for agent in self.agents}

    def step(
        self, actions: dict[str, int]
    ) -> tuple[dict[str, Ints], dict[str, float], dict[str, bool], dict[str, bool], dict[str, Any]]:
        """Raises InvalidInputError where an agent's action is missing or does not exist."""
        if not self.agents:
            return {}, {}, {}, {}, {}
        local = self._local_actions(actions)
        command = require_whole(
            "the action of global_0", actions["global_0"], 0, self._swarm.game.sizes.aG - 1
        )
        reward, own = self._swarm.step(self._rng, command, local)
        agents, is_over = self.agents, self._swarm.is_over
        rewards = {"global_0": reward, **dict(zip(self._robots, own.tolist(), strict=True))}
        if is_over:
            self.agents = []
        return (
            self._observations(),
            rewards,
            dict.fromkeys(agents, False),
            dict.fromkeys(agents, is_over),
            {agent: {} for agent in agents},
        )

    def _local_actions(self, actions: dict[str, int]) -> Ints:
        missing = [agent for agent in self.agents if agent not in actions]
        if missing:
            raise InvalidInputError(
                f"{len(missing)} of {len(self.agents)} actions are missing, the first of {missing[0]}; "
                "give one for each agent"
            )
        chosen = np.array([actions[robot] for robot in self._robots])
        most = self._swarm.game.sizes.aL - 1
        if not np.issubdtype(chosen.dtype, np.integer) or chosen.ndim != 1:
            raise InvalidInputError("an action of a robot is no whole number; give its index")
        wrong = np.flatnonzero((chosen < 0) | (chosen > most))
        if wrong.size:
            require_whole(f"the action of local_{wrong[0]}", int(chosen[wrong[0]]), 0, most)
        return chosen

    def render(self) -> None:
        """There is nothing to see: the simulator has the page."""

    def close(self) -> None:
        """Nothing is open."""


class _View(gymnasium.Env[Ints, Any]):
    """What both views share: robots and a global agent that follow a policy."""

    def __init__(
        self,
        policy: Policy,
        population: int | None = None,
        sample_size: int | None = None,
        horizon: int | None = None,
    ) -> None:
        """Defaults: the policy's population, its table's k (20 without one), the scenario's horizon.

        Raises InvalidInputError where these cannot be, or the policy's game is not known.
        """
        n = policy.metadata["population"] if population is None else population
        k = min(policy.table_size or WITHOUT_TABLE, n) if sample_size is None else sample_size
        self._policy = policy
        self._swarm = _Swarm(policy.require_game(), n, k, horizon)
        self.observation_space, self.action_space = self._spaces()

    def _spaces(self) -> tuple[Space[Ints], Space[Any]]:
        """Of observations and of actions."""
        raise NotImplementedError

    def _seen(self) -> Ints:
        return self._swarm.seen(self.np_random)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Ints, dict[str, Any]]:
        super().reset(seed=seed)
        self._swarm.start(self.np_random)
        return self._seen(), {}

    def _step(self, command: int, robot: Any = None) -> tuple[float, Floats]:
        """One epoch, in which robots act by the policy, but for local_0 where its action is given."""
        swarm = self._swarm
        laws = self._policy.laws_under(swarm.global_state, command)
        actions = _drawn(self.np_random, laws[swarm.local_states])
        if robot is not None:
            actions[0] = robot
        return swarm.step(self.np_random, command, actions)


class GlobalAgentEnv(_View):
    """The global agent learns against robots that follow a policy's local policy.

    Observation: s_g and the counts of k fresh robots. Reward: the system's.
    """

    def _spaces(self) -> tuple[Space[Ints], Space[Any]]:
        return self._swarm.seen_space, Discrete(self._policy.sizes.aG)

    def step(self, action: Any) -> tuple[Ints, float, bool, bool, dict[str, Any]]:
        command = require_whole("the action", action, 0, self._policy.sizes.aG - 1)
        reward, _ = self._step(command)
        return self._seen(), reward, False, self._swarm.is_over, {}


class LocalAgentEnv(_View):
    """The robot local_0 learns against a policy's global agent, without memory, and its other robots.

    Observation: s_l and s_g; with a local policy of the form command a_g too. Reward: its own r_l.
    """

    _command = 0

    def _spaces(self) -> tuple[Space[Ints], Space[Any]]:
        sG, aG, sL, aL = self._policy.sizes
        require_whole("the sample size", self._swarm.sample_size, 1, self._swarm.population)
        commands = [aG] if self._policy.local_form == "command" else []
        return MultiDiscrete([sL, sG, *commands]), Discrete(aL)

    def _seen(self) -> Ints:
        lead, *counts = super()._seen()
        self._command = self._policy.act(int(lead), counts=counts)
        known = [self._swarm.local_states[0], lead, self._command]
        return np.array(known if self._policy.local_form == "command" else known[:2])

    def step(self, action: Any) -> tuple[Ints, float, bool, bool, dict[str, Any]]:
        robot = require_whole("the action", action, 0, self._policy.sizes.aL - 1)
        _, own = self._step(self._command, robot)
        return self._seen(), float(own[0]), False, self._swarm.is_over, {}
