"""Values as JavaScript writes them: hashes in the files are of such text."""

import hashlib
import json
import math
from decimal import Decimal
from typing import Any

from numpy.typing import NDArray


def canonical(value: Any) -> bytes:
    """JSON as JavaScript writes it, keys in order."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    # What stands for half of a character cannot be written as UTF-8.
    return text.encode(errors="backslashreplace")


def as_in_javascript(number: float) -> str:
    """The number as JavaScript writes it."""
    number = float(number)
    if not math.isfinite(number):
        return str(number).replace("nan", "NaN").replace("inf", "Infinity")
    digits = Decimal(repr(number)).normalize()
    if not digits:
        return "0"
    return f"{digits:f}" if -7 < digits.adjusted() < 21 else f"{digits:e}"


def _nested(array: NDArray[Any]) -> str:
    if array.ndim == 0:
        return as_in_javascript(float(array))
    return f"[{','.join(map(_nested, array))}]"


def game_hash(metadata: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> str:
    """SHA-256 of the canonical JSON of the game's arrays, names and discount."""
    names = ("global_states", "global_actions", "local_states", "local_actions")
    parts = {name: canonical(metadata[name]).decode() for name in names}
    parts["name"] = canonical(metadata["scenario"]).decode()
    parts["discount"] = as_in_javascript(metadata["discount"])
    for name in ("global_transition", "local_transition", "global_reward", "local_reward"):
        parts[name] = _nested(arrays[name])
    text = ",".join(f'"{name}":{parts[name]}' for name in sorted(parts))
    return hashlib.sha256(f"{{{text}}}".encode()).hexdigest()
