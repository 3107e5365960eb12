"""Lifters on data sets: an exact one has no error, and the command writes its report."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt
import pytest

from mocap_files import write_mocap
from people_in_view import walk
from pose_action_ros import cli
from pose_action_ros.errors import SettingError
from pose_action_ros.lab.evaluation.lifter_data import lifts_of, shots_of, truth_of
from pose_action_ros.lab.evaluation.lifter_errors import errors_of, figures
from pose_action_ros.lab.evaluation.settings import DETECTOR, EXACT, FILES, LifterRun
from pose_action_ros.lab.evaluation.shots import Shot, takes_of
from pose_action_ros.lifting import Lifter
from pose_action_ros.lifting.lifter import Lifted
from pose_action_ros.lifting.placement import Placement

Array = npt.NDArray[np.float64]


class Exact:
    """A lifter that gives the truth of shots in order, at standard height and not placed."""

    def __init__(self, shots: Sequence[Shot], moved: Array | float = 0.0) -> None:
        self._shots, self._moved = iter(shots), moved

    def lift_track(self, points: Array, scores: Array, *_: object) -> Lifted:
        shot = next(self._shots)
        joints = (shot.joints - shot.joints[:, :1] + self._moved) * (1.70 / shot.height)
        return Lifted(joints, scores[:, :17] * 0.9, scores[:, :17] > 0, cast(Placement, points))


def people() -> list[Shot]:
    captures = [walk("anna"), walk("bert", "running")]
    return [take.shot(take.exact()) for take in takes_of(captures, LifterRun(), 1000)]


def test_an_exact_lifter_has_no_error() -> None:
    shots = people()
    lifts = lifts_of(cast(Lifter, Exact(shots)), shots, newest=False)
    found = figures(errors_of(lifts, truth_of({"walks": shots})))
    for name in ("mpjpe", "n_mpjpe", "p_mpjpe", "lean", "acceleration"):
        assert found[name] == pytest.approx(0, abs=1e-4), name
    assert found["pck"] == found["found"] == found["reported"] == 100
    assert found["calibration"] == pytest.approx(10)


def test_groups_name_data_subject_action_and_posture() -> None:
    shots = people()
    truth = truth_of({"first": shots[:1], "second": shots[1:]})
    names = {title: list(dict.fromkeys(np.asarray(group))) for title, group in truth.groups.items()}
    assert names["data"] == ["first", "second"]
    assert set(names["subject"]) == {"anna", "bert"}
    assert set(names["action"]) == {"walking", "running"}
    assert names["posture"] == ["standing"]


def test_the_command_measures_the_shipped_lifter(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, output = write_mocap(tmp_path / "standing.npz", 20, 0.01), tmp_path / "report"
    words = ["evaluate", "lifter", "--data", str(data), "--output", str(output), "--cameras=3"]
    assert cli.main(words) == 0
    assert "nose in 0 %, head_top in 0 %" in capsys.readouterr().out
    report = json.loads((output / "lifter.json").read_text())
    (row,) = report["rows"]
    assert report["poses"] == 3 * 10
    assert report["sizes"]["posture"] == {"standing": 30}
    assert row["figures"]["found"]["runs"] == [100]
    assert row["figures"]["mpjpe"]["runs"][0] < 300


def test_keypoints_that_the_data_do_not_have(tmp_path: Path) -> None:
    data = write_mocap(tmp_path / "standing.npz", 20, 0.01)
    with pytest.raises(SettingError, match="joint positions has no keypoints"):
        shots_of(data, LifterRun(keypoints=FILES))
    np.savez(tmp_path / "poses.npz", format="pose_action_recording")
    with pytest.raises(SettingError, match="recording has no motion for the renderer"):
        shots_of(tmp_path / "poses.npz", LifterRun(keypoints=DETECTOR))


def test_subjects_are_chosen_by_name(tmp_path: Path) -> None:
    data = write_mocap(tmp_path / "standing.npz", 20, 0.01)
    assert {shot.subject for shot in shots_of(data, LifterRun(subjects=" b"))} == {"b"}
    with pytest.raises(SettingError, match="got 'y', expected one of the subjects b"):
        shots_of(data, LifterRun(subjects="b,y"))


def test_a_rendered_person_is_detected(tmp_path: Path) -> None:
    data = write_mocap(tmp_path / "standing.npz", 20, 0.01)
    settings = LifterRun(keypoints=DETECTOR, cameras=1, rate=5, farthest=2.0)
    (shot,) = shots_of(data, settings)
    (exact,) = shots_of(data, replace(settings, keypoints=EXACT))
    found = shot.keypoints[..., 2] > 0
    assert found.mean() > 0.6
    errors = np.linalg.norm(shot.keypoints[..., :2] - exact.keypoints[..., :2], axis=-1)
    assert np.median(errors[found]) < 0.05 * np.ptp(exact.keypoints[..., 1])


def test_the_command_needs_runs_or_data(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["evaluate", "lifter"]) == 1
    assert "got neither runs nor data" in capsys.readouterr().err
