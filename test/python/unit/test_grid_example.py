"""What the grid's experiment makes of its rows, with stand-ins for EV2Gym and the days that it plays."""

import csv
import importlib.util
import pathlib
import re
import sys
import types
from typing import Any

import pytest

ROOT = pathlib.Path(__file__).parents[3]
EXPERIMENT = ROOT / "examples" / "grid" / "experiment.py"
ROWS, DOCUMENT = ROOT / "docs" / "grid.csv", ROOT / "docs" / "grid.md"


@pytest.fixture
def experiment(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module; a day of it is looked up in the committed rows."""
    grid = {
        "ACTIONS": ("follow", "boost"),
        "CHARGERS": 100,
        "STATES": (),
        "TARIFFS": ("cheap", "normal", "dear"),
        **dict.fromkeys(("band", "currents", "day", "states")),
    }
    stands = {"ev2gym": {}, "ev2gym.baselines": {"heuristics": None}, "grid": grid}
    for name, members in stands.items():
        module = types.ModuleType(name)
        vars(module).update(members)
        monkeypatch.setitem(sys.modules, name, module)
    spec = importlib.util.spec_from_file_location("experiment", EXPERIMENT)
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    with open(ROWS, newline="") as stream:
        _, *rows = csv.reader(stream)
    days = {tuple(row[:4]): [float(value) for value in row[4:]] for row in rows}

    def measured(key: tuple[str, int], seed: int, _: str, policy: int) -> list[float]:
        by = "" if key[0] in found.HEURISTICS else str(policy)
        return days[key[0], str(key[1]), str(seed), by]

    ways = {key: key for key in found.ways()}
    monkeypatch.setattr(found, "ways", lambda: ways)
    monkeypatch.setattr(found, "measured", measured)
    monkeypatch.setattr(found, "load_policy", str)
    return found


def unpadded(text: str) -> str:
    return re.sub(r" +(?=\|)|(?<=\|) +|(?<=-)-+", "", text)


def test_the_document_has_the_tables_that_it_prints(
    experiment: Any, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "grid.csv"
    experiment.main(str(file), "20", *map(str, range(10)))
    assert file.read_bytes() == ROWS.read_bytes()
    document = unpadded(DOCUMENT.read_text(encoding="utf-8"))
    *tables, last = capsys.readouterr().out.strip().split("\n\n")
    assert len(tables) == 4
    for table in tables:
        assert unpadded(table) in document
    for head, said in {
        "off setpoint, kWh": "610.4 to 628.9",
        "overload, kW": "71.6 to 76.1",
    }.items():
        assert f"learned, memory, 10, means of the 10 policies, {head}: {said}" in last


@pytest.mark.parametrize("days", [1, 3])
def test_no_interval_is_not_a_number(
    experiment: Any, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str], days: int
) -> None:
    experiment.main(str(tmp_path / "grid.csv"), str(days), *map(str, range(10)))
    out = capsys.readouterr().out
    assert "nan" not in out
    assert ("±" in out) == (days > 1)


@pytest.mark.parametrize(
    ("freedom", "t"), [(1, 12.706), (2, 4.303), (3, 3.182), (9, 2.262), (19, 2.093), (100, 1.984)]
)
def test_the_quantile_is_that_of_tables(experiment: Any, freedom: int, t: float) -> None:
    assert experiment.t95(freedom) == pytest.approx(t, abs=5e-4)
