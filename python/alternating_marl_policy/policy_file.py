"""Reads policy files and game files (docs/policy_files.md), checked as the TypeScript core does.

Both are safetensors: 8 bytes of the header's length, the header as JSON, then the arrays.
"""

import hashlib
import json
import math
import os
import pathlib
from typing import Any, NoReturn

import numpy as np

from .canonical import canonical, game_hash
from .errors import InvalidInputError, cut
from .game import Game, Sizes
from .metadata import FORMATS, GAME_FORMAT, Metadata, read_metadata
from .policy import Policy
from .tensors import DTYPES, Arrays, Refuse, Tensor, check_array, described, layout_of, shape_text

LARGEST_HEADER_BYTES = 65_536
#: Numbers of a game that are hashed when it is read.
HASHED_NUMBERS = 2**12
Path = str | os.PathLike[str]


def load_policy(file: Path, game: Game | Path | None = None) -> Policy:
    """Reads and checks a policy file.

    game: the game that it must be of, or its file. One of format 1, which has no game of its own,
    then filters too. Raises InvalidInputError that says what failed, why and what to do.
    """
    return decode_policy(_bytes_of(file, "policy"), str(file), game)


def load_game(file: Path) -> Game:
    """The game of a file written by learn with --game-only, or of a policy file of format 2.

    Raises InvalidInputError that says what failed, why and what to do.
    """
    return decode_game(_bytes_of(file, "game"), str(file))


def decode_policy(data: bytes, source: str, game: Game | Path | None = None) -> Policy:
    """The same from a file's bytes, such as those of the topic policy. source: for messages."""
    metadata, sizes, arrays = _decode(data, source, FORMATS)
    own = _game_of(metadata, arrays) if "timing" in metadata else None
    wanted = load_game(game) if isinstance(game, (str, os.PathLike)) else game
    if wanted is not None:
        _require_game(metadata, sizes, wanted)
    return Policy(metadata, sizes, arrays, hashlib.sha256(data).hexdigest(), own or wanted)


def decode_game(data: bytes, source: str) -> Game:
    """The same from a file's bytes. source: for messages."""
    metadata, _, arrays = _decode(data, source, (FORMATS[1], GAME_FORMAT))
    return _game_of(metadata, arrays)


def _bytes_of(file: Path, what: str) -> bytes:
    try:
        return pathlib.Path(file).read_bytes()
    except OSError as error:
        raise InvalidInputError(
            f"the {what} file {file} cannot be read: {error.strerror}; "
            'give the path of a file written by "npm run learn"'
        ) from error


def _decode(data: bytes, source: str, formats: tuple[str, ...]) -> tuple[Metadata, Sizes, Arrays]:
    def refuse(why: str, remedy: str = 'give a file written by "npm run learn"') -> NoReturn:
        raise InvalidInputError(f"{source} is not a policy file that can be used: {why}; {remedy}")

    header, begin = _header(data, refuse)
    texts = header.pop("__metadata__")
    metadata = read_metadata(texts, formats, refuse)
    sizes, tensors = layout_of(metadata, header, refuse)
    contents = _contents(data[begin:], header, tensors, refuse)

    def damaged(what: str, remedy: str = "learn the policy again") -> NoReturn:
        raise InvalidInputError(f"{source}: {what}; {remedy}")

    digest = hashlib.sha256(canonical({k: v for k, v in texts.items() if k != "checksum"}))
    for (name, dtype, _, shape), content in zip(tensors, contents, strict=True):
        digest.update(f"{name}{dtype}{shape_text(shape)}".encode() + content)
    if digest.hexdigest() != metadata["checksum"]:
        why = "the checksum does not match its contents: the file was changed or damaged"
        damaged(why, "learn it again or copy it anew")
    arrays: Arrays = {}
    for (name, dtype, holds, shape), content in zip(tensors, contents, strict=True):
        arrays[name] = np.frombuffer(content, dtype=DTYPES[dtype]).reshape(shape)
        check_array(name, holds, arrays[name], sizes, damaged)
    if "timing" in metadata and arrays["local_transition"].size <= HASHED_NUMBERS:
        if game_hash(metadata, arrays) != metadata["scenario_sha256"]:
            damaged("its game is not the one that scenario_sha256 names")
    return metadata, sizes, arrays


