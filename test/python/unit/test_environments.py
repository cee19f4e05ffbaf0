"""The environments keep the rules of PettingZoo and Gymnasium, and of the game."""

import numpy as np
import pytest
from alternating_marl_policy import decode_game, decode_policy

from conftest import GAME, points, table

pytest.importorskip("pettingzoo")
from alternating_marl_policy.environments import GlobalAgentEnv, LocalAgentEnv, SwarmEnv
from gymnasium.utils.env_checker import check_env
from pettingzoo.test import parallel_api_test, parallel_seed_test


def swarm(population=12, **options):
    return SwarmEnv(decode_game(table(horizon=20), "made"), population, 4, **options)


def test_the_swarm_passes_pettingzoos_tests():
    parallel_api_test(swarm(), num_cycles=200)
    parallel_seed_test(swarm, num_cycles=60)


@pytest.mark.parametrize("view", [GlobalAgentEnv, LocalAgentEnv])
@pytest.mark.parametrize("file", [table(), points()])
def test_both_views_pass_gymnasiums_check(view, file):
    check_env(view(decode_policy(file, "made"), 12, 4), skip_render_check=True)


def test_a_step_is_the_games():
    env = swarm(4000)
    seen, _ = env.reset(seed=1)
    state = env.state()
    assert seen["global_0"][0] == state[0] and seen["global_0"][1:].sum() == 4
    assert all((seen[f"local_{i}"] == [state[1 + i], state[0]]).all() for i in range(4000))
    lead, robots = state[0], state[1:]
    actions = {f"local_{i}": i % 2 for i in range(4000)}
    chosen = np.arange(4000) % 2
    _, rewards, ended, over, _ = env.step({"global_0": 1, **actions})
    own = GAME["local_reward"][robots, lead, chosen]
    assert [rewards[f"local_{i}"] for i in range(4000)] == own.tolist()
    assert rewards["global_0"] == pytest.approx(GAME["global_reward"][lead, 1] + own.mean())
    assert not any(ended.values()) and not any(over.values())
    # Of about 333 robots each, 2,000 moves: five standard deviations.
    for s in range(3):
        for a in range(2):
            moved = env.state()[1:][(robots == s) & (chosen == a)]
            shares = np.bincount(moved, minlength=3) / len(moved)
            law = GAME["local_transition"][s, lead, a]
            assert (np.abs(shares - law) < 5 * np.sqrt(law * (1 - law) / len(moved))).all()


def test_an_episode_ends_with_the_shift():
    env = swarm(horizon=3)
    env.reset(seed=0)
    actions = {agent: 0 for agent in env.agents}
    over = [set(env.step(actions)[3].values()) for _ in range(3)]
    assert over == [{False}, {False}, {True}]
    assert env.agents == [] and env.step(actions) == ({}, {}, {}, {}, {})


def test_what_cannot_be_is_refused(refusal):
    game = decode_game(table(), "made")
    assert "the population is 0; give" in refusal(SwarmEnv, game, 0)
    assert "the sample size is 5; give a whole number from 0 to 4" in refusal(SwarmEnv, game, 4, 5)
    env = swarm()
    env.reset(seed=0)
    actions = {agent: 0 for agent in env.agents}
    said = refusal(env.step, {**actions, "local_3": 2})
    assert said == "the action of local_3 is 2; give a whole number from 0 to 1"
    assert "the action of global_0 is 3" in refusal(env.step, {**actions, "global_0": 3})
    del actions["local_5"]
    assert "1 of 13 actions are missing, the first of local_5" in refusal(env.step, actions)
    assert "is no whole number" in refusal(env.step, {**actions, "local_5": 0.5})
    view = GlobalAgentEnv(decode_policy(table(), "made"), 12, 4)
    view.reset(seed=0)
    assert "the action is -1; give a whole number from 0 to 2" in refusal(view.step, -1)
    policy = decode_policy(points(), "made")
    assert "the sample size is 0; give a whole number from 1 to 12" in refusal(
        LocalAgentEnv, policy, 12, 0
    )
