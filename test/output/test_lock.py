"""Locks of output folders, between real processes."""

import errno
import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pose_action_ros import cli
from pose_action_ros.errors import SettingError
from pose_action_ros.output.lock import NAME, locked

HOLDER = """
import sys
from pathlib import Path
from pose_action_ros.output.lock import locked
with locked(Path(sys.argv[1]), "walk.mp4"):
    print("locked", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path) -> "Iterator[subprocess.Popen[str]]":
    """A process that holds the lock of the folder out."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "out" / NAME)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        yield process
        process.kill()


@pytest.fixture
def film(tmp_path: Path) -> str:
    (tmp_path / "film.png").write_bytes(b"\x89PNG\r\n")
    return str(tmp_path / "film.png")


@pytest.mark.parametrize(
    "words",
    [
        ["--output", "{out}"],
        ["--output", "{out}/../more", "--write-json", "{out}"],
        ["{film}", "--output", "{out}"],
    ],
)
@pytest.mark.usefixtures("fake_stages")
def test_a_second_run_names_the_holder_and_writes_nothing(
    tmp_path: Path,
    holder: "subprocess.Popen[str]",
    film: str,
    words: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    options = [word.format(out=tmp_path / "out", film=film) for word in words]
    assert cli.main(["process", film, *options]) == 1
    error = capsys.readouterr().err
    assert f"out is in use by process {holder.pid} on " in error
    assert ", which processes walk.mp4 since 20" in error
    assert [path.name for path in (tmp_path / "out").iterdir()] == [NAME]


@pytest.mark.usefixtures("fake_stages")
def test_a_bag_is_locked_too(tmp_path: Path, film: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--output", str(tmp_path / "out"), "--write-bag", str(tmp_path / "made.mcap")]
    with locked(tmp_path / ".made.mcap.lock", "walk.mp4"):
        assert cli.main(["process", film, *words]) == 1
    assert f"is in use by process {os.getpid()} on " in capsys.readouterr().err


def test_the_lock_of_a_killed_process_is_free(
    tmp_path: Path, holder: "subprocess.Popen[str]"
) -> None:
    holder.kill()
    holder.wait()
    with locked(tmp_path / "out" / NAME, "run.mp4"):
        assert "run.mp4" in (tmp_path / "out" / NAME).read_text()
    assert not list((tmp_path / "out").iterdir())


def test_a_file_that_its_holder_removes_meanwhile_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, calls = tmp_path / NAME, list[int]()

    def flock(_file: Any, kind: int) -> None:
        if not calls:
            path.unlink()
        calls.append(kind)

    monkeypatch.setattr(fcntl, "flock", flock)
    with locked(path, "run.mp4"):
        assert path.exists()
    assert len(calls) == 2


def test_a_file_system_without_locks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def flock(_file: Any, _kind: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", flock)
    with locked(tmp_path / NAME, "run.mp4"):
        pass
    assert "has no locks (No locks available)" in caplog.text


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(SettingError, match=r"cannot write into .*file"),
        locked(tmp_path / "file" / NAME, "run.mp4"),
    ):
        pass
