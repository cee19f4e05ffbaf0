"""Measures what a client's round earns, and writes the game of it: scenarios/federated_rounds.yaml.

Usage: calibrate.py FILE (docs/federated.md)
"""

import pathlib
import sys

import numpy as np
from rounds import ACTIONS, KINDS, PARTS, START, STATES, Problem, delivers, joules, kernel

CLIENTS, ALPHAS, SEEDS, RATE, TARGET, MOST_MINUTES = 50, (0.1, 0.3, 1.0), 20, 2.0, 0.88, 200
#: What the energy of a long round over a slow link is worth, as a share of what new data earn in one.
ENERGY_SHARE = 0.25
DATA = ("new", "known")

HEAD = """\
# Federated optimisation: a server asks some of its clients each minute how they are, and says whether the next minute
# is for six short rounds (few local steps; only updates over fast links come in time) or for a long one; each client
# trains or rests. The paper names this field and defines no game, so this one is ours. Written by
# examples/federated/calibrate.py (docs/federated.md). What an update earns is measured, in hundredths of the test
# loss, if all clients sent one: {clients} clients with scikit-learn's digits, split by Dirichlet laws ({alphas}),
# until {target:.0%} of the test is right; by {minutes:,} minutes, ± standard error, R² {fit}:
# short rounds, new data {short_new}; known data {short_known};
# a long round, new data {long_new}; known data {long_known}.
# Batteries, links and energy are made up, of no measured devices (examples/federated/rounds.py). A joule costs
# {joule:.3g}. To see pays: how many links are fast is not known, and changes within hours.
name: federated_rounds
discount: 0.98
global_states: [{kinds}]
global_actions: [{commands}]
local_states: [{states}]
local_actions: [{actions}]
initial:
  local: {{ dirichlet: {start} }}
horizon: 60
"""


def measured() -> tuple[np.ndarray, np.ndarray, list[float], int]:
    """Earnings and their standard errors, [kind, data], R² by kind, and the minutes they are from.

    A minute's loss is taken for a sum over the clients whose updates came: least squares.
    """
    shares: list[list[np.ndarray]] = [[], []]
    drops: list[list[float]] = [[], []]
    for seed, alpha in np.ndindex(SEEDS, len(ALPHAS)):
        problem = Problem(CLIENTS, ALPHAS[alpha], seed)
        choices = np.random.default_rng([seed, alpha])
        loss, right = problem.tested()
        for _ in range(MOST_MINUTES):
            kind = int(choices.random() < 0.5)
            trains = choices.random(CLIENTS) < choices.uniform(0.1, 1)
            came = trains & np.array([delivers(s, kind) for s in problem.states])
            data = PARTS[problem.states, 0]
            shares[kind].append(np.array([(came & (data == d)).mean() for d in (0, 1)]))
            problem.minute(kind, trains, RATE)
            before, (loss, right) = loss, problem.tested()
            drops[kind].append(before - loss)
            if right >= TARGET:
                break
    gains, errors, fit = np.zeros((2, 2)), np.zeros((2, 2)), []
    for kind in (0, 1):
        x, y = np.array(shares[kind]), np.array(drops[kind])
        gains[kind], *_ = np.linalg.lstsq(x, y, rcond=None)
        left = y - x @ gains[kind]
        spread = (left @ left) / (len(y) - 2)
        errors[kind] = np.sqrt(spread * np.diag(np.linalg.inv(x.T @ x)))
        fit.append(float(1 - (left @ left) / (y @ y)))
    return 100 * gains, 100 * errors, fit, sum(map(len, drops))


def local_rewards(gains: np.ndarray, joule: float) -> np.ndarray:
    """r_l, [state, kind, action]"""
    rewards = np.zeros((len(STATES), len(KINDS), len(ACTIONS)))
    for s, g in np.ndindex(rewards.shape[:2]):
        earned = gains[g, PARTS[s, 0]] * delivers(s, g)
        rewards[s, g, 1] = earned - joule * joules(s, g)
    return rewards


def block(name: str, comment: str, array: np.ndarray, digits: int) -> str:
    """An array of the scenario file, a line for each of its first index's rows."""

    def text(part: np.ndarray) -> str:
        if part.ndim == 0:
            return f"{round(float(part), digits):.9g}"
        return "[" + ", ".join(map(text, part)) + "]"

    lines = []
    for state, part in zip(STATES, array, strict=False):
        if array.ndim < 4:
            lines.append(f"  - {text(part)}" + (f" # {state}" if len(array) == len(STATES) else ""))
            continue
        lines.append(f"  - # {state}")
        lines += [f"    - {text(rows)}" for rows in part]
    return "\n".join([f"\n# {comment}", f"{name}:", *lines, ""])


def main(file: str) -> None:
    gains, errors, fit, minutes = measured()
    joule = ENERGY_SHARE * gains[1, 0] / joules(STATES.index("new_charged_slow"), 1)
    told = {
        f"{kind}_{data}": f"{gains[k, d]:.1f} ± {errors[k, d]:.1f}"
        for k, kind in enumerate(("short", "long"))
        for d, data in enumerate(DATA)
    }
    head = HEAD.format(
        clients=CLIENTS,
        alphas=", ".join(map(str, ALPHAS)),
        target=TARGET,
        minutes=minutes,
        fit=" and ".join(f"{each:.2f}" for each in fit),
        joule=joule,
        kinds=", ".join(KINDS),
        commands=", ".join(f"announce_{kind}" for kind in KINDS),
        states=", ".join(STATES),
        actions=", ".join(ACTIONS),
        start=START,
        **told,
    )
    said = np.array([np.eye(2), np.eye(2)])
    text = head
    text += block(
        "global_transition", "[s_g][a_g][s_g']: the next minute is for what was said.", said, 1
    )
    text += block("local_transition", "[s_l][s_g][a_l][s_l']: rest, train.", kernel(), 9)
    text += block("global_reward", "[s_g][a_g]: a minute is a minute.", np.zeros((2, 2)), 0)
    text += block("local_reward", "[s_l][s_g][a_l]: rest, train.", local_rewards(gains, joule), 2)
    pathlib.Path(file).write_text(text)
    print(f"{file}: {minutes} minutes, R² {fit[0]:.2f} and {fit[1]:.2f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
