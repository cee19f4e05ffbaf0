"""The federated problem of docs/federated.md: clients with digits, what becomes of them, what they learn.

Softmax regression on scikit-learn's digits, split over clients by a Dirichlet law. Each client has a
batch at hand: new, or known to the model since the client trained on it. It has a battery and a link.
"""

from functools import cache

import numpy as np
from sklearn.datasets import load_digits

CLASSES = 10
#: Samples that a client trains on at a time.
BATCH = 8
#: Of a client's gradient steps.
LOCAL_RATE = 0.02
#: What a minute is for.
KINDS = ("short_rounds", "long_round")
ACTIONS = ("rest", "train")
STATES = tuple(
    f"{data}_{battery}_{link}"
    for data in ("new", "known")
    for battery in ("charged", "low")
    for link in ("fast", "slow")
)
#: By state: [data, battery, link], 0 for the first word.
PARTS = np.array([[s >> 2, s >> 1 & 1, s & 1] for s in range(len(STATES))])

# What follows is made up. A minute holds six rounds of 7 steps, in which only fast links are in time (7 s
# of steps, 3 s of upload), or one of 12 steps, in which slow links are too (12 s and 48 s).
ROUNDS, STEPS = np.array([6, 1]), np.array([7, 12])
#: J of a step, and of an upload by fast and slow links.
STEP_JOULES, UPLOAD_JOULES = 1.0, np.array([2.0, 15.0])
#: Probabilities by what the minute is for: that training empties a battery; that one at rest is charged; that
#: a client has new data; that a link changes (once in 5.5 hours).
DRAINS, CHARGES = np.array([0.3, 0.2]), np.array([0.45, 0.45])
ARRIVES, CHANGES = np.array([0.45, 0.45]), np.array([0.003, 0.003])
#: Of the Dirichlet law by which clients' states start.
START = 0.2


def delivers(state: int, kind: int) -> bool:
    """Whether a client that trains has an update in the end: charged, and its link is quick enough."""
    _, battery, link = PARTS[state]
    return battery == 0 and (link == 0 or kind == 1)


def joules(state: int, kind: int) -> float:
    """What a minute of training takes; a low battery ends halfway through the first steps."""
    _, battery, link = PARTS[state]
    steps = STEPS[kind] * STEP_JOULES
    if battery:
        return float(steps / 2)
    return float(ROUNDS[kind] * (steps + UPLOAD_JOULES[link]))


@cache
def kernel() -> np.ndarray:
    """P_l, [state, kind, action, next state]."""
    rows = np.zeros((len(STATES), len(KINDS), len(ACTIONS), len(STATES)))
    for s, g, a in np.ndindex(rows.shape[:3]):
        data, battery, link = PARTS[s]
        is_new = ARRIVES[g] if data == 1 or (a == 1 and delivers(s, g)) else 1.0
        is_charged = CHARGES[g] * (a == 0) if battery else 1 - DRAINS[g] * (a == 1)
        is_fast = CHANGES[g] if link else 1 - CHANGES[g]
        for to, (d, b, n) in enumerate(PARTS):
            rows[s, g, a, to] = np.prod(
                [
                    1 - is_new if d else is_new,
                    1 - is_charged if b else is_charged,
                    1 - is_fast if n else is_fast,
                ]
            )
    return rows


def split(labels: np.ndarray, clients: int, alpha: float, rng: np.random.Generator) -> list:
    """Indices of each client's samples: each class is shared by a Dirichlet(alpha) law of its own.

    Clients with less than a batch get what they lack from the one that has most.
    """
    owned: list[list[int]] = [[] for _ in range(clients)]
    for label in range(CLASSES):
        own = rng.permutation(np.flatnonzero(labels == label))
        cuts = np.cumsum(rng.dirichlet(np.full(clients, alpha)))[:-1] * len(own)
        for client, part in enumerate(np.split(own, cuts.astype(int))):
            owned[client] += part.tolist()
    for client in owned:
        while len(client) < BATCH:
            client.append(max(owned, key=len).pop())
    return [np.array(client) for client in owned]


