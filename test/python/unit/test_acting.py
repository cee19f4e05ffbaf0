"""Acting and filtering, by examples worked out by hand."""

import numpy as np
import pytest
from alternating_marl_policy import Filter, decode_game, decode_policy, load_policy
from alternating_marl_policy.histogram import histogram_count, index_of, round_to_size

from conftest import GAME, POINTS, TABLE, encode, points, table, texts


def test_histograms_are_in_lexicographic_order():
    every = [[a, b, 2 - a - b] for a in range(3) for b in range(3 - a)]
    assert (
        [index_of(counts) for counts in every]
        == list(range(6))
        == list(range(histogram_count(3, 2)))
    )


@pytest.mark.parametrize(
    ("weights", "size", "rounded"),
    [
        ([1, 1, 1], 10, [4, 3, 3]),
        ([0.1, 0.2, 0.7], 10, [1, 2, 7]),
        ([0, 3, 0], 5, [0, 5, 0]),
        ([1, 2, 2], 3, [1, 1, 1]),
    ],
)
def test_rounding_is_by_largest_remainder_and_ties_go_to_the_lower_state(weights, size, rounded):
    assert round_to_size(np.array(weights, dtype=float), size) == rounded


def test_a_table_is_looked_up_from_a_sample_its_counts_or_a_belief():
    policy = decode_policy(table(), "made")
    # (1, 0, 1) is the fourth histogram of two.
    expected = TABLE["global_policy"][1, 3]
    assert policy.act(1, sample=[0, 2]) == expected
    assert policy.act(1, counts=[3, 0, 3]) == expected
    assert policy.act(1, belief=[0.45, 0.1, 0.45]) == expected
    assert policy.act(np.int64(1), sample=np.array([2, 0], dtype=np.uint8)) == expected


def test_vectors_are_looked_at_one_step_ahead():
    policy = decode_policy(points(), "made")
    shares = np.array([0.5, 0.25, 0.25])
    values = []
    for a in range(3):
        laws = np.array([policy.local_law(s, 0, a) for s in range(3)])
        moved = sum(
            shares[s] * laws[s, b] * GAME["local_transition"][s, 0, b]
            for s in range(3)
            for b in range(2)
        )
        ahead = [max(POINTS["vectors"][:2] @ moved), POINTS["vectors"][2] @ moved]
        earned = (shares[:, None] * laws * GAME["local_reward"][:, 0]).sum()
        future = GAME["global_transition"][0, a] @ ahead
        values.append(GAME["global_reward"][0, a] + earned + 0.9 * future)
    assert policy.values(0, shares) == pytest.approx(values, rel=1e-12)
    assert policy.act(0, counts=[2, 1, 1]) == int(np.argmax(values))


def test_of_tied_values_the_lowest_action_wins():
    same = {
        name: np.repeat(array[:, :1], 3, axis=1)
        for name, array in GAME.items()
        if name[:7] == "global_"
    }
    # The last command is better by less than what counts.
    same["global_reward"] = np.array([[1.0, 1.0, 1.0 + 1e-12]] * 2)
    local = np.repeat(POINTS["local_policy"][:, :, :1], 3, axis=2)
    own = {"kind": "points", "local_form": "command", "table_size": None}
    policy = decode_policy(
        encode({**GAME, **same, **POINTS, "local_policy": local}, texts(**own)), "tied"
    )
    assert np.argmax(policy.values(0, np.array([0.5, 0.25, 0.25]))) == 2
    assert policy.act(0, belief=[0.5, 0.25, 0.25]) == 0


def test_a_robots_law_sums_to_one_and_follows_the_form():
    by_state, by_command = decode_policy(table(), "made"), decode_policy(points(), "made")
    assert (by_state.local_form, by_command.local_form) == ("state", "command")
    assert by_state.local_law(2, 1) == pytest.approx(TABLE["local_policy"][2, 1])
    assert by_command.local_law(2, 1, 0) == pytest.approx(POINTS["local_policy"][2, 1, 0])
    assert by_command.local_law(2, 1, 0).sum() == pytest.approx(1, abs=1e-15)


