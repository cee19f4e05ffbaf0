"""Measures EV2Gym's cars, setpoints and loads, and writes the game of them: scenarios/demand_response.yaml.

Usage: calibrate.py FILE (docs/grid.md)
"""

import pathlib
import sys

import numpy as np
from grid import (
    ACTIONS,
    BAND_ENDS,
    BANDS,
    CHARGERS,
    CONFIG,
    DRAWN,
    HOURS,
    LACK,
    LEADS,
    OVERLOAD,
    SLACK_ENDS,
    STATES,
    TARIFFS,
    band,
    currents,
    day,
    states,
)

#: Days of these seeds, and runs of each; the experiment's are others.
DAYS, RUNS = range(1000, 1040), 10
#: Half hours between the starts.
EVERY = 4
SHAPE = (len(STATES), len(LEADS), len(ACTIONS))
#: The first states, which draw nothing: away, full.
IDLE = 2

HEAD = """\
# Demand response: a utility asks some of n chargers at homes how they are each half hour, and says the tariff of the
# next. A charger that follows draws {drawn} of its current where it is {tariffs}; one that boosts
# draws all. The paper names energy management and defines no game, so this one is ours. Written by
# examples/grid/calibrate.py (docs/grid.md) from EV2Gym 2.0.0: {days} days of {hours} hours, {runs} runs of each in which
# all do anything. Its wheel holds the data by which {chargers} chargers have cars, prices and loads. Bands of its power
# setpoint end at {ends} kW for each charger. A car can_wait for less than {slack:g} hours and still be full in
# time, and must_charge below {least:g}. Rewards are kWh for each charger and half hour: -1 for one off the setpoint,
# -{overload:g} for one that overloads the transformer, -{lack:g} for one that a car lacks when it leaves. What is off and
# overloaded is taken, by band and tariff, for a sum over chargers: least squares on the kW that those that follow and
# those that boost draw on average.
# A constant, per kW that follows, per kW that boosts, ± standard error, R²:
{fits}# To see pays: the more cars draw, the dearer power must be, and how many do hangs on day and hour. A game has no hour:
# moves and setpoints are means over the day, and a start is at any hour.
name: demand_response
discount: 0.95
global_states: [{leads}]
global_actions: [{commands}]
local_states: [{states}]
local_actions: [{actions}]
initial:
  local: # after each second hour of a day, on average
    one_of:
{starts}horizon: {horizon}
"""


class Measured:
    """Sums over the half hours of all runs."""

    def __init__(self) -> None:
        #: Moves, [s_l, tariff, a_l, s_l']; kWh that cars lacked when they left, [s_l, tariff, a_l].
        self.moves = np.zeros((len(STATES), len(TARIFFS), len(ACTIONS), len(STATES)))
        self.lacked = np.zeros(self.moves.shape[:3])
        #: kW of chargers, [s_l, tariff, a_l].
        self.kw = np.zeros(self.lacked.shape)
        #: Moves, [band, band'].
        self.bands = np.zeros((len(BANDS), len(BANDS)))
        #: By half hour: s_g; shares, [a_l, s_l]; the reward but for what cars lacked.
        self.leads: list[int] = []
        self.shares: list[np.ndarray] = []
        self.rewards: list[float] = []

    def run(self, seed: int, number: int) -> None:
        """A day in which the tariff is any, and of a state few chargers boost, or many."""
        env, rng = day(seed), np.random.default_rng([seed, number])
        boosting = rng.random(len(STATES)) ** 3
        tariff, done, now, held = 0, False, states(env), band(env)
        while not done:
            if rng.random() < 0.5:
                tariff = int(rng.integers(len(TARIFFS)))
            actions = (rng.random(CHARGERS) < boosting[now]).astype(int)
            *_, done, _, _ = env.step(currents(tariff, actions))
            self.measure(env, now, tariff, actions, held)
            if not done:
                before, (now, held) = (now, held), (states(env), band(env))
                np.add.at(self.moves, (before[0], tariff, actions, now), 1)
                self.bands[before[1], held] += 1

    def measure(self, env, now: np.ndarray, tariff: int, actions: np.ndarray, held: int) -> None:
        """The half hour that has just passed."""
        at = env.current_step - 1
        for car in env.departing_evs:
            where = (now[car.location], tariff, actions[car.location])
            self.lacked[where] += car.desired_capacity - car.current_capacity
        np.add.at(self.kw, (now, tariff, actions), env.cs_power[:, at])
        shares = np.zeros((len(ACTIONS), len(STATES)))
        np.add.at(shares, (actions, now), 1 / CHARGERS)
        missed = abs(env.power_setpoints[at] - env.current_power_usage[at])
        cost = missed + OVERLOAD * env.tr_overload[:, at].sum()
        self.leads.append(held * len(TARIFFS) + tariff)
        self.shares.append(shares)
        self.rewards.append(-HOURS * cost / CHARGERS)


