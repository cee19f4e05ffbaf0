"""Time, energy and work to a target accuracy: the learned pair against other ways to choose clients.

Usage: experiment.py POLICY CSV (docs/federated.md)
"""

import csv
import itertools
import math
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
from alternating_marl_policy import Filter, Policy, load_policy
from rounds import KINDS, PARTS, ROUNDS, STEPS, Problem, delivers

CLIENTS, TARGET, MOST_MINUTES = 50, 0.92, 100
#: The figures are of the first seeds, what is tuned is tuned on the others.
SEEDS, TUNED_BY = range(20), range(1000, 1004)
ALPHAS, ASKED = (0.1, 0.3, 1.0), (1, 3, 10, 30)
#: k of the first tables; alpha of the last.
K, MIDDLE = 10, 0.3
#: The target must hold so many minutes, on average.
HELD = 5
#: Of the server.
RATES = (16.0, 32.0, 64.0, 128.0, 256.0)
#: The share of clients that Oort draws at random.
EXPLORED = 0.2
NAMES = ("way", "alpha", "asked", "kind", "size", "rate")
MEASURES = (
    *("minutes", "rounds", "joules", "steps", "polls", "accuracy"),
    *("at_equal_steps", "at_equal_minutes"),
)
#: Student's t, two sides of 95 %, by the number of seeds.
T95 = {20: 2.093}
Masks = np.ndarray


@dataclass
class Run:
    """A run as a way to choose sees it."""

    problem: Problem
    policy: Policy
    asked: int
    #: The kind of all minutes, where the way has one; how many are to train; of draws by the server.
    kind: int
    size: int
    rng: np.random.Generator
    #: What is remembered.
    memory: dict = field(default_factory=dict)

    def poll(self) -> np.ndarray:
        """Clients asked, in random order."""
        return self.rng.choice(CLIENTS, min(self.asked, CLIENTS), replace=False)

    def able(self, clients: np.ndarray, kind: int) -> np.ndarray:
        """Those of these clients whose updates would come."""
        return np.array([c for c in clients if delivers(self.problem.states[c], kind)], dtype=int)

    def told(self, kind: int) -> Masks:
        """Of size clients, drawn from all: who trains by the learned local policy."""
        told = self.rng.choice(CLIENTS, self.size, replace=False)
        laws = self.policy.laws_under(kind, 0)[self.problem.states[told], 1]
        return chosen(told[self.rng.random(self.size) < laws])


#: Who trains in this minute, of which kind it is, and of which the next will be.
Way = Callable[[Run, int], tuple[Masks, int, int]]


def chosen(clients: Iterable[int]) -> Masks:
    mask = np.zeros(CLIENTS, dtype=bool)
    mask[np.asarray(list(clients), dtype=int)] = True
    return mask


def learned(run: Run, kind: int, remembers: bool = True) -> tuple[Masks, int, int]:
    trains = run.told(kind)
    counts = np.bincount(run.problem.states[run.poll()], minlength=run.policy.sizes.sL)
    if not remembers:
        return trains, kind, run.policy.act(kind, counts=counts)
    belief = run.memory.setdefault("filter", Filter(run.policy, CLIENTS))
    belief.correct(counts)
    command = run.policy.act(kind, belief=belief.belief)
    belief.predict(kind, command)
    return trains, kind, command


def forgetful(run: Run, kind: int) -> tuple[Masks, int, int]:
    return learned(run, kind, remembers=False)


def blind(run: Run, _: int) -> tuple[Masks, int, int]:
    return run.told(run.kind), run.kind, run.kind


def fedavg(run: Run, _: int) -> tuple[Masks, int, int]:
    """Any clients; those whose battery is low refuse, those whose link is slow train in vain."""
    drawn = run.rng.choice(CLIENTS, run.size, replace=False)
    charged = drawn[PARTS[run.problem.states[drawn], 1] == 0]
    return chosen(charged), run.kind, run.kind


def polled(run: Run, _: int) -> tuple[Masks, int, int]:
    return chosen(run.able(run.poll(), run.kind)[: run.size]), run.kind, run.kind


def power_of_choice(run: Run, _: int) -> tuple[Masks, int, int]:
    able = run.able(run.poll(), run.kind)
    order = np.argsort(-run.problem.losses(able)) if len(able) else []
    return chosen(able[order][: run.size]), run.kind, run.kind