def test_who_sees_all_knows_all_and_of_a_known_law_the_unseen_stay_as_they_were():
    policy = decode_policy(table(), "made")
    everybody = Filter(policy, 20)
    everybody.correct([5, 5, 10])
    assert everybody.belief.tolist() == [0.25, 0.25, 0.5]
    assert everybody.variance == 0
    some = Filter(policy, 20)
    some.correct([0, 2, 3])
    assert some.belief == pytest.approx((15 * GAME["initial_local"] + [0, 2, 3]) / 20, abs=1e-12)
    before = some.belief
    some.correct([0, 0, 0])
    assert some.belief.tolist() == before.tolist()
    some.predict(1, 0)
    kernel = np.einsum("sa,sat->st", TABLE["local_policy"][:, 1], GAME["local_transition"][:, 1])
    assert some.belief == pytest.approx(before @ kernel, abs=1e-6)
    some.reset()
    assert some.belief.tolist() == GAME["initial_local"].tolist()


def test_by_kind_each_kind_keeps_its_share_whoever_answers():
    kinds = [{"name": "fast", "share": 0.6}, {"name": "slow", "share": 0.4}]
    moves = np.zeros((4, 2, 2, 4))
    moves[:2, ..., :2] = moves[2:, ..., 2:] = 0.5
    own = {
        **{"local_transition": moves, "local_reward": np.zeros((4, 2, 2))},
        **{"initial_local": np.array([0.3, 0.3, 0.2, 0.2])},
        **{"global_values": np.zeros((2, 10), dtype=np.float32)},
        **{"local_policy": np.full((4, 2, 2), 0.5, dtype=np.float32)},
        **{"global_policy": np.zeros((2, 10), dtype=np.uint8)},
    }
    metadata = texts(local_states=["f_0", "f_1", "s_0", "s_1"], robot_kinds=kinds)
    policy = decode_policy(encode({**GAME, **own}, metadata), "kinds")
    assert policy.game.kind_counts(20) == [12, 8]
    by_kind = Filter(policy, 20, "by_kind")
    # All slow ones are in the first state; of the fast ones nobody answers.
    by_kind.correct([0, 0, 8, 0])
    assert by_kind.belief == pytest.approx([0.3, 0.3, 0.4, 0])
    by_kind.predict(0, 0)
    assert by_kind.belief[:2].sum() == pytest.approx(0.6)
    together = Filter(policy, 20)
    together.correct([0, 0, 8, 0])
    assert together.belief[:2].sum() < 0.6
    assert Filter(policy, [12, 8], "by_kind").belief.tolist() == Filter(policy, 20).belief.tolist()


def test_format_1_acts_alone_and_filters_beside_a_game_file(tmp_path, refusal):
    file, game = tmp_path / "first.safetensors", tmp_path / "game.safetensors"
    second = decode_game(table(), "made")
    learned = {"format": "alternating_marl policy 1", "global_actions": 3, "timing": None}
    left = {
        key: None
        for key in ("kind", "local_form", "global_states", "local_states", "local_actions")
    }
    file.write_bytes(encode(TABLE, texts(**learned, **left, scenario_sha256=second.sha256)))
    no_policy = {
        key: None for key in texts() if key in {"kind", "local_form", "table_size", "population"}
    }
    rest = {"seed": None, "backup": None, "backup_error": None, "package_version": None}
    game.write_bytes(encode(GAME, texts(format="alternating_marl game 1", **no_policy, **rest)))
    alone = load_policy(file)
    assert alone.act(1, counts=[1, 0, 1]) == TABLE["global_policy"][1, 3]
    assert "give load_policy the file that learn --game-only" in refusal(Filter, alone, 30)
    assert Filter(load_policy(file, game), 30).belief.tolist() == [0.5, 0.3, 0.2]
    other = tmp_path / "other.safetensors"
    other.write_bytes(table(discount=0.5))
    assert "learn it again with this scenario" in refusal(load_policy, file, other)