def _contents(
    data: bytes, header: dict[str, Any], tensors: list[Tensor], refuse: Refuse
) -> list[bytes]:
    """The bytes of each array, which lie one after the other."""
    contents = []
    start = 0
    for name, dtype, _, shape in tensors:
        end = start + math.prod(shape) * np.dtype(DTYPES[dtype]).itemsize
        wanted = f"{dtype} {shape_text(shape)} at bytes {start} to {end}"
        found = described(header.get(name))
        if found != wanted:
            refuse(f"{name} is {cut(found)} instead of {wanted}")
        contents.append(data[start:end])
        start = end
    for unknown in header.keys() - {name for name, *_ in tensors}:
        refuse(f"its header has the unknown tensor {cut(unknown)}")
    if len(data) != start:
        refuse(f"its arrays have {len(data)} bytes instead of {start}")
    return contents


def _header(data: bytes, refuse: Refuse) -> tuple[dict[str, Any], int]:
    """The header, and where the arrays begin."""
    if len(data) < 8:
        refuse(f"it has {len(data)} bytes, too few for a safetensors header")
    length = int.from_bytes(data[:8], "little")
    if length > LARGEST_HEADER_BYTES:
        refuse(f"its header claims {length} bytes and at most {LARGEST_HEADER_BYTES} are read")
    if 8 + length > len(data):
        refuse(f"its header of {length} bytes is cut off: the file has {len(data)} bytes")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        seen: dict[str, Any] = {}
        for key, value in pairs:
            if key in seen:
                refuse(f"its header has the key {cut(key)} twice")
            seen[key] = value
        return seen

    header: Any = None
    try:
        header = json.loads(data[8 : 8 + length].decode(), object_pairs_hook=once)
    except InvalidInputError:
        raise
    except (ValueError, RecursionError):
        refuse("its header is not JSON")
    texts = header.get("__metadata__") if isinstance(header, dict) else None
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        refuse("__metadata__: is not there, or holds other values than text")
    return header, 8 + length


def _game_of(metadata: Metadata, arrays: Arrays) -> Game:
    names = ("global_states", "global_actions", "local_states", "local_actions")
    rows = ("global_transition", "local_transition", "global_reward", "local_reward")
    law = arrays.get("initial_local")
    named: dict[str, Any] = {name: metadata[name] for name in names}
    named |= {name: arrays[name] for name in (*rows, "initial_global")}
    if "robot_kinds" in metadata:
        named["robot_kinds"] = metadata["robot_kinds"]
    return Game(
        **named,
        name=metadata["scenario"],
        discount=metadata["discount"],
        sha256=metadata["scenario_sha256"],
        initial_local=None if law is None else np.atleast_2d(law),
        initial_alpha=metadata.get("initial_alpha"),
        horizon=metadata.get("horizon"),
    )


def _require_game(metadata: Metadata, sizes: Sizes, game: Game) -> None:
    """Refuses a game that the policy was not learned for."""
    name, sha256 = metadata["scenario"], metadata["scenario_sha256"]
    if sizes != game.sizes:
        has, needs = ("/".join(map(str, each)) for each in (sizes, game.sizes))
        raise InvalidInputError(
            f"the policy has {has} global states/global actions/local states/local actions and the "
            f"scenario {game.name} has {needs}; learn a policy for {game.name} or give the game {cut(name)}"
        )
    if sha256 != game.sha256:
        raise InvalidInputError(
            f"the policy was learned for {cut(name)} ({sha256[:12]}) and the scenario is {game.name} "
            f"({game.sha256[:12]}): names, arrays or discount differ; learn it again with this scenario"
        )
