import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_action_ros.errors import SourceError
from pose_action_ros.sources.kinds import IMAGE_FILES, VIDEO_FILES, Kind, kind_of, natural_order


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("simulation", Kind.SIMULATION),
        ("0", Kind.LIVE),
        ("/dev/video3", Kind.LIVE),
        ("rtsp://camera/stream", Kind.LIVE),
    ],
)
def test_names_without_files(name: str, kind: Kind) -> None:
    assert kind_of(name) is kind


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"\x00\x00\x00\x20ftypisom", Kind.VIDEO),
        (b"\x1a\x45\xdf\xa3 webm", Kind.VIDEO),
        (b"RIFF\x01\x02\x03\x04AVI LIST", Kind.VIDEO),
        (b"\x00\x00\x01\xba", Kind.VIDEO),
        (b"\x47" + bytes(187) + b"\x47", Kind.VIDEO),
        (b"GIF89a", Kind.VIDEO),
        (b"\xff\xd8\xff\xe0", Kind.IMAGE),
        (b"\x89PNG\r\n\x1a\n", Kind.IMAGE),
        (b"RIFF\x01\x02\x03\x04WEBPVP8 ", Kind.IMAGE),
    ],
)
def test_the_content_of_a_file_decides(tmp_path: Path, start: bytes, kind: Kind) -> None:
    (tmp_path / "file").write_bytes(start + bytes(600))
    assert kind_of(str(tmp_path / "file")) is kind


@pytest.mark.parametrize("ending", ["", ".txt", ".mp4", ".MKV"])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("Zwölf Boxkämpfer\n".encode() * 100, "a text file"),
        (b"%PDF-1.7\n\x00", "a PDF document"),
        (b"", "an empty file"),
    ],
)
def test_other_files_are_no_videos(tmp_path: Path, ending: str, content: bytes, words: str) -> None:
    path = tmp_path / f"file{ending}"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=rf"not a video: .*file.* is {words}; expected .*video"):
        kind_of(str(path))


def test_recordings_and_models_are_no_videos(tmp_path: Path) -> None:
    np.savez(tmp_path / "poses.npz", poses=np.zeros(3))
    np.save(tmp_path / "poses.npy", np.zeros(3))
    (tmp_path / "model.onnx").write_bytes(b"\x08\x07\x12\x07pytorch" + bytes(600))
    for path in tmp_path.iterdir():
        with pytest.raises(SourceError, match=f"not a video: .*{path.name}"):
            kind_of(str(path))


@given(st.binary(max_size=600), st.sampled_from(["", ".txt", *VIDEO_FILES, *IMAGE_FILES]))
def test_any_file_has_a_kind_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, ending: str
) -> None:
    path = tmp_path_factory.mktemp("any") / f"file{ending}"
    path.write_bytes(content)
    try:
        assert kind_of(str(path)) in (Kind.IMAGE, Kind.VIDEO)
    except SourceError as error:
        assert path.name in str(error)  # noqa: PT017 - not every content is refused


@pytest.mark.parametrize("name", ["", "nofile.mp4", "/nowhere/at/all"])
def test_a_missing_file_is_refused_with_the_kinds(name: str) -> None:
    with pytest.raises(SourceError, match=rf"no source '{name}'.*simulation.*video.*webcam"):
        kind_of(name)


def test_kinds_need_neither_numpy_nor_opencv() -> None:
    code = (
        "import sys; sys.modules.update(numpy=None, cv2=None, yaml=None)\n"
        "from pose_action_ros.sources.kinds import kind_of; print(kind_of('simulation'))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@given(st.lists(st.integers(0, 10**6), min_size=1, unique=True))
def test_numbers_in_names_sort_as_numbers(numbers: list[int]) -> None:
    names = [Path(f"a{number}b.png") for number in numbers]
    ordered = [f"a{number}b.png" for number in sorted(numbers)]
    assert [path.name for path in sorted(names, key=natural_order)] == ordered


@given(st.lists(st.text("ab01 .", min_size=1, max_size=6)))
def test_any_names_can_be_ordered(names: list[str]) -> None:
    ordered = sorted((Path("x" + name) for name in names), key=natural_order)
    assert len(ordered) == len(names)
