"""What the inspector says."""

from alternating_marl_policy.inspect import main
from conftest import points


def test_inspect_says_what_a_file_is_or_why_it_is_refused(tmp_path, capsys):
    file = tmp_path / "made.safetensors"
    bounds = {"lower_bound": 1.256, "upper_bound": 2.251, "upper_bound_population": 4}
    bounds |= {"limit_upper_bound": 2.0, "bounds_horizon": 50, "horizon_lower": 0.5}
    bounds |= {"horizon_upper": 0.75, "limit_horizon_upper": 0.7, "bounds_error": 0.001}
    gaps = {"global_gap": 0.25, "global_gap_interval": [0, 0.5], "global_gap_bound": 0.5}
    file.write_bytes(points(**bounds, **gaps, points=200, stop="time", horizon=50))
    assert main([str(file)]) == 0
    said = capsys.readouterr().out
    for words in (
        "a policy for made (",
        "3 vectors from 200 points, ended by time",
        "learned for 30 robots, discount 0.9",
        "shifts of 50 epochs",
        "gap of the global agent: 0.250 (95 %: 0.000 to 0.500)",
        "gap of a robot: not measured",
        "return for ever: at least 1.25, at most 2.26 from n = 4 on, 2.00 in the limit (± 0.01)",
        "return over 50 epochs: at least 0.50, at most 0.75",
        "a global agent that sees all gains at most 0.50",
        "checksum verified",
    ):
        assert words in said
    file.write_bytes(points()[:-1])
    assert main([str(file)]) == 2
    assert "its arrays have" in capsys.readouterr().err
    assert main([]) == 2
    assert "Usage: python -m alternating_marl_policy.inspect" in capsys.readouterr().err
    assert main(["--help"]) == 0
