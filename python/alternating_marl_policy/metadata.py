"""The metadata of policy files and game files: text by key, each the JSON of a value, or a word."""

import json
import math
import re
from collections.abc import Callable
from typing import Any, NoReturn

from .errors import cut

#: Values by the file's keys (docs/policy_files.md).
Metadata = dict[str, Any]
Reader = Callable[[str], Any]

FORMATS = ("alternating_marl policy 1", "alternating_marl policy 2")
GAME_FORMAT = "alternating_marl game 1"
LARGEST_TABLE = 10_000


def _reader(what: str, fits: Callable[[Any], bool], is_json: bool = True) -> Reader:
    """Reads a text as JSON, or as it is; what fits not is told as what it should be."""

    def read(text: str) -> Any:
        value: Any = text
        if is_json:
            try:
                # JSON has neither NaN nor Infinity.
                value = json.loads(text, parse_constant=lambda _: None)
            except (ValueError, RecursionError):
                value = None
        if not fits(value):
            raise ValueError(f'is "{cut(text)}" and not {what}')
        return value

    return read


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value)


def _is_whole(value: Any, least: float = -(2**53), most: float = 2**53) -> bool:
    return type(value) is int and least < value < most


def _is_list_of(value: Any, fits: Callable[[Any], bool]) -> bool:
    return isinstance(value, list) and all(map(fits, value))


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _are_kinds(value: Any) -> bool:
    def is_kind(kind: Any) -> bool:
        return (
            isinstance(kind, dict)
            and kind.keys() == {"name", "share"}
            and _is_name(kind["name"])
            and _is_number(kind["share"])
            and kind["share"] > 0
        )

    return _is_list_of(value, is_kind) and abs(sum(kind["share"] for kind in value) - 1) <= 1e-6


def _kinds(text: str) -> tuple[tuple[str, float], ...]:
    kinds = _reader("kinds of robots whose shares sum to 1", _are_kinds)(text)
    total = 0.0
    for kind in kinds:
        total += kind["share"]
    return tuple((kind["name"], kind["share"] / total) for kind in kinds)


def _one_of(*words: str) -> Reader:
    return _reader(" or ".join(words), lambda text: text in words, is_json=False)


_text = _reader("a text", bool, is_json=False)
_hash = _reader("a SHA-256", lambda text: bool(re.fullmatch("[0-9a-f]{64}", text)), is_json=False)
_number = _reader("a number", _is_number)
_whole = _reader("a whole number", _is_whole)
_positive = _reader("a positive whole number", lambda value: _is_whole(value, 0))
_interval = _reader(
    "an interval [low,high]", lambda value: _is_list_of(value, _is_number) and len(value) == 2
)
_names = _reader(
    "1 to 255 names", lambda value: _is_list_of(value, _is_name) and 0 < len(value) <= 255
)
_table_size = _reader(
    f"a whole number from 1 to {LARGEST_TABLE}",
    lambda value: _is_whole(value, 0, LARGEST_TABLE + 1),
)

_OF_GAME = dict(scenario=_text, scenario_sha256=_hash, discount=_number)
_NAMES = dict(
    global_states=_names,
    global_actions=_names,
    local_states=_names,
    local_actions=_names,
    timing=_one_of("current"),
    checksum=_hash,
)
_MAY_BE_NAMED = dict(
    horizon=_positive,
    initial_alpha=_reader("a positive number", lambda value: _is_number(value) and value > 0),
    robot_kinds=_kinds,
)
_LEARNED = dict(
    **_OF_GAME,
    population=_positive,
    seed=_whole,
    backup=_one_of("exact", "sampled", "points"),
    backup_error=_number,
    package_version=_text,
)
#: Those of a group are there together.
_BOUNDS = dict(
    lower_bound=_number,
    upper_bound=_number,
    upper_bound_population=_positive,
    limit_upper_bound=_number,
    bounds_horizon=_positive,
    horizon_lower=_number,
    horizon_upper=_number,
    limit_horizon_upper=_number,
    bounds_error=_number,
)
_POINTS = dict(points=_positive, stop=_one_of("accuracy", "points", "time"))
_MAY_BE_LEARNED = dict(
    global_gap=_number,
    local_gap=_number,
    global_gap_interval=_interval,
    local_gap_interval=_interval,
    global_gap_bound=_number,
    team_estimate=_number,
    team_bound=_number,
    team_error=_number,
    **_BOUNDS,
    **_POINTS,
)


def _wanted(texts: dict[str, str]) -> tuple[dict[str, Reader], dict[str, Reader]]:
    """What must be there, and what may be."""
    if texts["format"] == GAME_FORMAT:
        return {**_OF_GAME, **_NAMES}, _MAY_BE_NAMED
    if texts["format"] == FORMATS[0]:
        actions = _reader("a whole number from 1 to 255", lambda value: _is_whole(value, 0, 256))
        own = dict(table_size=_table_size, global_actions=actions, checksum=_hash)
        return {**_LEARNED, **own}, _MAY_BE_LEARNED
    own = dict(kind=_one_of("table", "points"), local_form=_one_of("state", "command"))
    if texts.get("kind") == "table":
        own["table_size"] = _table_size
    groups = [group for group in (_BOUNDS, _POINTS) if group.keys() & texts.keys()]
    together = {key: read for group in groups for key, read in group.items()}
    return {**_LEARNED, **_NAMES, **own, **together}, {**_MAY_BE_NAMED, **_MAY_BE_LEARNED}


def read_metadata(
    texts: dict[str, str], formats: tuple[str, ...], refuse: Callable[..., NoReturn]
) -> Metadata:
    """The values of what is known, and nothing else."""
    if texts.get("format") == GAME_FORMAT and GAME_FORMAT not in formats:
        refuse("it holds a game without a policy", "learn one for that scenario")
    if texts.get("format") not in formats:
        known = '" and "'.join(formats)
        refuse(
            f'its format is "{cut(texts.get("format", ""))}" and this version reads "{known}"',
            "use the version that wrote it, or learn the policy with this one",
        )
    needed, optional = _wanted(texts)
    readers = {"format": _text, **optional, **needed}
    values: Metadata = {}
    for key in texts:
        if key not in readers:
            refuse(f"its metadata has the unknown key {cut(key)}")
    for key in ("format", *needed, *(key for key in optional if key in texts)):
        if key not in texts:
            refuse(f"{key}: is missing")
        try:
            values[key] = readers[key](texts[key])
        except ValueError as error:
            refuse(f"{key}: {error}")
    return values