def fitted(m: Measured, kw: np.ndarray) -> np.ndarray:
    """By s_g: constant, per kW that follows, per kW that boosts, their standard errors, R²."""
    leads, rewards, shares = np.array(m.leads), np.array(m.rewards), np.array(m.shares)
    rows = []
    for g in range(len(LEADS)):
        drawn = (shares[leads == g] * kw[:, g % len(TARIFFS)].T).sum(axis=2)
        x, y = np.column_stack([np.ones(len(drawn)), drawn]), rewards[leads == g]
        gains, *_ = np.linalg.lstsq(x, y, rcond=None)
        left = y - x @ gains
        spread = left @ left / (len(y) - len(gains))
        errors = np.sqrt(spread * np.diag(np.linalg.inv(x.T @ x)))
        rows.append([*gains, *errors, 1 - left.var() / y.var()])
    return np.array(rows)


def laws(counts: np.ndarray, digits: int = 4) -> np.ndarray:
    """Counts as laws over the last index that sum to 1 when they are written."""
    rows = np.round(counts / counts.sum(axis=-1, keepdims=True), digits)
    most = rows.argmax(axis=-1)[..., None]
    rest = rows.sum(axis=-1, keepdims=True) - np.take_along_axis(rows, most, axis=-1)
    np.put_along_axis(rows, most, np.round(1 - rest, digits), axis=-1)
    return rows


def local_laws(m: Measured) -> np.ndarray:
    """P_l, [s_l, s_g, a_l, s_l']: the band moves no car, and where none draws nor do tariff and action."""
    moves = m.moves.copy()
    moves[:IDLE] = moves[:IDLE].sum(axis=(1, 2), keepdims=True)
    return np.tile(laws(moves), (1, len(BANDS), 1, 1))


def global_laws(m: Measured) -> np.ndarray:
    """P_g, [s_g, a_g, s_g']: the band moves by itself, the tariff is what was said."""
    rows = laws(m.bands)[:, None, None, :, None] * np.eye(len(TARIFFS))[None, None, :, None, :]
    rows = np.tile(rows, (1, len(TARIFFS), 1, 1, 1))
    return rows.reshape(len(LEADS), len(TARIFFS), len(LEADS))


def local_rewards(m: Measured, gains: np.ndarray, kw: np.ndarray) -> np.ndarray:
    """r_l, [s_l, s_g, a_l]"""
    lacks = m.lacked / m.moves.sum(axis=-1)
    alike = (1, len(BANDS), 1)
    return gains[None, :, 1:3] * np.tile(kw, alike) - LACK * np.tile(lacks, alike)


def text_of(part: np.ndarray) -> str:
    if part.ndim:
        return "[" + ", ".join(map(text_of, part)) + "]"
    return f"{float(part) + 0:.4g}"


def block(name: str, comment: str, array: np.ndarray, rows: tuple[str, ...]) -> str:
    """An array of the scenario file: a line for each row, or for each of a row's parts."""
    lines = [f"\n# {comment}", f"{name}:"]
    for row, part in zip(rows, array, strict=True):
        if array.ndim < 4:
            lines.append(f"  - {text_of(part)} # {row}")
        else:
            lines += [f"  - # {row}", *(f"    - {text_of(each)}" for each in part)]
    return "\n".join([*lines, ""])


def main(file: str) -> None:
    m = Measured()
    for seed in DAYS:
        for number in range(RUNS):
            m.run(seed, number)
    kw = m.kw / m.moves.sum(axis=-1)
    fits = fitted(m, kw)
    length = CONFIG["simulation_length"]
    shares = np.array(m.shares).sum(axis=1).reshape(-1, length, len(STATES)).mean(axis=0)
    told = [
        f"# {lead}: "
        + ", ".join(f"{row[i]:.2f} ± {row[i + 3]:.2f}" for i in range(3))
        + f", {row[6]:.2f}\n"
        for lead, row in zip(LEADS, fits, strict=True)
    ]
    text = HEAD.format(
        drawn=", ".join(map(str, DRAWN)),
        tariffs=", ".join(TARIFFS),
        days=len(DAYS),
        hours=int(length * HOURS),
        runs=RUNS,
        chargers=CHARGERS,
        ends=" and ".join(map(str, BAND_ENDS)),
        slack=SLACK_ENDS[1],
        least=SLACK_ENDS[0],
        overload=OVERLOAD,
        lack=LACK,
        fits="".join(told),
        leads=", ".join(LEADS),
        commands=", ".join(f"to_{tariff}" for tariff in TARIFFS),
        states=", ".join(STATES),
        actions=", ".join(ACTIONS),
        starts="".join(f"      - {text_of(law)}\n" for law in laws(shares[::EVERY])),
        horizon=length,
    )
    constants = np.tile(fits[:, :1], (1, len(TARIFFS)))
    text += block("global_transition", "[s_g][a_g][s_g']", global_laws(m), LEADS)
    text += block(
        "local_transition", "[s_l][s_g][a_l][s_l']: follow, boost.", local_laws(m), STATES
    )
    text += block("global_reward", "[s_g][a_g]", constants, LEADS)
    text += block(
        "local_reward", "[s_l][s_g][a_l]: follow, boost.", local_rewards(m, fits, kw), STATES
    )
    pathlib.Path(file).write_text(text)
    print(f"{file}: {len(m.leads)} half hours, R² {fits[:, 6].min():.2f} to {fits[:, 6].max():.2f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