def oort(run: Run, _: int) -> tuple[Masks, int, int]:
    """Loss when last trained times the steps of a minute, for the kind at which the polled are worth most."""
    losses = run.memory.setdefault("losses", np.full(CLIENTS, np.inf))
    known = np.where(np.isinf(losses), math.log(10), losses)
    asked = run.poll()
    worths = []
    for kind in range(len(KINDS)):
        able = run.able(asked, kind)
        best = np.sort(known[able])[::-1][: run.size]
        worths.append(best.sum() * ROUNDS[kind] * STEPS[kind])
    kind = int(np.argmax(worths))
    able = run.able(asked, kind)
    ranked = able[np.argsort(-known[able], kind="stable")]
    best = ranked[: run.size - round(EXPLORED * run.size)]
    kept = np.concatenate([best, run.rng.permutation(ranked[len(best) :])])[: run.size]
    if len(kept):
        losses[kept] = run.problem.losses(kept)
    return chosen(kept), kind, kind


#: By name: the way, whether it polls (None: all), whether its kind is tuned.
WAYS: dict[str, tuple[Way, bool | None, bool]] = {
    "learned, all seen": (forgetful, None, False),
    "learned, memory": (learned, True, False),
    "learned, no memory": (forgetful, True, False),
    "blind pair": (blind, False, True),
    "uniform (FedAvg)": (fedavg, False, True),
    "uniform of those polled": (polled, True, True),
    "power of choice": (power_of_choice, True, True),
    "Oort-like": (oort, True, False),
}


@dataclass(frozen=True)
class Setting:
    way: str
    alpha: float
    asked: int
    kind: int = 0
    size: int = 0
    rate: float = 0.0


def is_there(rows: list[dict]) -> bool:
    return len(rows) >= HELD and float(np.mean([r["accuracy"] for r in rows[-HELD:]])) >= TARGET


def play(
    policy: Policy, setting: Setting, seed: int, ends: Callable[[list[dict]], bool] = is_there
) -> list[dict]:
    """What was spent after each minute, and how much of the test is right then, until that ends it."""
    problem = Problem(CLIENTS, setting.alpha, seed, policy.require_game().local_transition)
    rng = np.random.default_rng([seed, 1])
    run = Run(problem, policy, setting.asked, setting.kind, setting.size, rng)
    spent = {"minutes": 0, "rounds": 0, "joules": 0.0, "steps": 0, "polls": 0}
    kind = int(rng.integers(len(KINDS)))
    rows = []
    while spent["minutes"] < MOST_MINUTES:
        trains, kind, following = WAYS[setting.way][0](run, kind)
        cost = problem.minute(kind, trains, setting.rate)
        kind = following
        cost = {**cost, "minutes": 1, "polls": setting.asked}
        spent = {name: spent[name] + cost[name] for name in spent}
        rows.append({**spent, "accuracy": problem.tested()[1]})
        if ends(rows):
            break
    return rows


