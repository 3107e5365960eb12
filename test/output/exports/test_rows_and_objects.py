"""joints.csv and images.json, read by the standard library."""

import csv
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pose_action_ros.errors import SettingError
from pose_action_ros.frame import Frame
from pose_action_ros.joint_angles import ANGLES, joint_angles
from pose_action_ros.output.exports.image_objects import ImageObjects
from pose_action_ros.output.exports.joint_rows import COLUMNS, JointRows
from pose_action_ros.skeletons import BODY_25, HUMAN36M_17

EMPTY = Path()


def _rows(folder: Path, frames: Sequence[Frame]) -> list[dict[str, str]]:
    file = JointRows(folder / "joints.csv")
    for frame in frames:
        file.add(frame)
    file.close()
    with (folder / "joints.csv").open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def test_one_row_for_each_joint_and_image(frames: tuple[Frame, ...], tmp_path: Path) -> None:
    rows = _rows(tmp_path, frames)
    joints = list(dict.fromkeys((*BODY_25.joints, *HUMAN36M_17.joints)))
    keys = [(row["image"], row["person"], row["joint"]) for row in rows]
    assert keys == [
        (str(image), str(person), joint)
        for image in range(20)
        for person in range(2)
        for joint in joints
    ]
    assert list(rows[0]) == list(COLUMNS)
    for row in rows:
        frame = frames[int(row["image"])]
        person = frame.people[int(row["person"])]
        assert float(row["time"]) == frame.stamp
        if row["joint"] in BODY_25.joints:
            _same(person.keypoints[row["joint"]], row, ("x_px", "y_px", "score_2d"), 0.01)
        if row["joint"] in HUMAN36M_17.joints:
            _same(person.pose[row["joint"]], row, ("x_m", "y_m", "z_m", "score_3d"), 1e-4)


def _same(
    expected: Sequence[float], row: dict[str, str], columns: Sequence[str], digits: float
) -> None:
    """Equal numbers; an empty cell is a missing one."""
    if expected[-1] > 0:
        np.testing.assert_allclose([float(row[name]) for name in columns], expected, atol=digits)
    else:
        assert [row[name] for name in columns[:-1]] == [""] * (len(columns) - 1)


def test_angles_are_in_the_rows_of_their_joints(frames: tuple[Frame, ...], tmp_path: Path) -> None:
    rows = [row for row in _rows(tmp_path, frames[3:4]) if row["person"] == "1"]
    cells = {row["joint"]: row for row in rows}
    angles = np.degrees(joint_angles(frames[3].people[1].pose.points))
    for name, angle in zip(ANGLES, angles, strict=True):
        joint, _, kind = name.rpartition("_")
        text = cells["spine" if joint == "trunk" else joint][f"{kind}_deg"]
        assert (text == "") == bool(np.isnan(angle))
        assert text == "" or float(text) == pytest.approx(angle, abs=0.06)
    filled = sum(bool(row[name]) for row in rows for name in COLUMNS if name.endswith("_deg"))
    assert filled == np.isfinite(angles).sum()


def test_one_object_for_each_image_also_without_people(
    frames: tuple[Frame, ...], tmp_path: Path
) -> None:
    path = tmp_path / "images.json"
    file = ImageObjects(path)
    for frame in (*frames[:2], replace(frames[2], people=())):
        file.add(frame)
    assert not path.exists()
    file.close()
    images = json.loads(path.read_text(encoding="utf-8"))
    assert [image["image"] for image in images] == [0, 1, 2]
    assert images[2]["people"] == []
    assert (images[1]["time"], images[1]["width"], images[1]["height"]) == (0.1, 640, 480)
    first, second = images[1]["people"]
    truth = frames[1].people[1]
    assert (second["id"], second["label"], second["label_score"]) == (1, "waving_left", 0.75)
    found = np.array([second["pose"][joint] for joint in HUMAN36M_17.joints])
    np.testing.assert_allclose(found[:, :3], truth.pose.points, atol=1e-4)
    nose = truth.keypoints["nose"]
    np.testing.assert_allclose(second["keypoints"]["nose"], nose, atol=0.01)
    assert first["keypoints"]["left_wrist"] is first["pose"]["left_wrist"] is None
    assert first["angles"]["left_elbow_flexion"] is None
    angles = np.degrees(joint_angles(truth.pose.points)).tolist()
    expected = [None if np.isnan(angle) else round(angle, 1) for angle in angles]
    assert second["angles"] == dict(zip(ANGLES, expected, strict=True))


def test_without_images_both_files_are_valid(tmp_path: Path) -> None:
    assert _rows(tmp_path, []) == []
    file = ImageObjects(tmp_path / "images.json")
    file.close()
    assert json.loads((tmp_path / "images.json").read_text(encoding="utf-8")) == []
    assert {path.name for path in tmp_path.iterdir()} == {"joints.csv", "images.json"}


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"joints\.csv: No such file"):
        JointRows(tmp_path / "missing" / "joints.csv")
