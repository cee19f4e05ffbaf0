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
from rounds import ROUNDS, STEPS, Problem, delivers

ALPHA, SEED, ASKED = 0.3, 1, 10
#: What a client learns is taken so many times: FedAvg takes the mean of those that trained.
RATE = 8.0
policy_file, clients, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
client, server = ClientApp(), ServerApp()


def mine(context: Context) -> tuple[Problem, int, dict]:
    """The problem with this client's status and batch, its index, and what it remembers."""
    problem, own = Problem(clients, ALPHA, SEED), int(context.node_config["partition-id"])
    first = {"state": int(problem.states[own]), "epoch": 0, "kind": 0, "action": 0, "batch": SEED}
    memory = context.state.setdefault("memory", ConfigRecord(first))
    return problem, own, memory


@client.query()
def status(message: Message, context: Context) -> Message:
    _, _, memory = mine(context)
    told = MetricRecord({"local-state": memory["state"]})
    return Message(RecordDict({"status": told}), reply_to=message)


@client.train()
def train(message: Message, context: Context) -> Message:
    problem, own, memory = mine(context)
    config = message.content["config"]
    draws = random.Random(f"{own} {config['epoch']}")
    if config["epoch"] != memory["epoch"]:
        law = problem.transition[memory["state"], memory["kind"], memory["action"]]
        memory["state"] = draws.choices(range(len(law)), law)[0]
        memory["batch"] += 1
    memory["epoch"], memory["kind"] = config["epoch"], config["global-state"]
    # In train: 0 is to rest. A client that rests replies with 0 as num-examples.
    memory["action"] = local_action(config, memory["state"], draws)
    problem.model = message.content["arrays"].to_numpy_ndarrays()[0]
    comes = memory["action"] and delivers(memory["state"], memory["kind"])
    if comes:
        problem.rng = np.random.default_rng([own, memory["batch"]])
        problem.batches[own] = problem.drawn(own)
        steps = int(STEPS[memory["kind"]])
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
