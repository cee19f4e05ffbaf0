"""The strategy for Flower, with stand-ins for what it uses of Flower."""

import importlib
import pathlib
import random
import sys
import types
from typing import Any

import numpy as np
import pytest
from conftest import GAME, TABLE, points, rows, table, texts, encode

from alternating_marl_policy import Filter, InvalidInputError, decode_policy

NODES = list(range(100, 110))
EXAMPLE = pathlib.Path(__file__).parents[3] / "examples" / "federated"


class Message:
    def __init__(
        self, content: Any, dst_node_id: int = 0, message_type: str = "", reply_to: Any = None
    ) -> None:
        self.content, self.dst_node_id, self.message_type = content, dst_node_id, message_type

    def has_error(self) -> bool:
        return False


class Content(dict):
    @property
    def metric_records(self) -> dict:
        return {"metrics": self["metrics"]}


class Arrays(list):
    def to_numpy_ndarrays(self) -> list:
        return self


class App:
    """Gives back the functions that it is given."""

    def query(self) -> Any:
        return lambda function: function

    train = main = query


class FedAvg:
    """Tells all nodes to train, and gives back what it was to aggregate."""

    weighted_by_key, min_available_nodes = "num-examples", len(NODES)

    def configure_train(self, _: int, arrays: Any, config: dict, grid: Any) -> list[Message]:
        return [Message(dict(config), node, "train") for node in grid.nodes]

    def aggregate_train(self, _: int, replies: list[Message]) -> list[Message]:
        return replies


class Grid:
    """Ten nodes, each of which answers with its state; None: nothing, a text: nonsense."""

    def __init__(self, states: list[Any]) -> None:
        self.nodes, self.states, self.queries = NODES, states, []

    def send_and_receive(self, messages: list[Message], timeout: float) -> list[Message]:
        self.waited = timeout
        assert {(m.message_type, len(m.content)) for m in messages} == {("query", 0)}
        self.queries.append([message.dst_node_id for message in messages])
        states = [self.states[NODES.index(message.dst_node_id)] for message in messages]
        return [Message({"status": {"local-state": s}}) for s in states if s is not None]


