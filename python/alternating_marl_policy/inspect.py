"""Says what a policy file is, once its checksum is verified.

Usage: python -m alternating_marl_policy.inspect POLICY.safetensors
"""

import math
import sys

from .errors import InvalidInputError
from .policy import Policy
from .policy_file import load_policy


def _gap(told: dict[str, object], name: str) -> str:
    """As npm run evaluate says it."""
    gap, interval = told.get(name), told.get(f"{name}_interval")
    if not isinstance(gap, (int, float)) or not isinstance(interval, list):
        return "not measured"
    low, high = interval
    if gap == 0 and high == 0:
        return "no better rival found" + (" in the time left" if told.get("stop") == "time" else "")
    return f"{gap:.3f} (95 %: {low:.3f} to {high:.3f})"


def _down(value: float) -> str:
    return f"{math.floor(100 * value) / 100:.2f}"


def _up(value: float) -> str:
    return f"{math.ceil(100 * value) / 100:.2f}"


def _bounds(told: dict[str, float]) -> list[str]:
    """The returns from the scenario's start, all robots seen: docs/policy_files.md says which n."""
    lines = []
    if "lower_bound" in told:
        error = _up(told["bounds_error"])
        most = f"at most {{}} from n = {told['upper_bound_population']} on, {{}} in the limit (± {error})"
        for when, low, high, limit in (
            ("for ever", "lower_bound", "upper_bound", "limit_upper_bound"),
            (
                f"over {told['bounds_horizon']} epochs",
                "horizon_lower",
                "horizon_upper",
                "limit_horizon_upper",
            ),
        ):
            upper = most.format(_up(told[high]), _up(told[limit]))
            lines.append(f"return {when}: at least {_down(told[low])}, {upper}")
    if "team_estimate" in told:
        lines.append(f"a team earns at least {_down(told['team_estimate'])}")
    if "team_bound" in told:
        lines.append(f"no pair earns more than {_up(told['team_bound'])}")
    if "global_gap_bound" in told:
        lines.append(f"a global agent that sees all gains at most {_up(told['global_gap_bound'])}")
    return lines


def lines_of(policy: Policy) -> list[str]:
    """What a policy is, in lines."""
    told, sizes, game = policy.metadata, policy.sizes, policy.game
    if policy.vectors is not None:
        what = f"{len(policy.vectors)} vectors"
        if "points" in told:
            what += f" from {told['points']} points, ended by {told['stop']}"
    else:
        what = f"a table of k = {policy.table_size}"
    shift = f", shifts of {game.horizon} epochs" if game and game.horizon else ""
    kinds = (
        ", ".join(f"{100 * share:.3g} % {name}" for name, share in game.robot_kinds) if game else ""
    )
    return [
        f"a policy for {told['scenario']} ({told['scenario_sha256'][:12]}), by {what}",
        f"{told['format']}, local form {policy.local_form}, written by {told['package_version']}",
        f"learned for {told['population']} robots, discount {told['discount']}, seed {told['seed']}, "
        f"backup {told['backup']} (error {told['backup_error']:.1e})",
        f"game: {sizes.sG} global states, {sizes.aG} global actions, {sizes.sL} local states, "
        f"{sizes.aL} local actions{shift}" + ("" if game else "; its arrays are not in the file"),
        *([f"kinds of robots: {kinds}"] if game and len(game.robot_kinds) > 1 else []),
        f"gap of the global agent: {_gap(told, 'global_gap')}",
        f"gap of a robot: {_gap(told, 'local_gap')}",
        *_bounds(told),
        f"checksum verified; SHA-256 of the file {policy.sha256}",
    ]


def main(arguments: list[str]) -> int:
    """Exit status: 0 done, 2 wrong use or a file that cannot be used."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print(__doc__, file=sys.stderr if arguments != ["--help"] else sys.stdout)
        return 0 if arguments == ["--help"] else 2
    try:
        lines = lines_of(load_policy(arguments[0]))
    except InvalidInputError as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
