"""The arrays of a policy file: their order, types and shapes, and what may stand in them."""

from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from .canonical import as_in_javascript
from .game import Sizes
from .histogram import histogram_count, total
from .metadata import FORMATS, GAME_FORMAT, Metadata

#: States or actions of a kind.
MOST_NAMES = 255
MOST_VECTORS = 131_072
#: A row may miss 1 by this much.
ROW_SUM_TOLERANCE = 1e-5
DTYPES = {"F64": "<f8", "F32": "<f4", "U16": "<u2", "U8": "u1"}

Arrays = dict[str, NDArray[Any]]
Refuse = Callable[..., NoReturn]
#: Name, type, what it holds, shape.
Tensor = tuple[str, str, str, list[int]]


def shape_text(shape: Any) -> str:
    """As JSON."""
    return str(shape).replace(" ", "")


def described(tensor: Any) -> str:
    """What a header says of a tensor; None: nothing."""
    if tensor is None:
        return "missing"
    match tensor:
        case {"dtype": dtype, "shape": shape, "data_offsets": [start, end], **others} if not others:
            return f"{dtype} {shape_text(shape)} at bytes {start} to {end}"
    return str(tensor)


def layout_of(
    metadata: Metadata, header: dict[str, Any], refuse: Refuse
) -> tuple[Sizes, list[Tensor]]:
    """What the arrays must be: by the metadata, and by the sizes that only shapes tell."""

    def given(name: str) -> list[Any]:
        tensor = header.get(name)
        shape = tensor.get("shape") if isinstance(tensor, dict) else None
        sizes = shape if isinstance(shape, list) else []
        return sizes if all(type(size) is int and size > 0 for size in sizes) else []

    table_size: int = metadata.get("table_size", 0)
    if metadata["format"] == FORMATS[0]:
        shape = given("local_policy")
        if len(shape) != 3 or not all(0 < size <= MOST_NAMES for size in shape):
            refuse(
                f"local_policy has the shape {shape_text(shape)} and needs three sizes "
                f"of at most {MOST_NAMES}"
            )
        sizes = Sizes(sG=shape[1], aG=metadata["global_actions"], sL=shape[0], aL=shape[2])
        return sizes, _pair_tensors(sizes, "state", histogram_count(sizes.sL, table_size), None)
    kinds = ("global_states", "global_actions", "local_states", "local_actions")
    sG, aG, sL, aL = sizes = Sizes(*(len(metadata[kind]) for kind in kinds))
    tensors: list[Tensor] = [
        ("global_transition", "F64", "laws", [sG, aG, sG]),
        ("local_transition", "F64", "laws", [sL, sG, aL, sL]),
        ("global_reward", "F64", "values", [sG, aG]),
        ("local_reward", "F64", "values", [sL, sG, aL]),
        ("initial_global", "F64", "laws", [sG]),
    ]
    if "initial_alpha" not in metadata:
        laws = given("initial_local")[:-1][:1]
        tensors += [("initial_local", "F64", "laws", [*(laws if laws != [1] else []), sL])]
    if metadata["format"] == GAME_FORMAT:
        return sizes, tensors
    histograms = table_size and histogram_count(sL, table_size)
    vectors = None if table_size else min((given("vectors") or [1])[0], MOST_VECTORS)
    return sizes, tensors + _pair_tensors(sizes, metadata["local_form"], histograms, vectors)


def _pair_tensors(
    sizes: Sizes, form: str, histograms: int | None, vectors: int | None
) -> list[Tensor]:
    sG, aG, sL, aL = sizes
    commands = [aG] if form == "command" else []
    local: Tensor = ("local_policy", "F32", "laws", [sL, sG, *commands, aL])
    if vectors is None:
        shape = [sG, histograms or 0]
        values: Tensor = ("global_values", "F32", "values", shape)
        return [values, local, ("global_policy", "U8", "actions", shape)]
    return [
        local,
        ("vectors", "F32", "values", [vectors, sL]),
        ("vector_state", "U16", "states", [vectors]),
        ("vector_action", "U16", "actions", [vectors]),
    ]


def check_array(name: str, holds: str, array: NDArray[Any], sizes: Sizes, damaged: Refuse) -> None:
    """Refuses an array that holds what it may not."""
    if holds == "laws":
        rows = array.reshape(-1, array.shape[-1]).astype(np.float64)
        for row in np.flatnonzero(~(rows >= 0).all(axis=1)):
            wrong = rows[row][~(rows[row] >= 0)][0]
            damaged(f"row {row} of {name} holds {as_in_javascript(wrong)}, not a probability")
        sums = total(rows, axis=1)
        for row in np.flatnonzero(~(np.abs(sums - 1) <= ROW_SUM_TOLERANCE)):
            damaged(f"row {row} of {name} sums to {as_in_javascript(sums[row])} instead of 1")
        return
    flat = array.ravel()
    if holds == "states":
        steps = np.diff(flat.astype(int), prepend=0, append=sizes.sG - 1)
        wrong = ~np.isin(steps, [0, 1])
        wrong[[0, -1]] = steps[[0, -1]] != 0
        bad = np.minimum(np.flatnonzero(wrong), len(flat) - 1)
        why = f"{{}}; each of the {sizes.sG} has vectors, in their order"
    elif holds == "actions":
        bad, why = np.flatnonzero(flat >= sizes.aG), f"action {{}}, of only {sizes.aG}"
    else:
        bad, why = np.flatnonzero(~np.isfinite(flat)), "{}, not a finite number"
    for i in bad[:1]:
        damaged(f"{name}[{i}] is {why.format(as_in_javascript(flat[i]))}")
