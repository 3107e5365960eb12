"""`process --view`: the recording is read back with Rerun and compared with the results."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from urllib.parse import unquote
from urllib.request import urlopen

import cv2
import numpy as np
import pytest

from pipeline_fakes import estimate
from pose_action_ros import cli
from pose_action_ros.camera import Intrinsics
from pose_action_ros.cli.process import jobs_of
from pose_action_ros.errors import SettingError
from pose_action_ros.frame import Frame, Person
from pose_action_ros.output import view
from pose_action_ros.output.settings import ProcessSettings
from pose_action_ros.output.view import View
from pose_action_ros.output.web_viewer import has_screen
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.skeletons import BODY_25, HUMAN36M_17
from rrd_files import Columns, columns_of

CAMERA = Intrinsics.from_field_of_view(64, 48, 60)
RNG = np.random.default_rng(1)


def _person(number: int, label: str, stamp: float) -> Person:
    keypoints = RNG.uniform(5, 40, (25, 2))
    keypoints[3] = np.nan
    pose = RNG.uniform((-1, -1, 2), (1, 1, 4), (17, 3))
    pose[16] = np.nan
    return Person(
        number,
        Pose2D(BODY_25, keypoints, np.ones(25), number),
        Pose3D(HUMAN36M_17, pose, np.ones(17), number, placed=True),
        estimate(label, stamp, number),
    )


def _frames() -> list[Frame]:
    """Four images: the first is empty, then with 0 and 4, then twice with 4 alone."""
    both, one = {0: "standing", 4: "standing"}, {4: "waving_left"}
    labels: list[dict[int, str]] = [{}, both, one, one]
    frames = []
    for number, shown in enumerate(labels):
        stamp = number / 10
        people = tuple(_person(one, label, stamp) for one, label in shown.items())
        image = np.full((48, 64, 3), 60 * number, np.uint8)
        actions = tuple(person.action for person in people)
        frames.append(Frame(number, stamp, image, people, CAMERA, actions))
    return frames


@pytest.fixture(scope="module")
def frames() -> list[Frame]:
    return _frames()


@pytest.fixture(scope="module")
def columns(frames: list[Frame], tmp_path_factory: pytest.TempPathFactory) -> Columns:
    path = tmp_path_factory.mktemp("view") / "new" / "people.rrd"
    written = View(str(path), "two people")
    for frame in frames:
        written.add(frame)
    written.close()
    return columns_of(path)


def test_images_and_the_camera(frames: list[Frame], columns: Columns) -> None:
    images = columns["/camera/image", "EncodedImage:blob"]
    assert [time for time, _ in images] == [frame.stamp for frame in frames]
    for (_, (blob,)), frame in zip(images, frames, strict=True):
        image = cv2.imdecode(np.array(blob, np.uint8), cv2.IMREAD_COLOR)
        assert image is not None
        assert frame.image is not None
        np.testing.assert_allclose(image, frame.image, atol=2)  # not annotated
    ((time, (matrix,)),) = columns["/camera/image", "Pinhole:image_from_camera"]
    np.testing.assert_allclose(np.reshape(matrix, (3, 3)).T, CAMERA.matrix, rtol=1e-6)
    assert time == 0
    assert columns["/__properties", "RecordingInfo:name"] == [(-1.0, ["two people"])]


@pytest.mark.parametrize(
    ("entity", "kind"), [("camera/image", "Points2D"), ("camera", "Points3D")], ids=["2D", "3D"]
)
def test_joints_bones_and_labels(
    frames: list[Frame], columns: Columns, entity: str, kind: str
) -> None:
    for number in (0, 4):
        name = f"/{entity}/person_{number}"
        people = [
            (frame.stamp, person.keypoints if kind == "Points2D" else person.pose, person.action)
            for frame in frames
            for person in frame.people
            if person.id == number
        ]
        joints = columns[f"{name}/joints", f"{kind}:positions"]
        bones = columns[f"{name}/bones", f"{kind.replace('Points', 'LineStrips')}:strips"]
        labels = columns[f"{name}/label", f"{kind}:labels"]
        for row, (stamp, pose, action) in enumerate(people):
            assert joints[row][0] == bones[row][0] == labels[row][0] == stamp
            np.testing.assert_allclose(joints[row][1], pose.points[pose.present], rtol=1e-6)
            both = [pair for pair in pose.skeleton.bones if pose.present[list(pair)].all()]
            np.testing.assert_allclose(bones[row][1], pose.points[np.array(both)], rtol=1e-6)
            shown = action.label if number else "standing"
            assert labels[row][1] == [f"#{number} {shown} 0.75"]
        assert len(joints) == len(people)


def test_people_are_removed_when_they_leave(columns: Columns) -> None:
    for entity in ("camera", "camera/image"):
        assert columns[f"/{entity}/person_0", "Clear:is_recursive"] == [(0.2, [True])]
        assert (f"/{entity}/person_4", "Clear:is_recursive") not in columns
    assert columns["/labels/person_0", "StateChange:state"] == [(0.1, ["standing"]), (0.2, [""])]


def test_labels_over_time(columns: Columns) -> None:
    """A state where the label changes, and all probabilities."""
    assert columns["/labels/person_4", "StateChange:state"] == [
        (0.1, ["standing"]),
        (0.2, ["waving_left"]),
    ]
    scores = columns["/probabilities/person_4", "Scalars:scalars"]
    assert scores == [(time, [0.25, 0.75]) for time in (0.1, 0.2, 0.3)]
    names = columns["/probabilities/person_4", "SeriesLines:names"]
    assert names == [(-1.0, ["standing", "waving_left"])]


@pytest.mark.usefixtures("fake_stages")
def test_the_command_writes_a_file_with_the_exported_results(tmp_path: Path) -> None:
    file = tmp_path / "people.rrd"
    words = ["process", "simulation", "--rate", "10", "--seconds", "0.4", "--no-video"]
    words += ["--output", str(tmp_path), "--export", "json", "--view", str(file)]
    assert cli.main(words) == 0
    columns = columns_of(file)
    images = json.loads((tmp_path / "images.json").read_text(encoding="utf-8"))
    times = [time for time, _ in columns["/camera/image", "EncodedImage:blob"]]
    assert times == [image["time"] for image in images]
    joints = columns["/camera/image/person_0/joints", "Points2D:positions"]
    for (_, points), image in zip(joints, images, strict=True):
        keypoints = [joint for joint in image["people"][0]["keypoints"].values() if joint]
        np.testing.assert_allclose(points, np.array(keypoints)[:, :2], atol=0.01)


def test_results_are_served_for_a_browser_where_there_is_no_screen(
    frames: list[Frame], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("rerun")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    served = View("viewer", "two people")
    for frame in frames:
        served.add(frame)
    served.close()
    page, _, data = served.address.partition("?url=")
    with urlopen(page, timeout=60) as answer:
        assert b"re_viewer" in answer.read()
    assert unquote(data).startswith("rerun+http://localhost:")
    assert "+" not in data  # a space in a query
    monkeypatch.setattr(view, "Event", Interrupted)
    served.wait()


class Interrupted:
    """An event during which Ctrl-C is pressed."""

    def wait(self) -> None:
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("platform", "variable", "expected"),
    [
        ("linux", "", False),
        ("linux", "DISPLAY", True),
        ("linux", "WAYLAND_DISPLAY", True),
        ("darwin", "", True),
        ("win32", "", True),
    ],
)
def test_a_window_needs_a_screen(
    monkeypatch: pytest.MonkeyPatch, platform: str, variable: str, expected: bool
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    if variable:
        monkeypatch.setenv(variable, ":0")
    monkeypatch.setattr(sys, "platform", platform)
    assert has_screen() is expected


def test_without_rerun(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "rerun", None)
    with pytest.raises(SettingError, match=r"x\.rrd needs Rerun .*; run: pip install rerun-sdk"):
        View(str(tmp_path / "x.rrd"), "")


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    pytest.importorskip("rerun")
    (tmp_path / "text").write_text("mine")
    with pytest.raises(SettingError, match=r"cannot write .*x\.rrd: "):
        View(str(tmp_path / "text" / "x.rrd"), "")


def test_an_input_after_view_is_not_overwritten() -> None:
    with pytest.raises(SettingError, match=r"got 'clip\.mp4', expected .*after INPUT"):
        ProcessSettings(view="clip.mp4")


@pytest.mark.parametrize(
    ("view_file", "expected"), [("x.rrd", "out/one/x.rrd"), ("views/x.rrd", "views/one/x.rrd")]
)
def test_each_of_several_sources_has_its_own_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, view_file: str, expected: str
) -> None:
    monkeypatch.chdir(tmp_path)
    jobs = jobs_of(ProcessSettings(view=view_file, output="out"), ["one.mp4", "two.mp4"])
    assert jobs[0].view == str(tmp_path / expected)
    with pytest.raises(SettingError, match=r"--view FILE\.rrd"):
        jobs_of(ProcessSettings(view="viewer"), ["one.mp4", "two.mp4"])
