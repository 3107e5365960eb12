"""A minute of benchmarks.faults; `python -m benchmarks.faults` takes longer.

test_faults_in_diagnostics.py, test_keypoints_node.py and test_processes.py check faults one by one.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.faults.rig import Life
from benchmarks.faults.suite import WARM, memory_lines, run
from benchmarks.faults.watch import Answer, recovery_time
from pose_action_ros.demo.processes import Processes
from ros_support import PATIENCE, free_domain

FAULTS = "corrupt images, stamps jump, lifter_node killed, rejected"


@pytest.mark.exhaustive
def test_nodes_survive_faults_and_report_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROS_DOMAIN_ID", str(free_domain()))
    # The time of recovery depends on the load of the machine: the benchmark measures it.
    result = run(
        tmp_path / "faults",
        seconds=35.0,
        seed=3,
        least=3,
        only=FAULTS,
        actions=2,
        recovery_limit=PATIENCE,
    )
    assert not result.wrong, "\n".join([*result.lines, *result.wrong])
    assert len(result.outcomes) >= 3
    assert {one.reported for one in result.outcomes} != {0}


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ("aaaaaaaaaa", 0.2),
        ("bbaaaaaaaa", 0.6),
        ("abbaaaaaaa", 0.8),  # the first one alone is chance
        ("bbbbbbbbbb", None),
        ("aa", None),  # too few
    ],
)
def test_labels_count_as_correct_from_when_they_stay_correct(
    labels: str, expected: float | None
) -> None:
    answers = [Answer(10.2 + 0.2 * place, label) for place, label in enumerate(labels)]
    found = recovery_time(answers, "a", 10.0)
    assert found == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(("last", "grown"), [(104.0, False), (106.0, True)])
def test_growth_of_memory_counts_after_the_warm_up(
    last: float, grown: bool, tmp_path: Path
) -> None:
    memory = [(5.0, 50.0), (WARM + 1, 100.0), (WARM + 20, 130.0), (WARM + 50, last)]
    lines, wrong = memory_lines([Life("action_node", Processes(tmp_path), 0.0, memory)])
    assert f"{last:8.1f}" in lines[-1]
    assert bool(wrong) == grown
