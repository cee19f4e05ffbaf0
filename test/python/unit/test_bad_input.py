"""What cannot be used is refused with what failed, why and what to do."""

import math
import re

import numpy as np
import pytest
from alternating_marl_policy import Filter, decode_policy, load_game, load_policy

from conftest import GAME, POINTS, TABLE, encode, points, table, texts


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"counts": [1, 2]},
            r"the counts has the shape \[2\] and needs \[3\]; give one number for each",
        ),
        ({"counts": [[1, 2, 3]]}, r"has the shape \[1, 3\]"),
        ({"counts": [0, 0, 0]}, "the counts sum to 0: nobody was heard; give a belief"),
        ({"counts": [1, -1, 2]}, "give finite numbers, none negative"),
        ({"counts": [0.5, 0.5, 1]}, "give whole numbers of robots"),
        ({"counts": "many"}, "is not a list of numbers; give 3 of them"),
        ({"belief": [0.5, math.nan, 0.5]}, r"nan.*give finite numbers"),
        ({"belief": [0.5, math.inf, 0.5]}, r"inf.*give finite numbers"),
        ({"belief": [0.5, 0.5, 0.5]}, "the belief sums to 1.5 instead of 1; give shares"),
        ({"belief": [1.0]}, r"has the shape \[1\]"),
        ({"sample": [0, 3]}, r"the sample is \[0, 3\]; give the local states .* from 0 to 2"),
        ({"sample": []}, r"the sample is \[\]; give"),
        ({"sample": [0.5]}, r"the sample is \[0.5\]; give"),
        ({}, "act takes one of sample, counts and belief"),
        ({"sample": [1], "counts": [0, 1, 0]}, "give what is known of the robots once"),
    ],
)
def test_an_observation_that_is_none(given, said, refusal):
    for file in (table(), points()):
        assert re.search(said, refusal(decode_policy(file, "made").act, 0, **given))


@pytest.mark.parametrize("state", [2, -1, 0.5, "0", None, True])
def test_a_global_state_that_is_none(state, refusal):
    message = refusal(decode_policy(table(), "made").act, state, counts=[1, 0, 0])
    assert message == f"the global state is {state}; give a whole number from 0 to 1"


def test_a_robot_that_is_none(refusal):
    policy = decode_policy(points(), "made")
    assert "the local state is 3; give a whole number from 0 to 2" in refusal(
        policy.local_law, 3, 0, 0
    )
    assert "the global action is None; give" in refusal(policy.local_law, 0, 0)


def test_a_filter_that_cannot_be(refusal):
    policy = decode_policy(table(), "made")
    assert "the population is 0; give a whole number of at least 1" in refusal(Filter, policy, 0)
    assert "made has no kinds; sample uniform" in refusal(Filter, policy, 30, "by_kind")
    assert "the sampling is fair; give uniform or by_kind" in refusal(Filter, policy, 30, "fair")
    assert "robots are sampled uniform; give their number" in refusal(Filter, policy, [15, 15])
    some = Filter(policy, 5)
    said = refusal(some.correct, [3, 3, 0])
    assert said == "the counts sum to 6 and there are 5 such robots; count each robot once"
    assert "none negative" in refusal(some.correct, [1, math.nan, 0])
    assert "the global action is 3; give" in refusal(some.predict, 0, 3)
    assert some.belief.tolist() == GAME["initial_local"].tolist()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"format": "alternating_marl policy 3"},
            "its format is .*policy 3.* use the version that wrote it",
        ),
        ({"format": None}, 'its format is "" and this version reads'),
        ({"extra": "1"}, "its metadata has the unknown key extra"),
        ({"population": 0}, 'population: is "0" and not a positive whole number'),
        ({"population": None}, "population: is missing"),
        ({"discount": "NaN"}, 'discount: is "NaN" and not a number'),
        ({"table_size": 10_001}, "table_size: .* from 1 to 10000"),
        ({"lower_bound": 1}, "upper_bound: is missing"),
        ({"global_gap_interval": [1]}, r"an interval \[low,high\]"),
        ({"robot_kinds": [{"name": "a", "share": 0.5}]}, "kinds of robots whose shares sum to 1"),
        ({"table_size": 3}, r"global_values is F32 \[2,6\] .* instead of F32 \[2,10\]"),
        ({"local_form": "command"}, r"local_policy is F32 \[3,2,2\] .* instead of F32 \[3,2,3,2\]"),
        (
            {"scenario_sha256": "0" * 64},
            "its game is not the one that scenario_sha256 names; learn",
        ),
    ],
)
def test_metadata_that_cannot_be(changes, said, refusal):
    message = refusal(decode_policy, table(**changes), "made.safetensors")
    assert re.match("made.safetensors(: | is not a policy file that can be used: )", message)
    assert re.search(said, message)


@pytest.mark.parametrize(
    ("own", "said"),
    [
        (
            {"global_policy": np.full((2, 6), 3, dtype=np.uint8)},
            r"global_policy\[0\] is action 3, of only 3",
        ),
        ({"global_values": np.full((2, 6), np.nan, dtype=np.float32)}, "not a finite number"),
        ({"local_policy": np.ones((3, 2, 2), dtype=np.float32)}, "row 0 of local_policy sums to 2"),
        (
            {"initial_global": np.array([1.5, -0.5])},
            "row 0 of initial_global holds -0.5, not a prob",
        ),
    ],
)
def test_arrays_that_cannot_be(own, said, refusal):
    file = encode({**GAME, **TABLE, **own}, texts())
    assert re.search(said, refusal(decode_policy, file, "made"))


@pytest.mark.parametrize("states", [[0, 0, 0], [1, 1, 1], [0, 1, 0], [0, 1, 2]])
def test_vectors_that_are_not_in_the_order_of_their_states(states, refusal):
    kind = {"kind": "points", "local_form": "command", "table_size": None}
    own = {"vector_state": np.array(states, dtype=np.uint16)}
    file = encode({**GAME, **POINTS, **own}, texts(**kind))
    assert "each of the 2 has vectors, in their order" in refusal(decode_policy, file, "made")


def test_any_flipped_bit_and_any_cut_is_refused(refusal):
    file = points()
    for at in [*range(0, 64 * 8), *range(0, 8 * len(file), 61)]:
        flipped = bytearray(file)
        flipped[at // 8] ^= 1 << at % 8
        refusal(decode_policy, bytes(flipped), "made")
    for end in range(0, len(file), 7):
        refusal(decode_policy, file[:end], "made")
    assert "bytes instead of" in refusal(decode_policy, file + b"\0", "made")


def test_files_that_are_not_there(tmp_path, refusal):
    for load in (load_policy, load_game):
        said = refusal(load, tmp_path / "none.safetensors")
        assert (
            'No such file or directory; give the path of a file written by "npm run learn"' in said
        )