def softmax(scores: np.ndarray) -> np.ndarray:
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


@cache
def digits() -> tuple[np.ndarray, np.ndarray]:
    """Images with a 1 behind, [samples, 65], from 0 to 1; and what they show."""
    images, labels = load_digits(return_X_y=True)
    return np.column_stack([images / 16, np.ones(len(labels))]), labels


class Problem:
    """One draw of it: split, batches, statuses; and the model, [65, 10]."""

    def __init__(self, clients: int, alpha: float, seed: int, transition=None) -> None:
        self.rng = np.random.default_rng(seed)
        images, labels = digits()
        order = self.rng.permutation(len(labels))
        tested, trained = order[:360], order[360:]
        self.test_x, self.test_y = images[tested], labels[tested]
        self.x, self.y = images[trained], np.eye(CLASSES)[labels[trained]]
        self.owned = split(labels[trained], clients, alpha, self.rng)
        self.transition = kernel() if transition is None else transition
        law = self.rng.dirichlet(np.full(len(STATES), START))
        self.states = self.rng.choice(len(STATES), clients, p=law)
        self.batches = np.stack([self.drawn(client) for client in range(clients)])
        self.model = np.zeros((images.shape[1], CLASSES))

    def drawn(self, client: int) -> np.ndarray:
        return self.rng.choice(self.owned[client], BATCH, replace=False)

    def losses(self, clients: np.ndarray) -> np.ndarray:
        """Of the model on the batch that each of these clients has at hand."""
        batches = self.batches[clients]
        laws = softmax(self.x[batches] @ self.model)
        return -np.log((laws * self.y[batches]).sum(axis=-1) + 1e-12).mean(axis=-1)

    def tested(self) -> tuple[float, float]:
        """Loss and accuracy on samples that no client has."""
        laws = softmax(self.test_x @ self.model)
        loss = -np.log(laws[np.arange(len(laws)), self.test_y] + 1e-12).mean()
        return float(loss), float((laws.argmax(axis=1) == self.test_y).mean())

    def updates(self, clients: np.ndarray, steps: int) -> np.ndarray:
        """What these clients' gradient steps change of the model, [clients, 65, 10]."""
        x, y = self.x[self.batches[clients]], self.y[self.batches[clients]]
        models = np.repeat(self.model[None], len(clients), axis=0)
        for _ in range(steps):
            models -= LOCAL_RATE * x.transpose(0, 2, 1) @ (softmax(x @ models) - y) / BATCH
        return models - self.model

    def minute(self, kind: int, trains: np.ndarray, rate: float) -> dict[str, float]:
        """One minute of a kind, in which these clients train (a bool each): what it took.

        The model moves by rate times the mean over all clients, of whom those without an update count 0.
        """
        before = self.states
        delivered = trains & np.array([delivers(s, kind) for s in before])
        senders = np.flatnonzero(delivered)
        for _ in range(ROUNDS[kind] if len(senders) else 0):
            total = self.updates(senders, int(STEPS[kind])).sum(axis=0)
            self.model = self.model + rate * total / len(before)
        laws = self.transition[before, kind, trains.astype(int)]
        drawn = (self.rng.random(len(before))[:, None] > laws.cumsum(axis=1)).sum(axis=1)
        self.states = np.minimum(drawn, len(STATES) - 1)
        had_new = PARTS[before, 0] == 0
        for client in np.flatnonzero((PARTS[self.states, 0] == 0) & ~(had_new & ~delivered)):
            self.batches[client] = self.drawn(client)
        energy = sum(joules(before[client], kind) for client in np.flatnonzero(trains))
        work = int(ROUNDS[kind] * STEPS[kind]) * int(trains.sum())
        return {"rounds": int(ROUNDS[kind]), "joules": energy, "steps": work}
