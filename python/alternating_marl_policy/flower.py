"""A policy as a strategy of Flower, tried with flwr 1.42: docs/federated.md."""

import logging
import random
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from flwr.app import ArrayRecord, ConfigRecord, Message, MessageType, MetricRecord, RecordDict
from flwr.serverapp import Grid
from flwr.serverapp.strategy import FedAvg
from flwr.serverapp.strategy.strategy_utils import sample_nodes

from .errors import InvalidInputError, require_whole
from .filter import Filter
from .policy import Policy


class AskingFedAvg(FedAvg):
    """FedAvg whose server asks some clients how they are, remembers, and says what it wants.

    A client that is asked gets an empty query and answers with the index of its local state:
    RecordDict({"status": MetricRecord({"local-state": 3})}). One that is to train draws its action by
    local_action; where that is to rest, it replies with 0 examples (weighted_by_key).
    """

    def __init__(
        self, policy: Policy, asked: int, *, rounds: Sequence[int] = (), wait_s: float = 10, **rest
    ) -> None:
        """asked: k. rounds: of Flower, from one decision to the next, by s_g (default: 1 each).
        wait_s: for answers. rest: arguments of FedAvg. Raises InvalidInputError.
        """
        super().__init__(**rest)
        self.policy, self.game = policy, policy.require_game()
        self.asked, self.wait_s = require_whole("asked", asked, 1), wait_s
        self.rounds = [require_whole("rounds", each, 1) for each in rounds or [1] * policy.sizes.sG]
        if len(self.rounds) != policy.sizes.sG:
            raise InvalidInputError(f"rounds is {self.rounds}; give a number for each global state")
        self.following = int(np.argmax(self.game.initial_global))
        self.epoch, self.left = -1, 0
        self.memory: Filter | None = None

    def configure_train(
        self, server_round: int, arrays: ArrayRecord, config: ConfigRecord, grid: Grid
    ) -> Iterable[Message]:
        """FedAvg's, with what clients must know to act."""
        if self.left == 0:
            self._decide(grid)
        self.left -= 1
        config["epoch"], config["global-state"] = self.epoch, self.global_state
        laws = self.policy.laws_under(self.global_state, self.command)
        config["actions"], config["local-policy"] = laws.shape[1], laws.ravel().tolist()
        return super().configure_train(server_round, arrays, config, grid)

    def _decide(self, grid: Grid) -> None:
        """An epoch of the game: asks, remembers, commands."""
        asked, nodes = sample_nodes(grid, self.min_available_nodes, self.asked)
        queries = [Message(RecordDict(), node, MessageType.QUERY) for node in asked]
        counts = np.zeros(self.policy.sizes.sL)
        for reply in grid.send_and_receive(queries, timeout=self.wait_s):
            try:
                state: Any = reply.content["status"]["local-state"]
                counts[require_whole("the local state", state, 0, len(counts) - 1)] += 1
            except (ValueError, KeyError, TypeError) as error:
                logging.getLogger("flwr").warning("a client's status is not heard: %s", error)
        self.memory = self.memory or Filter(self.policy, len(nodes))
        self.global_state, self.epoch = self.following, self.epoch + 1
        self.memory.correct(counts)
        self.command = self.policy.act(self.global_state, belief=self.memory.belief)
        self.memory.predict(self.global_state, self.command)
        law = self.game.global_transition[self.global_state, self.command]
        self.following = int(np.argmax(law))
        self.left = self.rounds[self.global_state]

    def aggregate_train(
        self, server_round: int, replies: Iterable[Message]
    ) -> tuple[ArrayRecord | None, MetricRecord | None]:
        """FedAvg's, of those that trained; where nobody did, the model stays."""
        trained = [reply for reply in replies if reply.has_error() or self._examples(reply) > 0]
        return super().aggregate_train(server_round, trained)

    def _examples(self, reply: Message) -> Any:
        return sum(m.get(self.weighted_by_key, 0) for m in reply.content.metric_records.values())


def local_action(config: ConfigRecord, local_state: int, draws: random.Random) -> int:
    """What a client in this state does, drawn by the policy that the config tells."""
    actions, laws = config["actions"], config["local-policy"]
    law = laws[local_state * actions : (local_state + 1) * actions]
    return draws.choices(range(actions), law)[0]
