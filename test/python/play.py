"""What environments earn, and how fast they are, for environments.soak.ts.

Usage: play.py POLICY POPULATION SAMPLE_SIZE EPISODES: prints as JSON the mean discounted return of as many
episodes with its standard error, as the global agent's view has them and as the swarm of all has them (a
tenth of the episodes), and steps of 1,000 agents in a second of processor time.
"""

import json
import math
import sys
import time

import numpy as np
from alternating_marl_policy import load_policy
from alternating_marl_policy.environments import GlobalAgentEnv, SwarmEnv

policy = load_policy(sys.argv[1])
population, sample_size, episodes = map(int, sys.argv[2:])
discount = policy.game.discount


def commanded(seen):
    return policy.act(int(seen[0]), counts=seen[1:])


def by_view():
    env = GlobalAgentEnv(policy, population, sample_size)

    def play(seed):
        seen, _ = env.reset(seed=seed)
        over = False
        while not over:
            seen, reward, _, over, _ = env.step(commanded(seen))
            yield reward

    return play


def by_swarm(population=population):
    env = SwarmEnv(policy.game, population, sample_size)

    def play(seed):
        rng = np.random.default_rng(seed)
        seen, _ = env.reset(seed=seed)
        while env.agents:
            command = commanded(seen["global_0"])
            lead, *robots = env.state()
            ends = policy.laws_under(lead, command).cumsum(axis=1)[robots]
            drawn = (ends < rng.random((len(robots), 1)) * ends[:, -1:]).sum(axis=1)
            actions = dict(zip(env.agents, [command, *drawn.tolist()], strict=True))
            seen, rewards, *_ = env.step(actions)
            yield rewards["global_0"]

    return play


def estimate(play, count):
    returns = [sum(discount**t * r for t, r in enumerate(play(seed))) for seed in range(count)]
    return {"mean": np.mean(returns), "standardError": np.std(returns, ddof=1) / math.sqrt(count)}


def speed(steps=400):
    env = SwarmEnv(policy.game, 999, sample_size, horizon=steps)
    env.reset(seed=0)
    actions = {agent: env.action_space(agent).sample() for agent in env.agents}
    begun = time.process_time()
    for _ in range(steps):
        env.step(actions)
    return steps / (time.process_time() - begun)


told = {"view": estimate(by_view(), episodes), "swarm": estimate(by_swarm(), episodes // 10)}
print(json.dumps({**told, "speed": speed()}))
