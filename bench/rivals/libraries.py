"""Rivals by a library: IPPO and MADDPG by AgileRL in the game's PettingZoo environment, all robots seen.

Usage: libraries.py JOB < GAME: JSON of way, robots, seed, seconds of a core and shifts that judge.
Prints JSON of rows [measure, value, standard error] and versions. Robots share a network, as AgileRL does for
agents of like names; in MADDPG a critic too, which so learns the mean of their rewards.
"""

import json
import os
import sys
import time
from importlib.metadata import version
from itertools import product
from platform import python_version
from resource import RUSAGE_SELF, getrusage

import numpy as np
import torch
from agilerl.algorithms import IPPO, MADDPG
from agilerl.components.data import MultiAgentTransition
from agilerl.components.replay_buffer import ReplayBuffer
from alternating_marl_policy.environments import SwarmEnv
from alternating_marl_policy.policy_file import decode_game
from gymnasium.spaces import Box

#: Epochs of a shift, and shifts that are played side by side.
HORIZON, BESIDE = 50, 8
#: MADDPG learns from so many transitions on, and keeps so many.
FIRST, KEPT = 1000, 50_000
#: Learning rate (MADDPG's critic has ten times that), and weight of the entropy or of the noise.
TUNINGS = {
    "ippo": list(product((1e-4, 1e-3), (0.01, 0.001))),
    "maddpg": list(product((1e-3, 1e-4), (0.1, 0.5))),
}
#: Each is tried for this share of the time; the one that earns most in other shifts learns anew.
SHARE = 0.05
JUDGED, CHOSEN = 1_000_000, 2_000_000
PARENT = os.getppid()


class Team:
    """A learner in shifts side by side: states one-hot, answers as shares, rewards so that returns are below 1."""

    def __init__(self, game, job, tuning):
        robots, self.is_ippo = job["robots"], job["way"] == "ippo"
        self.envs = [SwarmEnv(game, robots, robots, HORIZON) for _ in range(BESIDE)]
        self.agents = agents = self.envs[0].possible_agents
        sG, _, sL, _ = game.sizes
        self.robots, self.lead, self.local = robots, np.eye(sG), np.eye(sL)
        self.discount, self.epochs = game.discount, 0
        rewards = game.global_reward, game.local_reward
        self.scale = (1 - game.discount) / sum(np.abs(one).max() for one in rewards)
        torch.manual_seed(job["seed"])
        np.random.seed(job["seed"])
        spaces = [Box(0, 1, (sG + sL,)) for _ in agents]
        given = spaces, [self.envs[0].action_space(one) for one in agents], agents
        (rate, wild), gamma = tuning, game.discount
        if self.is_ippo:
            self.agent = IPPO(*given, gamma=gamma, lr=rate, ent_coef=wild, batch_size=256)
        else:
            more = {"lr_critic": 10 * rate, "expl_noise": wild, "vect_noise_dim": BESIDE}
            self.agent = MADDPG(*given, gamma=gamma, lr_actor=rate, **more)
        self.memory = ReplayBuffer(KEPT)
        self._start(job["seed"])

    def _shown(self, told):
        """Of each agent what it observes in each shift, [BESIDE, sG + sL]."""
        shown = {}
        for agent in self.agents:
            seen = np.stack([one[agent] for one in told])
            if agent == "global_0":
                parts = self.lead[seen[:, 0]], seen[:, 1:] / self.robots
            else:
                parts = self.lead[seen[:, 1]], self.local[seen[:, 0]]
            shown[agent] = np.concatenate(parts, axis=1).astype(np.float32)
        return shown

    def _start(self, seed=None):
        """New shifts, and with a seed all draws from here on."""
        assert os.getppid() == PARENT, "the process that started this one has ended"
        seeds = [None if seed is None else BESIDE * seed + i for i in range(BESIDE)]
        return self._shown([env.reset(one)[0] for env, one in zip(self.envs, seeds, strict=True)])

    def _step(self, actions):
        """Observations, and each agent's rewards as they are, [BESIDE]."""
        told = [
            env.step({agent: int(actions[agent][i]) for agent in self.agents})
            for i, env in enumerate(self.envs)
        ]
        rewards = {agent: np.array([one[1][agent] for one in told]) for agent in self.agents}
        return self._shown([one[0] for one in told]), rewards

    def learn(self, seconds):
        """By so much time of this process."""
        until = time.process_time() + seconds
        never = dict.fromkeys(self.agents, np.zeros(BESIDE))
        self.agent.set_training_mode(True)
        while time.process_time() < until:
            fields = [{agent: [] for agent in self.agents} for _ in range(6)]
            seen = self._start()
            if not self.is_ippo:
                self.agent.reset_action_noise(range(BESIDE))
            for _ in range(HORIZON):
                action, *more = self.agent.get_action(seen)
                after, rewards = self._step(action)
                scaled = {agent: self.scale * rewards[agent] for agent in self.agents}
                if self.is_ippo:
                    now = seen, action, more[0], scaled, never, more[2]
                    for kept, one in zip(fields, now, strict=True):
                        for agent in self.agents:
                            kept[agent].append(one[agent])
                else:
                    self._learn_off_policy((seen, more[0], scaled, after, never), until)
                seen = after
            if self.is_ippo:
                self.agent.learn((*fields, seen, never))
            self.epochs += BESIDE * HORIZON

    def _learn_off_policy(self, fields, until):
        names = "obs", "action", "reward", "next_obs", "done"
        kept = MultiAgentTransition(**dict(zip(names, fields, strict=True)), batch_size=[BESIDE])
        self.memory.add(kept.to_tensordict())
        if len(self.memory) >= FIRST and time.process_time() < until:
            self.agent.learn(self.memory.sample(self.agent.batch_size))

    def judged(self, seed, shifts):
        """Mean discounted return and its standard error, by the policies as they stand."""
        self.agent.set_training_mode(False)
        self._start(seed)
        earned = []
        for _ in range(max(2, shifts // BESIDE)):
            seen, sums = self._start(), np.zeros(BESIDE)
            for epoch in range(HORIZON):
                seen, rewards = self._step(self.agent.get_action(seen)[0])
                sums += self.discount**epoch * rewards["global_0"]
            earned.extend(sums)
        return float(np.mean(earned)), float(np.std(earned, ddof=1) / len(earned) ** 0.5)


def main(text):
    torch.set_num_threads(1)
    game, job, tried = decode_game(sys.stdin.buffer.read(), "the game"), json.loads(text), []
    seed, seconds, shifts = job["seed"], job["seconds"], job["shifts"]
    for tuning in TUNINGS[job["way"]]:
        team = Team(game, job, tuning)
        team.learn(SHARE * seconds)
        tried.append(team.judged(CHOSEN + seed, shifts // 4)[0])
    best = int(np.argmax(tried))
    team, rows = Team(game, job, TUNINGS[job["way"]][best]), [["tuning", best + 1, 0]]
    for measure in ("return_halfway", "return"):
        team.learn(seconds / 2)
        rows.append([measure, *team.judged(JUDGED + seed, shifts)])
    rows.append(["epochs_of_experience", team.epochs, 0])
    rows.append(["megabytes", getrusage(RUSAGE_SELF).ru_maxrss / 1024, 0])
    versions = [f"{name} {version(name)}" for name in ("numpy", "torch", "agilerl")]
    print(json.dumps({"rows": rows, "versions": [f"Python {python_version()}", *versions]}))


main(sys.argv[1])
