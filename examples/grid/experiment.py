"""EV2Gym's own measures of a day: the learned pair against the package's own heuristics.

Usage: experiment.py CSV DAYS POLICY..., a policy for each learning seed (docs/grid.md)
"""

import csv
import math
import sys
from collections.abc import Callable, Iterable

import numpy as np
from alternating_marl_policy import Filter, Policy, load_policy
from ev2gym.baselines import heuristics
from grid import ACTIONS, CHARGERS, STATES, TARIFFS, band, currents, day, states

#: k of the first table; of the last.
K, ASKED = 10, (0, 1, 3, 10, 30)
#: By the tables' heads: measure, what of it is one, digits.
COLUMNS = {
    "off setpoint, kWh": ("energy_tracking_error", 1, 0),
    "squared, 1,000 kW²": ("tracking_error", 1000, 1),
    "above, kW": ("power_tracker_violation", 1, 0),
    "overload, kW": ("total_transformer_overload", 1, 0),
    "satisfaction, %": ("average_user_satisfaction", 0.01, 1),
    "profit, €": ("total_profits", 1, 0),
    "charged, kWh": ("total_energy_charged", 1, 0),
}
BY_ASKED = ("off setpoint, kWh", "overload, kW")
#: Of the table of differences.
PAIRED = ("off setpoint, kWh", "squared, 1,000 kW²", "overload, kW", "satisfaction, %", "profit, €")
HEURISTICS = (
    *("ChargeAsFastAsPossible", "ChargeAsLateAsPossible"),
    *("RoundRobin", "RoundRobin_GF", "RoundRobin_GF_off_allowed"),
)
#: What the environment is told in a half hour.
Act = Callable[[], np.ndarray]


def heuristic(env, _: Policy, __: np.random.Generator, name: str) -> Act:
    own = getattr(heuristics, name)(env=env)
    return lambda: own.get_action(env)


def pair(env, policy: Policy, rng: np.random.Generator, asked: int, remembers: bool) -> Act:
    """Chargers act by the learned local policy; the utility asks so many, and says the next tariff."""
    belief = Filter(policy, CHARGERS)
    tariff = int(rng.integers(len(TARIFFS)))

    def act() -> np.ndarray:
        nonlocal tariff
        lead, now = band(env) * len(TARIFFS) + tariff, states(env)
        boosts = policy.laws_under(lead, 0)[now, ACTIONS.index("boost")]
        told = currents(tariff, rng.random(CHARGERS) < boosts)
        counts = np.bincount(now[rng.permutation(CHARGERS)[:asked]], minlength=len(STATES))
        if remembers:
            belief.correct(counts)
            tariff = policy.act(lead, belief=belief.belief)
            belief.predict(lead, tariff)
        else:
            tariff = policy.act(lead, counts=counts)
        return told

    return act


def held(env, policy: Policy, rng: np.random.Generator, tariff: int) -> Act:
    """The same local policy under one tariff."""

    def act() -> np.ndarray:
        now = states(env)
        boosts = policy.laws_under(band(env) * len(TARIFFS) + tariff, 0)[now, 1]
        return currents(tariff, rng.random(CHARGERS) < boosts)

    return act


#: A way's name and its k.
Key = tuple[str, int]
OURS: Key = ("learned, memory", K)
UNASKED: Key = ("learned, memory", 0)


def ways() -> dict[Key, Callable[..., Act]]:
    """What acts, of environment, policy and draws."""

    def of(way, *how):
        return lambda env, policy, rng: way(env, policy, rng, *how)

    found: dict[Key, Callable[..., Act]] = {
        (name, CHARGERS): of(heuristic, name) for name in HEURISTICS
    }
    found["learned, all seen", CHARGERS] = of(pair, CHARGERS, False)
    found |= {("learned, memory", k): of(pair, k, True) for k in ASKED}
    found |= {("learned, no memory", k): of(pair, k, False) for k in ASKED if k}
    return found | {(f"always {tariff}", 0): of(held, t) for t, tariff in enumerate(TARIFFS)}


def measured(way: Callable[..., Act], seed: int, policy: Policy, learned_by: int) -> list[float]:
    """A day's measures, as get_statistics of the package has them, in the order of the columns."""
    env, done = day(seed), False
    act = way(env, policy, np.random.default_rng([seed, learned_by]))
    while not done:
        *_, done, _, stats = env.step(act())
    return [float(stats[name]) for name, _, _ in COLUMNS.values()]


