"""EV2Gym's environment as the game sees it: what calibrate.py and experiment.py share (docs/grid.md)."""

import tempfile
import warnings
from copy import deepcopy
from functools import cache
from importlib.resources import files

import numpy as np
import yaml

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from ev2gym.models.ev2gym_env import EV2Gym

CHARGERS, HOURS = 100, 0.5
#: What differs from the package's own PublicPST.yaml: 28 hours at homes, from noon, behind one transformer.
CONFIG = {
    "scenario": "private",
    "timescale": 30,
    "simulation_length": 56,
    "hour": 12,
    "number_of_charging_stations": CHARGERS,
    "spawn_multiplier": 7,
    "power_setpoint_flexiblity": 20,
}
TRANSFORMER_KW, LOADS = 200, 0.5

STATES = ("away", "full", "must_charge", "can_wait", "has_time")
ACTIONS = ("follow", "boost")
BANDS, TARIFFS = ("low", "middle", "high"), ("cheap", "normal", "dear")
LEADS = tuple(f"{band}_{tariff}" for band in BANDS for tariff in TARIFFS)
#: Where bands of the setpoint end, kW for each charger; the share of its current that a charger draws by the tariff.
BAND_ENDS, DRAWN = (0.4, 1.1), (0.3, 0.2, 0.1)
#: Hours that a car can wait and still be full in time, where must_charge and can_wait end.
SLACK_ENDS = (1.0, 4.0)
#: kWh that miss the setpoint, for which a kWh counts that overloads the transformer, and one that a car lacks.
OVERLOAD, LACK = 5.0, 10.0


@cache
def _made(seed: int) -> EV2Gym:
    name = "example_config_files/PublicPST.yaml"
    config = yaml.safe_load(files("ev2gym").joinpath(name).read_text()) | CONFIG
    del config[
        "ev_specs_file"
    ]  # a path that holds in the package's folder alone: its default is the same place
    config["transformer"]["max_power"] = TRANSFORMER_KW
    config["inflexible_loads"] |= {
        "include": True,
        "inflexible_loads_capacity_multiplier_mean": LOADS,
    }
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        yaml.safe_dump(config, file)
        file.flush()
        return EV2Gym(
            config_file=file.name,
            seed=seed,
            state_function=lambda _: np.zeros(1),
        )


def day(seed: int) -> EV2Gym:
    """The package's environment at the start of a day: which cars come and go, prices and loads are by the seed."""
    return deepcopy(_made(seed))


def band(env: EV2Gym) -> int:
    """Of the power setpoint that holds."""
    return int(np.searchsorted(BAND_ENDS, env.power_setpoints[env.current_step] / CHARGERS))


def states(env: EV2Gym) -> np.ndarray:
    """s_l of all chargers."""
    found = np.zeros(CHARGERS, dtype=int)
    for i, station in enumerate(env.charging_stations):
        (car,) = station.evs_connected
        if car is None:
            continue
        lacks = car.desired_capacity - car.current_capacity
        power = min(station.get_max_power(), car.max_ac_charge_power)
        # The package counts the step of the departure as one in which a car may charge.
        left = (car.time_of_departure - env.current_step + 1) * HOURS
        slack = left - lacks / power
        found[i] = 1 if lacks < 0.01 else 2 + np.searchsorted(SLACK_ENDS, slack)
    return found


def currents(tariff: int, actions: np.ndarray) -> np.ndarray:
    """What the package's environment is told, by charger, from 0 to 1."""
    return np.where(actions == 1, 1.0, DRAWN[tariff])
