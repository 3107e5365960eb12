"""The commands of README and pages run, or at least have valid options."""

from __future__ import annotations

import argparse
import os
import re
import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from bag_files import raw, write_bag
from page_commands import REASONS, ROOT, PageCommand, all_commands, page_commands
from pose_action_ros.cli import main
from pose_action_ros.sources import SourceSettings, open_source

COMMANDS = all_commands()
_POSE_ACTION = re.compile(r"(?:^|.* )pose-action (.*)")
OTHERS = (
    *("cd", "git clone", "source", ".", "mkdir", "touch", "/usr/bin/python3 -m venv", "PROFILE="),
    *(
        "rosdep install",
        "colcon build",
        "colcon test",
        "ros2",
        "torchrun",
        "pip install",
        "python3 -m pip",
    ),
    *("FASTDDS_DEFAULT_PROFILES_FILE=", "FASTRTPS_DEFAULT_PROFILES_FILE="),
)
"""First words of the commands that are neither `pose-action` nor targets of the Makefile."""


class Parsed(Exception):  # noqa: N818 - a signal, not an error
    """The options of a command are valid."""


def is_run(command: PageCommand) -> bool:
    return command.text.startswith("pose-action ") and not command.reason


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that the commands name: a simulated person in videos and a bag."""
    folder = tmp_path_factory.mktemp("pages")
    settings = SourceSettings(source="simulation", rate=10.0, seconds=3.2, seed=4)
    images = [np.ascontiguousarray(frame.image) for frame in open_source(settings)]
    _write_video(folder / "long.mp4", images)
    _write_video(folder / "clip.mp4", images[:12])
    for name in ("drinking_1", "drinking_2", "circling/one", "films/one", "films/two"):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(folder / "clip.mp4", folder / f"{name}.mp4")
    messages = [raw(image, 1_700_000_000.0 + number / 10) for number, image in enumerate(images)]
    write_bag(folder / "bag", {"/camera/image_raw": messages[:12]})
    return folder


def _write_video(path: Path, images: Sequence[npt.NDArray[np.uint8]]) -> None:
    height, width = images[0].shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 10.0, (width, height))
    for image in images:
        writer.write(image)
    writer.release()


@pytest.mark.parametrize("page", sorted({one.page for one in COMMANDS if is_run(one)}))
def test_commands_run(page: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    for command in COMMANDS:
        if command.page == page and is_run(command):
            assert main(shlex.split(command.text)[1:]) == 0, command.text


@pytest.mark.parametrize(
    "command",
    [one for one in COMMANDS if _POSE_ACTION.match(one.text) and not is_run(one)],
    ids=str,
)
def test_options_are_valid(command: PageCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    parse = argparse.ArgumentParser.parse_args

    def parse_only(self: argparse.ArgumentParser, words: Any = None, into: Any = None) -> Any:
        result = parse(self, words, into)
        if not hasattr(result, "options"):  # the options of a subcommand are parsed next
            raise Parsed
        return result

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", parse_only)
    match = _POSE_ACTION.match(command.text)
    assert match is not None
    with pytest.raises(Parsed):
        main(shlex.split(match[1]))


@pytest.mark.parametrize(
    "command", [one for one in COMMANDS if not _POSE_ACTION.match(one.text)], ids=str
)
def test_other_commands_are_known(command: PageCommand) -> None:
    if command.text.startswith("make "):
        targets = re.findall(r"^([\w -]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        assert shlex.split(command.text)[1] in " ".join(targets).split()
    elif "-m benchmarks" in command.text:
        module = re.sub(r".*-m (\S+).*", r"\1", command.text).replace(".", os.sep)
        assert (ROOT / f"{module}.py").is_file() or (ROOT / module / "__main__.py").is_file()
    elif "tools/" in command.text:
        assert all((ROOT / word).is_file() for word in re.findall(r"tools/\S+", command.text))
    else:
        assert command.text.startswith(OTHERS)


def test_every_reason_is_known() -> None:
    assert {one.reason for one in COMMANDS} <= {"", *REASONS}


def test_a_block_is_read() -> None:
    text = "```sh minutes\na \\\n  b  # why\n\nc && d\n```\n```python\ne\n```\n```sh\nf '#1'\n```\n"
    found = [(one.text, one.reason) for one in page_commands(text, "p.md")]
    assert found == [("a b", "minutes"), ("c", "minutes"), ("d", "minutes"), ("f '#1'", "")]