def tuned(policy: Policy, way: str, alpha: float, asked: int) -> Setting:
    """The setting that needs the fewest minutes on average; sizes are tuned where K are asked."""
    _, polls, has_kind = WAYS[way]
    asked = {None: CLIENTS, False: 0, True: asked}[polls]
    picks = way in ("uniform of those polled", "power of choice", "Oort-like")
    sizes = {asked // 4, asked // 2, asked} if picks else {10, 25, CLIENTS}
    if polls and asked != K:
        sizes = {asked if picks else CLIENTS}
    kinds = range(len(KINDS)) if has_kind else [0]
    best = (math.inf, Setting(way, alpha, asked))
    for kind, size, rate in itertools.product(kinds, sorted(sizes), RATES):
        setting = Setting(way, alpha, asked, kind, size, rate)
        took = [len(play(policy, setting, seed)) for seed in TUNED_BY]
        best = min(best, (float(np.mean(took)), setting), key=lambda pair: pair[0])
    return best[1]


def interval(values: Iterable[float], digits: int) -> str:
    """Mean ± half of its 95 % interval."""
    array = np.array(list(values))
    half = T95[len(array)] * array.std(ddof=1) / math.sqrt(len(array))
    return f"{array.mean():z,.{digits}f} ± {half:,.{digits}f}"


def at(rows: list[dict], what: str, amount: float) -> float:
    """Accuracy when so much was spent."""
    within = [row["accuracy"] for row in rows if row[what] <= amount]
    return 100 * (within[-1] if within else 0.1)


class Judge:
    """Plays each setting once by all seeds, and writes the rows."""

    def __init__(self, policy: Policy, csv_file: str) -> None:
        self.policy = policy
        self.file = open(csv_file, "w", newline="")
        self.writer = csv.writer(self.file, lineterminator="\n")
        self.writer.writerow([*NAMES, "seed", *MEASURES])
        self.settings: dict[tuple[str, float, int], Setting] = {}
        self.played: dict[Setting, list[dict]] = {}

    def setting(self, way: str, alpha: float, asked: int) -> Setting:
        key = (way, alpha, asked)
        if key not in self.settings:
            self.settings[key] = tuned(self.policy, *key)
            print(self.settings[key], file=sys.stderr, flush=True)
        return self.settings[key]

    def rows(self, setting: Setting, steps: float = 0, minutes: int = 0) -> list[dict]:
        """A row for each seed: what the target took, and accuracies at equal steps and minutes."""

        def is_spent(rows: list[dict]) -> bool:
            return rows[-1]["steps"] > steps and rows[-1]["minutes"] >= minutes

        found = self.played.setdefault(setting, [])
        for seed in SEEDS if not found else ():
            row = play(self.policy, setting, seed)[-1]
            if steps:
                rows = play(self.policy, setting, seed, is_spent)
                row["at_equal_steps"] = at(rows, "steps", steps)
                row["at_equal_minutes"] = at(rows, "minutes", minutes)
            found.append(row)
            told = [f"{row[name]:.6g}" if name in row else "" for name in MEASURES]
            self.writer.writerow([*(getattr(setting, name) for name in NAMES), seed, *told])
        self.file.flush()
        return found


def by_way(judge: Judge, alpha: float) -> None:
    """The table of all ways at one Dirichlet law."""
    ours = judge.setting("learned, memory", alpha, K)
    took = [play(judge.policy, ours, seed)[-1] for seed in SEEDS]
    steps = float(np.mean([row["steps"] for row in took]))
    minutes = round(float(np.mean([row["minutes"] for row in took])))
    print(f"\nDirichlet({alpha:g}); accuracy, %, at {steps:,.0f} steps and at {minutes} minutes:\n")
    print("| way | minutes | rounds | kJ | 1,000 steps | at equal steps | at equal minutes |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for way in WAYS:
        rows = judge.rows(judge.setting(way, alpha, K), steps, minutes)
        cells = [
            interval((row[name] / scale for row in rows), digits)
            for name, scale, digits in (
                *(("minutes", 1, 1), ("rounds", 1, 0), ("joules", 1000, 1)),
                *(("steps", 1000, 1), ("at_equal_steps", 1, 1), ("at_equal_minutes", 1, 1)),
            )
        ]
        print(f"| {way} | {' | '.join(cells)} |", flush=True)


def less(these: list[dict], those: list[dict], name: str) -> str:
    """Differences by seed."""
    return interval((a[name] - b[name] for a, b in zip(these, those, strict=True)), 1)


def cut_off(rows: list[dict]) -> str:
    return str(sum(row["minutes"] == MOST_MINUTES for row in rows))


def compared(judge: Judge, alpha: float) -> None:
    """The learned pair less each way by seed; medians, and runs that were cut off."""
    ours = judge.rows(judge.setting("learned, memory", alpha, K))
    print(f"\nPaired differences, Dirichlet({alpha:g}):\n")
    print("| way | minutes | at equal steps | at equal minutes | median minutes | cut off |")
    print("| --- | --- | --- | --- | --- | --- |")
    for way in WAYS:
        rows = judge.rows(judge.setting(way, alpha, K))
        names = ("minutes", "at_equal_steps", "at_equal_minutes")
        cells = ["" if rows is ours else less(ours, rows, name) for name in names]
        median = float(np.median([row["minutes"] for row in rows]))
        print(f"| {way} | {' | '.join(cells)} | {median:.1f} | {cut_off(rows)} |", flush=True)


def by_asked(judge: Judge) -> None:
    """The tables of those that ask, by how many they ask."""
    ways = [way for way, (_, polls, _) in WAYS.items() if polls]
    found = {
        way: [judge.rows(judge.setting(way, MIDDLE, asked)) for asked in ASKED] for way in ways
    }
    ours = found["learned, memory"]
    tables = {
        f"Dirichlet({MIDDLE:g}), minutes to the target": {
            way: [interval((row["minutes"] for row in rows), 1) for rows in found[way]]
            for way in ways
        },
        f"Dirichlet({MIDDLE:g}), runs that were cut off": {
            way: [cut_off(rows) for rows in found[way]] for way in ways
        },
        f"Paired differences, Dirichlet({MIDDLE:g}), minutes": {
            way: [less(a, b, "minutes") for a, b in zip(ours, found[way], strict=True)]
            for way in ways
            if found[way] is not ours
        },
    }
    for head, cells in tables.items():
        print(f"\n{head} by clients asked a minute:\n")
        print(f"| way | {' | '.join(map(str, ASKED))} |")
        print(f"| --- | {' | '.join('---' for _ in ASKED)} |")
        for way, row in cells.items():
            print(f"| {way} | {' | '.join(row)} |", flush=True)


def main(policy_file: str, csv_file: str) -> None:
    judge = Judge(load_policy(policy_file), csv_file)
    for alpha in ALPHAS:
        by_way(judge, alpha)
        compared(judge, alpha)
    by_asked(judge)


if __name__ == "__main__":
    main(*sys.argv[1:])
