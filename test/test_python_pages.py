"""The Python blocks of README and pages run, those of one page one after the other."""

import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from bag_files import raw, write_bag
from pose_action_ros import cli
from pose_action_ros.sources import SourceSettings, open_source

ROOT = Path(__file__).resolve().parents[1]
_DOCS = ("python", "recordings", "exports", "joint_angles")
_PAGES = ("README.md", *(f"docs/{name}.md" for name in _DOCS))
_BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the pages name, of a simulated person."""
    folder = tmp_path_factory.mktemp("pages")
    settings = SourceSettings(source="simulation", rate=10.0, seconds=1.2, seed=4)
    images = [frame.image for frame in open_source(settings)]
    codec = cv2.VideoWriter.fourcc(*"mp4v")
    film = cv2.VideoWriter(str(folder / "clip.mp4"), codec, 10.0, (640, 480))
    for image in images:
        film.write(np.ascontiguousarray(image))
    film.release()
    cv2.imwrite(str(folder / "photo.jpg"), images[0])
    messages = [raw(image, 1_700_000_000.0 + number / 10) for number, image in enumerate(images)]
    write_bag(folder / "bag", {"/camera/image_raw": messages[:2]})
    words = ["process", str(folder / "clip.mp4"), "--output", str(folder / "out"), "--no-video"]
    words += ["--export", "csv,json"]
    assert cli.main(words) == 0
    return folder


@pytest.mark.parametrize("page", _PAGES)
def test_python_blocks_run(
    page: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    blocks = _BLOCK.findall((ROOT / page).read_text(encoding="utf-8"))
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, page, "exec"), names)
    assert blocks
    printed = capsys.readouterr().out
    assert "Keypoint(x=" in printed or page not in {"README.md", "docs/python.md"}
