"""What the Python package does with the policies and observations of acting.test.ts.

Usage: act.py FOLDER RUNS, a JSON list of {"policy", "population", "counted", "filtered"}: for each,
FOLDER/<policy>.safetensors and <policy>.seen (int32 rows of s_g and counts). The first `counted` rows
are acted on as they are, the others by a filter of `population`, which starts anew every 50 epochs.
Writes <policy>.acted (uint8 for each row) and <policy>.believed (float64: belief and variance).
"""

import json
import sys
from pathlib import Path

import numpy as np
from alternating_marl_policy import Filter, load_policy

folder = Path(sys.argv[1])
for run in json.loads(sys.argv[2]):
    policy = load_policy(folder / f"{run['policy']}.safetensors")
    seen = np.fromfile(folder / f"{run['policy']}.seen", dtype="<i4").reshape(
        -1, 1 + policy.sizes.sL
    )
    acted = [policy.act(int(row[0]), counts=row[1:]) for row in seen[: run["counted"]]]
    population = run["population"]
    memory = Filter(policy, population, "by_kind" if isinstance(population, list) else "uniform")
    believed = []
    for epoch, row in enumerate(seen[run["counted"] :]):
        if epoch % 50 == 0:
            memory.reset()
        memory.correct(row[1:])
        belief = memory.belief
        believed.append([*belief, memory.variance])
        acted.append(policy.act(int(row[0]), belief=belief))
        memory.predict(int(row[0]), acted[-1])
    np.array(acted, dtype=np.uint8).tofile(folder / f"{run['policy']}.acted")
    np.array(believed).tofile(folder / f"{run['policy']}.believed")