def played(
    policies: list[Policy], days: int, csv_file: str
) -> tuple[dict[Key, np.ndarray], np.ndarray]:
    """Measures by way and k, [day, measure], of day d by its own policy, d % 10; and ours, [policy, day, measure]."""
    found: dict[Key, np.ndarray] = {}
    by_policy = np.empty((len(policies), days, len(COLUMNS)))
    with open(csv_file, "w", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        names = [name for name, _, _ in COLUMNS.values()]
        writer.writerow(["way", "asked", "day", "learned_by", *names])
        for key, way in ways().items():
            rows = []
            for seed in range(days):
                own = seed % len(policies)
                others = [i for i in range(len(policies)) if i != own]
                for i in (own, *(others if key == OURS else ())):
                    row = measured(way, seed, policies[i], i)
                    by = "" if key[0] in HEURISTICS else i
                    writer.writerow([*key, seed, by, *(f"{value:.6g}" for value in row)])
                    if i == own:
                        rows.append(row)
                    if key == OURS:
                        by_policy[i, seed] = row
            found[key] = np.array(rows)
            print(*key, found[key].mean(axis=0).round(2), file=sys.stderr, flush=True)
    return found, by_policy


def within(t: float, freedom: int) -> float:
    """The share of Student's law within ± t (Abramowitz and Stegun, 26.7.3 and 26.7.4)."""
    angle, odd = math.atan(t / math.sqrt(freedom)), freedom % 2
    term, total = math.cos(angle) if odd else 1.0, 0.0
    for power in range(odd, freedom - 1, 2):
        total += term
        term *= (power + 1) / (power + 2) * math.cos(angle) ** 2
    total *= math.sin(angle)
    return 2 / math.pi * (angle + total) if odd else total


def t95(freedom: int) -> float:
    """Student's t, two sides of 95 %."""
    low, high = 0.0, 13.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (middle, high) if within(middle, freedom) < 0.95 else (low, middle)
    return high


def interval(days: np.ndarray, one: float, digits: int) -> str:
    """Mean over days ± half of its 95 % interval; of one day, that day."""
    values = days / one
    mean = f"{values.mean():z,.{digits}f}"
    if len(values) == 1:
        return mean
    half = t95(len(values) - 1) * values.std(ddof=1) / math.sqrt(len(values))
    return f"{mean} ± {half:,.{digits}f}"


def table(heads: list[str], rows: list[list[str]]) -> None:
    for row in (heads, ["---"] * len(heads), *rows):
        print(f"| {' | '.join(row)} |")
    print()


def said(key: Key) -> str:
    """A way, with its k where it has several."""
    return f"{key[0]}, {key[1]}" if key[0].endswith("memory") else key[0]


def pairs(first: list[Key]) -> list[tuple[Key, Key]]:
    """What is compared day by day: ours with the first table's; asking with not asking; memory with none."""
    return [
        *((OURS, key) for key in first if key != OURS),
        *((UNASKED, key) for key in (("RoundRobin_GF", CHARGERS), ("learned, all seen", CHARGERS))),
        *((("learned, memory", k), UNASKED) for k in ASKED if k),
        *((("learned, memory", k), ("learned, no memory", k)) for k in ASKED if k not in (0, K)),
    ]


def main(csv_file: str, days: str, *policy_files: str) -> None:
    found, by_policy = played([load_policy(file) for file in policy_files], int(days), csv_file)

    def cells(rows: np.ndarray, heads: Iterable[str]) -> list[str]:
        columns = [list(COLUMNS).index(head) for head in heads]
        return [interval(rows[:, i], *list(COLUMNS.values())[i][1:]) for i in columns]

    first = [key for key in found if key[1] in (0, K, CHARGERS) and key != UNASKED]
    table(["way", *COLUMNS], [[key[0], *cells(found[key], COLUMNS)] for key in first])
    table(
        ["way", "the other", *PAIRED],
        [[said(a), said(b), *cells(found[a] - found[b], PAIRED)] for a, b in pairs(first)],
    )
    for head in BY_ASKED:
        names = ("learned, memory", "learned, no memory")
        rows = [
            [
                name,
                *(
                    "".join(cells(found[name, k], [head]) if (name, k) in found else "")
                    for k in ASKED
                ),
            ]
            for name in names
        ]
        table([head, *map(str, ASKED)], rows)
    by_seed = by_policy.mean(axis=1)
    for i, (head, (_, one, _)) in enumerate(COLUMNS.items()):
        least, most = (
            f"{value / one:,.1f}" for value in (by_seed[:, i].min(), by_seed[:, i].max())
        )
        print(f"{said(OURS)}, means of the {len(by_seed)} policies, {head}: {least} to {most}")


if __name__ == "__main__":
    main(*sys.argv[1:])
