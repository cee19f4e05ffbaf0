"""The same clients in Flower's simulation, chosen by alternating_marl_policy.flower (docs/federated.md).

Usage: flower_app.py POLICY CLIENTS ROUNDS
"""

import os
import random
import sys

# Nothing is sent to Flower's makers.
os.environ["FLWR_TELEMETRY_ENABLED"] = os.environ["RAY_USAGE_STATS_ENABLED"] = "0"

import numpy as np
from alternating_marl_policy import load_policy
from alternating_marl_policy.flower import AskingFedAvg, local_action
from flwr.app import ArrayRecord, ConfigRecord, Context, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp
from flwr.serverapp import Grid, ServerApp
from flwr.simulation import run_simulation
from rounds import PARTS, ROUNDS, STEPS, Problem, delivers

ALPHA, SEED, ASKED = 0.3, 1, 10
#: What a client learns is taken so many times: FedAvg takes the mean of those that trained.
RATE = 8.0
policy_file, clients, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
client, server = ClientApp(), ServerApp()


def mine(context: Context) -> tuple[Problem, int, dict]:
    """The problem with this client's status and batch, its index, and what it remembers."""
    problem, own = Problem(clients, ALPHA, SEED), int(context.node_config["partition-id"])
    state = int(problem.states[own])
    first = {"epoch": 0, "state": state, "next": state, "batch": SEED, "next_batch": SEED}
    memory = context.state.setdefault("memory", ConfigRecord(first))
    return problem, own, memory


@client.query()
def status(message: Message, context: Context) -> Message:
    _, _, memory = mine(context)
    told = MetricRecord({"local-state": memory["next"]})
    return Message(RecordDict({"status": told}), reply_to=message)


@client.train()
def train(message: Message, context: Context) -> Message:
    problem, own, memory = mine(context)
    config = message.content["config"]
    kind = config["global-state"]
    if config["epoch"] != memory["epoch"]:
        memory["epoch"], memory["state"] = config["epoch"], memory["next"]
        memory["batch"] = memory["next_batch"]
    draws = random.Random(f"{own} {config['epoch']}")
    # In train: 0 is to rest. A client that rests replies with 0 as num-examples.
    action = local_action(config, memory["state"], draws)
    # Each round of a decision draws the same.
    law = problem.transition[memory["state"], kind, action]
    memory["next"] = draws.choices(range(len(law)), law)[0]
    problem.model = message.content["arrays"].to_numpy_ndarrays()[0]
    comes = action and delivers(memory["state"], kind)
    was_known, is_known = PARTS[[memory["state"], memory["next"]], 0]
    memory["next_batch"] = memory["batch"] + int(not is_known and (was_known or comes))
    if comes:
        problem.rng = np.random.default_rng([own, memory["batch"]])
        problem.batches[own] = problem.drawn(own)
        steps = int(STEPS[kind])
        problem.model = problem.model + RATE * problem.updates(np.array([own]), steps)[0]
    content = {
        "arrays": ArrayRecord([problem.model]),
        "metrics": MetricRecord({"num-examples": len(problem.owned[own]) if comes else 0}),
    }
    return Message(RecordDict(content), reply_to=message)


@server.main()
def main(grid: Grid, _: Context) -> None:
    problem = Problem(clients, ALPHA, SEED)

    def tested(_: int, arrays: ArrayRecord) -> MetricRecord:
        problem.model = arrays.to_numpy_ndarrays()[0]
        return MetricRecord({"accuracy": problem.tested()[1]})

    # In main, in place of FedAvg:
    strategy = AskingFedAvg(
        load_policy(policy_file),
        ASKED,
        rounds=ROUNDS.tolist(),
        min_available_nodes=clients,
        fraction_evaluate=0.0,
    )
    start = ArrayRecord([problem.model])
    result = strategy.start(grid, start, num_rounds=rounds, evaluate_fn=tested)
    accuracy = result.evaluate_metrics_serverapp[rounds]["accuracy"]
    heard = strategy.memory.belief.round(2).tolist()
    print(f"{strategy.epoch + 1} decisions, belief {heard}, accuracy {accuracy:.3f}")


if __name__ == "__main__":
    own = {"client_resources": {"num_cpus": 1}, "init_args": {"num_cpus": 2}}
    run_simulation(server, client, num_supernodes=clients, backend_config=own)
