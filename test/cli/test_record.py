from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from bag_files import START, raw, write_bag
from pose_action_ros import cli
from pose_action_ros.errors import SourceError
from pose_action_ros.labels import load_recordings
from pose_action_ros.output import recorder
from pose_action_ros.recording import load_recording
from pose_action_ros.sources import SourceFrame, SourceSettings, open_source
from shared_data import media

BRIGHT = np.full((48, 64, 3), 90, np.uint8)
faked = pytest.mark.usefixtures("fake_stages")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """20 images, two seconds at 10 a second."""
    images = tmp_path / "images"
    images.mkdir()
    for number in range(20):
        cv2.imwrite(str(images / f"{number}.png"), BRIGHT)
    return images


def _film(path: Path, image: np.ndarray = BRIGHT) -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 48))
    for _ in range(15):
        writer.write(image)
    writer.release()
    return path


def _record(output: Path, *options: str | Path, label: str = "waving_left") -> int:
    words = ["record", "--label", label, "--output", str(output), "--rate", "10"]
    return cli.main([*words, *[str(option) for option in options]])


@faked
def test_a_recording_of_a_folder(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "new" / "out"
    assert _record(output, folder) == 0
    path = output / "waving_left_images_001.npz"
    recording = load_recording(path)
    assert (recording.frames.tolist(), recording.ids) == (list(range(20)), (0,))
    assert len(recording.keypoints_at(3).points) == 25
    (made,) = recording.labelled()
    np.testing.assert_allclose(made.stamps, np.arange(20) / 10)
    np.testing.assert_allclose(made.points[:, 0], np.tile([0, 0, 3.0], (20, 1)))
    assert (made.label, made.source, made.rate) == ("waving_left", "images", 10)
    assert made.placed
    printed = capsys.readouterr().out
    assert printed == f"{path}: 1.9 s, 20 poses, 100 % of joints visible\n"


@faked
def test_nothing_is_overwritten(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    for _ in range(2):
        assert _record(output, folder, "--name", "me.2") == 0
    (output / "waving_left_me.2_001.npz").unlink()
    (output / "waving_left_me.2_0xx.npz").write_bytes(b"")
    assert _record(output, folder, "--name", "me.2") == 0
    assert _record(output, folder, label="kick") == 0
    assert sorted(path.name for path in output.iterdir()) == [
        "kick_images_001.npz",
        "waving_left_me.2_002.npz",
        "waving_left_me.2_003.npz",
        "waving_left_me.2_0xx.npz",
    ]


@faked
@pytest.mark.parametrize(
    ("options", "count"),
    [
        (("--start", "0.5"), 15),
        (("--end", "1.2"), 12),
        (("--start", "0.5", "--end", "1.5"), 10),
        (("--start", "0.5", "--seconds", "0.8"), 8),
        (("--seconds", "1"), 10),
    ],
)
def test_a_part_of_a_source(
    folder: Path, tmp_path: Path, options: tuple[str, ...], count: int
) -> None:
    assert _record(tmp_path / "out", folder, *options) == 0
    (made,) = load_recordings(tmp_path / "out")
    np.testing.assert_allclose(made.stamps, np.arange(count) / 10, atol=1e-9)


@faked
def test_a_folder_of_videos_and_one_without_people(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    videos = tmp_path / "videos"
    videos.mkdir()
    for name in ("clip10.avi", "clip9.AVI"):
        _film(videos / name)
    _film(videos / "clip11.avi", np.zeros_like(BRIGHT))
    (videos / "notes.txt").write_text("no video")
    assert _record(tmp_path / "out", videos) == 0
    assert [item.source for item in load_recordings(tmp_path / "out")] == [
        "clip10.avi",
        "clip9.AVI",
    ]
    assert "clip11.avi: no person was in view for 0.7 s" in caplog.text


@faked
@pytest.mark.parametrize("storage", ["sqlite3", "mcap"])
def test_a_bag(tmp_path: Path, storage: str) -> None:
    images = [raw(BRIGHT, START + number / 10) for number in range(12)]
    bag = write_bag(tmp_path / "walk", {"/image": images, "/other": images}, storage)
    assert _record(tmp_path / "out", bag, "--image-topic", "/image") == 0
    made = load_recording(tmp_path / "out" / "waving_left_walk_001.npz").track()
    np.testing.assert_allclose(made.stamps, np.arange(12) / 10, atol=1e-6)
    assert made.source == "walk"
    assert _record(tmp_path / "out", bag) == 1


@faked
def test_no_people_at_all_is_a_failure(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    film = _film(tmp_path / "dark.avi", np.zeros_like(BRIGHT))
    assert _record(tmp_path / "out", film) == 1
    assert "dark.avi: no person was in view" in caplog.text
    assert "nothing was recorded" in caplog.text
    assert not (tmp_path / "out").exists()


@faked
def test_people_in_view_too_briefly_are_left_out(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _record(tmp_path / "out", folder, "--min-seconds", "1.95") == 1
    assert "images: left out person 0 (in view for 1.9 s)\n" in capsys.readouterr().out


@faked
def test_a_broken_source_does_not_stop_the_others(
    folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "broken.mp4").write_bytes(b"no video")
    assert _record(tmp_path / "out", tmp_path / "broken.mp4", folder) == 1
    assert "broken.mp4" in caplog.text
    assert len(load_recordings(tmp_path / "out")) == 1


@faked
@pytest.mark.parametrize(
    ("label", "options", "printed"),
    [
        ("Waving", (), "'Waving', expected lower-case"),
        ("", (), "label ''"),
        ("a/b", (), "'a/b'"),
        ("unknown", (), "label 'unknown', which stands for no action"),
        ("kick", ("--name", "a/b"), "'a/b', expected letters"),
        ("kick", ("--start", "3", "--end", "2"), "end 2.0 s, expected more than start 3.0 s"),
        ("kick", ("--takes", "2", "--seconds", "2"), "several takes need a camera"),
        ("kick", ("0", "--takes", "2"), "and the seconds of each take"),
        ("kick", ("0", "--end", "2"), r"no options of a camera \(0\); use seconds"),
        ("kick", ("--min-seconds", "-1"), "min_seconds"),
    ],
)
def test_options_that_do_not_fit_are_refused(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    label: str,
    options: tuple[str, ...],
    printed: str,
) -> None:
    source = () if "0" in options else (tmp_path,)
    assert _record(tmp_path / "out", *source, *options, label=label) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert printed.replace("\\", "") in error
    assert not (tmp_path / "out").exists()


@faked
def test_where_nothing_can_be_written(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _record(folder / "1.png", folder) == 1
    assert "cannot write" in capsys.readouterr().err


class Camera:
    """A webcam at 10 images per second that ends with an error or Ctrl-C."""

    rate, intrinsics, length, skipped = 10.0, None, None, 0

    def __init__(self, images: int, end: BaseException) -> None:
        self._left, self._end = images, end

    def __iter__(self) -> Iterator[SourceFrame]:
        index = 0
        while self._left:
            self._left -= 1
            yield SourceFrame(index, index / 10, BRIGHT)
            index += 1
        raise self._end

    def close(self) -> None:
        pass


def _plug_in(monkeypatch: pytest.MonkeyPatch, images: int, end: BaseException) -> list[str]:
    """Replace every source by a camera; return the names that are opened."""
    names: list[str] = []

    def opened(settings: SourceSettings) -> Camera:
        names.append(settings.source)
        return Camera(images, end)

    monkeypatch.setattr(recorder, "open_source", opened)
    return names


@faked
def test_takes_are_counted_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = _plug_in(monkeypatch, 1000, KeyboardInterrupt())
    assert _record(tmp_path, "0", "--takes", "3", "--seconds", "1.5") == 0
    made = load_recordings(tmp_path)
    assert [item.source for item in made] == ["webcam_0"] * 3
    for item in made:
        np.testing.assert_allclose(item.stamps, np.arange(15) / 10, atol=1e-9)
    printed = capsys.readouterr().out
    assert printed.count("3, 2, 1, go\n") == 3
    assert printed.count("waving_left_webcam_0_00") == 3
    assert names == ["0"]


@faked
def test_ctrl_c_keeps_the_recordings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _plug_in(monkeypatch, 40 + 44, KeyboardInterrupt())
    options = ("--takes", "9", "--seconds", "0.9")
    assert _record(tmp_path, "/dev/video3", *options) == cli.INTERRUPTED
    assert [len(item) for item in load_recordings(tmp_path)] == [9, 9]
    _plug_in(monkeypatch, 50, KeyboardInterrupt())
    assert _record(tmp_path / "endless", "0") == cli.INTERRUPTED
    assert [len(item) for item in load_recordings(tmp_path / "endless")] == [20]


@faked
def test_an_unplugged_camera(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _plug_in(monkeypatch, 45, SourceError("the camera gives no more images"))
    assert _record(tmp_path, "rtsp://me:secret@camera/1", "--seconds", "5") == 1
    (made,) = load_recordings(tmp_path)
    assert (len(made), made.source) == (15, "stream")


def test_a_simulated_person(tmp_path: Path) -> None:
    options = ("--seconds", "1.5", "--actions", "waving_left", "--seed", "1")
    assert _record(tmp_path, "simulation", *options) == 0
    (made,) = load_recordings(tmp_path)
    truth = open_source(SourceSettings(seconds=1.5, rate=10.0, actions="waving_left", seed=1))
    really = {round(frame.stamp, 3): frame.truth[0].pose for frame in truth}
    assert made.source == "simulation"
    assert len(made) > 10
    for stamp, points in zip(made.stamps, made.points, strict=True):
        error = np.linalg.norm(points - really[round(float(stamp), 3)].points, axis=1)
        assert np.nanmean(error) < 0.5


def test_a_waving_woman(tmp_path: Path) -> None:
    assert _record(tmp_path, media("left_hand_wave.mp4"), "--end", "2") == 0
    (made,) = load_recordings(tmp_path)
    assert made.source == "left_hand_wave.mp4"
    assert made.placed
    assert len(made) == 50
    heights = made.points[..., 1]  # y points down
    head, foot = made.skeleton.index("head_top"), made.skeleton.index("left_ankle")
    assert ((heights[:, foot] - heights[:, head]) > 1.2).all()
    assert (made.points[..., 2] > 0.5).all()


def test_two_people_playing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    film = media("two_people_basketball.mp4")
    options = ("--start", "1", "--seconds", "1.5")
    assert _record(tmp_path / "one", film, *options) == 0
    assert "two_people_basketball.mp4: left out person" in capsys.readouterr().out
    assert len(load_recordings(tmp_path / "one")) == 1
    assert _record(tmp_path / "all", film, *options, "--all-people") == 0
    (path,) = (tmp_path / "all").iterdir()
    first, second = load_recording(path).labelled()
    assert first.person_id != second.person_id
    assert len(np.intersect1d(first.stamps, second.stamps)) > 20
