"""A game and its policies made by hand, and a writer of their files."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from alternating_marl_policy import InvalidInputError
from alternating_marl_policy.canonical import game_hash

Arrays = dict[str, np.ndarray]
TYPES = {"float64": "F64", "float32": "F32", "uint16": "U16", "uint8": "U8"}


def rows(*shape: int) -> np.ndarray:
    """Laws that differ from each other."""
    weights = np.random.default_rng(sum(shape)).random(shape) + 0.05
    return weights / weights.sum(axis=-1, keepdims=True)


#: Two global states, three commands, three local states, two local actions.
GAME: Arrays = {
    "global_transition": rows(2, 3, 2),
    "local_transition": rows(3, 2, 2, 3),
    "global_reward": np.array([[1.0, 0.5, 0.25], [0.0, 1.0, 2.0]]),
    "local_reward": np.arange(12.0).reshape(3, 2, 2),
    "initial_global": np.array([0.25, 0.75]),
    "initial_local": np.array([0.5, 0.3, 0.2]),
}
TABLE: Arrays = {
    "global_values": np.zeros((2, 6), dtype=np.float32),
    "local_policy": rows(3, 2, 2).astype(np.float32),
    "global_policy": np.arange(12, dtype=np.uint8).reshape(2, 6) % 3,
}
POINTS: Arrays = {
    "local_policy": rows(3, 2, 3, 2).astype(np.float32),
    "vectors": np.array([[0, 50, 0], [40, 0, 0], [0, 0, 30]], dtype=np.float32),
    "vector_state": np.array([0, 0, 1], dtype=np.uint16),
    "vector_action": np.array([0, 2, 1], dtype=np.uint16),
}


def texts(**changes: Any) -> dict[str, str]:
    """Metadata of a table of format 2; changes: values, None to leave one out."""
    names = {"global_states": 2, "global_actions": 3, "local_states": 3, "local_actions": 2}
    values: dict[str, Any] = {
        **{"format": "alternating_marl policy 2", "kind": "table", "local_form": "state"},
        **{key: [f"{key}_{i}" for i in range(size)] for key, size in names.items()},
        **{"timing": "current", "scenario": "made", "scenario_sha256": "", "table_size": 2},
        **{"population": 30, "discount": 0.9, "seed": 3, "backup": "exact", "backup_error": 1e-15},
        "package_version": "0.1.0",
        **changes,
    }
    return {
        key: value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
        for key, value in values.items()
        if value is not None
    }


def encode(arrays: Arrays, metadata: dict[str, str]) -> bytes:
    """A file of these arrays in this order, with a checksum that is right."""
    if metadata.get("scenario_sha256") == "":
        values = {**metadata, "discount": float(metadata["discount"])}
        names = [key for key in values if key.endswith(("_states", "_actions"))]
        values.update({key: json.loads(metadata[key]) for key in names})
        metadata["scenario_sha256"] = game_hash(values, arrays)
    canonical = json.dumps(metadata, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = hashlib.sha256(canonical.encode())
    header: dict[str, Any] = {}
    data = b""
    for name, array in arrays.items():
        content, kind, shape = array.tobytes(), TYPES[str(array.dtype)], list(array.shape)
        shaped = json.dumps(shape, separators=(",", ":"))
        digest.update(f"{name}{kind}{shaped}".encode() + content)
        offsets = [len(data), len(data) + len(content)]
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": offsets}
        data += content
    header = {"__metadata__": {**metadata, "checksum": digest.hexdigest()}, **header}
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def table(**changes: Any) -> bytes:
    return encode({**GAME, **TABLE}, texts(**changes))


def points(**changes: Any) -> bytes:
    own = {"kind": "points", "local_form": "command", "table_size": None}
    return encode({**GAME, **POINTS}, texts(**own, **changes))


@pytest.fixture
def refusal() -> Callable[..., str]:
    """What a call that must be refused says: what failed and why, and what to do."""

    def of(call: Callable[..., Any], *given: Any, **named: Any) -> str:
        with pytest.raises(InvalidInputError) as caught:
            call(*given, **named)
        message = str(caught.value)
        assert "; " in message
        return message

    return of
