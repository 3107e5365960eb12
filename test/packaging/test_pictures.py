"""The pictures of the documentation exist, are small, and have left and right correct."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import cv2
import numpy as np
import numpy.typing as npt
import pytest

pytest.importorskip("matplotlib", reason="matplotlib is not installed")
pytest.importorskip("rclpy", reason="ROS is not installed")
pytest.importorskip("pose_action_ros.msg", reason="the messages are not built")

from picture_markers import draw_scene
from picture_pose import draw_person
from picture_spmf import motion_image
from picture_stage import camera, figure, person_script
from pictures import FOLDER, PICTURES

from pose_action_ros.drawing.colours import LEFT, RIGHT, Colour
from pose_action_ros.lifting import Lifter, LifterSettings
from pose_action_ros.poses import Pose3D
from pose_action_ros.simulation import Scene

LIMIT = 200_000
"""Greatest size of a picture [bytes]."""


def facing() -> Pose3D:
    """Pose of a person that stands in front of the camera and faces it."""
    (person,) = Scene([person_script(0, ["standing"], 4.0)], camera(3.0)).truth(1.0)
    return person.pose


def centre(image: npt.NDArray[Any], colour: Colour) -> npt.NDArray[np.float64]:
    """Row and column of the middle of all pixels of about a colour."""
    near = (np.abs(image.astype(int) - colour) < 30).all(axis=2)
    assert near.any()
    return np.asarray(np.argwhere(near).mean(axis=0))


@pytest.mark.parametrize("name", PICTURES)
def test_picture_exists_and_is_small(name: str) -> None:
    path = FOLDER / name
    assert path.stat().st_size < LIMIT
    if path.suffix == ".svg":
        assert ET.parse(path).getroot().findall(".//*[@rx]")
        return
    image = cv2.imread(str(path))
    assert image is not None
    assert image.std() > 10


def test_left_side_of_a_person_facing_the_camera_is_on_the_right(tmp_path: Path) -> None:
    person = facing()
    draw_scene(tmp_path / "scene.png", [person], {})
    image = cv2.imread(str(tmp_path / "scene.png"))
    assert image is not None
    assert centre(image, LEFT)[1] > centre(image, RIGHT)[1] + 10


def test_text_is_over_the_head(tmp_path: Path) -> None:
    for name, labels in (("bare", {}), ("labelled", {0: "bowing"})):
        draw_scene(tmp_path / f"{name}.png", [facing()], labels)
    bare, labelled = (cv2.imread(str(tmp_path / f"{name}.png")) for name in ("bare", "labelled"))
    assert bare is not None
    assert labelled is not None
    changed = np.argwhere((bare != labelled).any(axis=2))
    assert changed[:, 0].max() < centre(labelled, LEFT)[0]


def test_person_in_3d_is_upright_in_metres(tmp_path: Path) -> None:
    person = facing()
    with figure(tmp_path / "pose.png", (4, 4)) as page:
        space: Any = page.add_axes((0, 0, 1, 1), projection="3d")
        draw_person(space, person)
        low, high = space.get_zlim()
        drawn = np.concatenate([np.array(line.get_data_3d()).T for line in space.lines])
    points = person.points
    assert low == pytest.approx(-points[:, 1].max())
    assert low < drawn[:, 2].max() < high
    assert drawn[:, 2].max() == pytest.approx(-points[:, 1].min())
    assert drawn[:, 1].mean() == pytest.approx(3.0, abs=0.3)


def test_motion_is_visible_in_a_motion_image() -> None:
    lifter = Lifter(LifterSettings())
    still, waving = (motion_image(label, lifter) for label in ("standing", "waving_both"))
    assert (
        np.diff(waving.astype(int), axis=1).std() > 1.5 * np.diff(still.astype(int), axis=1).std()
    )
