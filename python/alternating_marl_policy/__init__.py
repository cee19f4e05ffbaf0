"""Policies of alternating_marl at work in Python: docs/python.md of the package."""

from .errors import InvalidInputError
from .filter import Filter
from .game import Game
from .policy import Policy
from .policy_file import decode_game, decode_policy, load_game, load_policy

__all__ = [
    "Filter",
    "Game",
    "InvalidInputError",
    "Policy",
    "decode_game",
    "decode_policy",
    "load_game",
    "load_policy",
]