@pytest.fixture
def flower(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module as it is where Flower is installed."""
    draws = random.Random(3)
    modules = {
        "flwr": {},
        "flwr.app": {
            **dict.fromkeys(("ConfigRecord", "MetricRecord", "RecordDict"), dict),
            **{"ArrayRecord": Arrays, "Context": None, "Message": Message},
            "MessageType": types.SimpleNamespace(QUERY="query"),
        },
        "flwr.clientapp": {"ClientApp": App},
        "flwr.serverapp": {"Grid": Grid, "ServerApp": App},
        "flwr.serverapp.strategy": {"FedAvg": FedAvg},
        "flwr.serverapp.strategy.strategy_utils": {
            "sample_nodes": lambda grid, least, k: (draws.sample(grid.nodes, k), grid.nodes)
        },
        "flwr.simulation": {"run_simulation": None},
    }
    for name, content in modules.items():
        module = types.ModuleType(name)
        vars(module).update(content)
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.delitem(sys.modules, "alternating_marl_policy.flower", raising=False)
    import alternating_marl_policy.flower as own

    monkeypatch.delitem(sys.modules, "alternating_marl_policy.flower")
    return own


@pytest.mark.parametrize("data", [table(), points()], ids=["table", "points"])
def test_it_asks_remembers_and_commands_as_a_filter_does(flower: Any, data: bytes) -> None:
    policy = decode_policy(data, "made")
    states = [0, 1, 2, 2, 1, 0, 0, 2, 1, 1]
    strategy, grid, memory = flower.AskingFedAvg(policy, 3), Grid(states), Filter(policy, 10)
    lead = int(np.argmax(policy.game.initial_global))
    for epoch in range(20):
        (first, *others) = strategy.configure_train(epoch + 1, {}, {}, grid)
        asked = grid.queries[-1]
        assert len(set(asked)) == 3 and len(grid.queries) == epoch + 1 and len(others) == 9
        memory.correct(policy.counts_of([states[NODES.index(node)] for node in asked]))
        command = policy.act(lead, belief=memory.belief)
        assert (strategy.command, first.content["global-state"]) == (command, lead)
        told = np.reshape(first.content["local-policy"], (3, first.content["actions"]))
        assert (told == policy.laws_under(lead, command)).all()
        memory.predict(lead, command)
        assert (strategy.memory.belief == memory.belief).all()
        lead = int(np.argmax(policy.game.global_transition[lead, command]))
    assert len({tuple(asked) for asked in grid.queries}) > 10


def test_a_decision_holds_for_the_rounds_of_its_state(flower: Any) -> None:
    said = {**GAME, "global_transition": np.tile([[0.1, 0.9], [0.9, 0.1], [0.9, 0.1]], (2, 1, 1))}
    always = {**TABLE, "global_policy": np.zeros((2, 6), dtype=np.uint8)}
    policy = decode_policy(encode({**said, **always}, texts()), "made")
    strategy, grid = flower.AskingFedAvg(policy, 2, rounds=[4, 3]), Grid([0] * 10)
    epochs = [strategy.configure_train(i, {}, {}, grid)[0].content["epoch"] for i in range(9)]
    assert epochs == [0, 0, 0, 1, 1, 1, 2, 2, 2] and len(grid.queries) == 3


def test_answers_that_do_not_come_or_say_nothing_are_not_heard(flower: Any) -> None:
    policy = decode_policy(table(), "made")
    answers: list[Any] = [None, "nonsense", 7, -1, None, 1.5, True, None, None, None]
    strategy, memory = flower.AskingFedAvg(policy, 10, wait_s=2.5), Filter(policy, 10)
    grid = Grid(answers)
    strategy.configure_train(1, {}, {}, grid)
    assert grid.waited == 2.5
    memory.predict(int(np.argmax(policy.game.initial_global)), strategy.command)
    assert (strategy.memory.belief == memory.belief).all()


def test_those_that_rested_have_no_part_in_the_mean(flower: Any) -> None:
    strategy = flower.AskingFedAvg(decode_policy(table(), "made"), 2)
    replies = [Message(Content(metrics={"num-examples": n})) for n in (0, 12, 0, 5)]
    assert strategy.aggregate_train(1, replies) == [replies[1], replies[3]]
    assert strategy.aggregate_train(1, replies[:1]) == []


def test_clients_draw_by_the_law_of_their_state(flower: Any) -> None:
    laws = rows(3, 2)
    config = {"actions": 2, "local-policy": laws.ravel().tolist()}
    draws = random.Random(5)
    for state in range(3):
        share = np.mean([flower.local_action(config, state, draws) for _ in range(4000)])
        assert abs(share - laws[state, 1]) < 0.03


def test_what_cannot_be_is_refused(flower: Any) -> None:
    policy = decode_policy(table(), "made")
    for given in ({"asked": 0}, {"asked": 2, "rounds": [1]}, {"asked": 2, "rounds": [1, 0]}):
        with pytest.raises(InvalidInputError, match="; give a"):
            flower.AskingFedAvg(policy, **given)


@pytest.fixture
def app(flower: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The example's app of four clients, with noise for scikit-learn's digits."""
    noise = 16 * np.random.default_rng(1).random((600, 64)), np.arange(600) % 10
    digits = types.ModuleType("sklearn.datasets")
    digits.load_digits = lambda return_X_y: noise  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sklearn", types.ModuleType("sklearn"))
    monkeypatch.setitem(sys.modules, "sklearn.datasets", digits)
    monkeypatch.setitem(sys.modules, "alternating_marl_policy.flower", flower)
    monkeypatch.setattr(sys, "argv", ["flower_app.py", "", "4", "0"])
    monkeypatch.syspath_prepend(EXAMPLE)
    own = importlib.import_module("flower_app")
    for name in ("flower_app", "rounds"):
        monkeypatch.delitem(sys.modules, name)
    return own


def test_clients_of_the_example_act_once_in_a_decision_by_the_state_told(
    app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    acted: list[tuple[int, int]] = []
    draw = app.local_action

    def spied(config: dict, state: int, draws: random.Random) -> int:
        acted.append((state, draw(config, state, draws)))
        return acted[-1][1]

    monkeypatch.setattr(app, "local_action", spied)
    model = Arrays([np.zeros((65, 10))])
    drained: list[bool] = []
    for own in range(4):
        context = types.SimpleNamespace(node_config={"partition-id": own}, state={})
        before: tuple[int, ...] = ()
        for epoch in range(40):
            told = app.status(Message({}), context).content["status"]["local-state"]
            if before:
                assert app.mine(context)[0].transition[(*before, told)] > 0
                drained += [told & 2 > 0] if before[0] & 2 == 0 and before[2] else []
            said = {"epoch": epoch, "global-state": epoch % 2}
            config = {**said, "actions": 2, "local-policy": [0.4, 0.6] * 8}
            for _ in range(app.ROUNDS[epoch % 2]):
                app.train(Message({"config": config, "arrays": model}), context)
            ((state, action),) = set(acted)
            assert state == told
            before = (state, epoch % 2, action)
            acted.clear()
    # Training empties a battery in a quarter of these minutes.
    assert abs(np.mean(drained) - 0.25) < 0.1


def test_clients_of_the_example_keep_their_data_till_new_ones_come(
    app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained: list[tuple[bool, tuple[int, ...]]] = []

    def spied(problem: Any, clients: np.ndarray, _: int) -> np.ndarray:
        trained.append((told < 4, tuple(problem.batches[clients[0]])))
        return np.zeros((1, 65, 10))

    monkeypatch.setattr(app.Problem, "updates", spied)
    context = types.SimpleNamespace(node_config={"partition-id": 2}, state={})
    # Clients train whose battery is charged.
    config = {"global-state": 1, "actions": 2, "local-policy": [0, 1, 0, 1, 1, 0, 1, 0] * 2}
    for epoch in range(60):
        told = app.status(Message({}), context).content["status"]["local-state"]
        content = {"config": {**config, "epoch": epoch}, "arrays": Arrays([np.zeros((65, 10))])}
        app.train(Message(content), context)
    was = [batch for _, batch in trained[:-1]]
    changes = [batch != old for (_, batch), old in zip(trained[1:], was, strict=True)]
    assert changes == [is_new for is_new, _ in trained[1:]] and 5 < sum(changes) < len(was) - 5
