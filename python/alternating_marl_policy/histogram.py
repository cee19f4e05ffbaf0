"""Histograms of k over the local states: the order of a table, and rounding to its k.

All sums here and in the filter go from the first entry to the last, as the TypeScript core's do, so
that both give the same numbers to the bit.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray


def total(values: NDArray[np.float64], axis: int = 0) -> Any:
    """The sum along an axis, entry after entry."""
    return np.add.accumulate(values, axis=axis).take(-1, axis=axis)


def histogram_count(states: int, size: int) -> int:
    """C(size + states - 1, states - 1)"""
    return math.comb(size + states - 1, states - 1)


def index_of(counts: list[int]) -> int:
    """Place of a histogram in lexicographic order: (0, ..., 0, k) has 0, (k, 0, ..., 0) the last."""
    left = sum(counts)
    index = 0
    for parts, count in zip(range(len(counts), 1, -1), counts, strict=False):
        # Those come first whose count here is smaller: C(left + parts - 1, parts - 1) are left of all.
        index += math.comb(left + parts - 1, parts - 1)
        left -= count
        index -= math.comb(left + parts - 1, parts - 1)
    return index


def round_to_size(weights: NDArray[np.float64], size: int) -> list[int]:
    """Largest-remainder rounding of weights (sum > 0) to whole numbers that sum to size.

    Of equal remainders the lower state is rounded up.
    """
    shares = weights * size / total(weights)
    # A share within 1e-9 below a whole number is that number.
    counts: list[int] = np.floor(shares + 1e-9).astype(int).tolist()
    exact = shares.tolist()
    for _ in range(size - sum(counts)):
        best, most = 0, -math.inf
        for state, share in enumerate(exact):
            if share - counts[state] > most + 1e-12:
                best, most = state, share - counts[state]
        counts[best] += 1
    return counts
