"""Errors that a person can act on, and what sentences show of text from outside."""

import math
import operator
import re
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


class InvalidInputError(ValueError):
    """Input that cannot be used; the message says what failed, why and what to do."""


def cut(text: str, most: int = 200) -> str:
    """Text from outside, short enough for a sentence and in one line."""
    shown = f"{text[:most]}... ({len(text)} characters)" if len(text) > most else text
    return re.sub(r"[\x00-\x1f\x7f]", " ", shown)


def require_whole(name: str, value: Any, least: int, most: float = math.inf) -> int:
    """The value as an int. Raises InvalidInputError unless it is whole, from least to most."""
    try:
        number = operator.index(value)
    except TypeError:
        number = least - 1
    if least <= number <= most and not isinstance(value, (bool, np.bool_)):
        return number
    bound = f"from {least} to {most}" if most < math.inf else f"of at least {least}"
    raise InvalidInputError(f"{name} is {value}; give a whole number {bound}")


def numbers(name: str, values: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """The values as an array. Raises InvalidInputError unless finite, none negative, of the shape."""
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InvalidInputError(
            f"{name} is not a list of numbers; give {shape[-1]} of them"
        ) from None
    if array.shape != shape:
        raise InvalidInputError(
            f"{name} has the shape {list(array.shape)} and needs {list(shape)}; "
            "give one number for each local state"
        )
    if not (array >= 0).all() or not np.isfinite(array).all():
        raise InvalidInputError(
            f"{name} is {cut(str(array.tolist()))}; give finite numbers, none negative"
        )
    return array
