"""Steps run once, again when their inputs change, and again after a failure."""

import os
import sys
from pathlib import Path

import pytest
from steps import BuildError, call, digest, once


def test_a_step_runs_once_for_each_key(tmp_path: Path) -> None:
    runs: list[str] = []
    for key in ("a", "a", "b", "b", "a"):
        once(tmp_path / "stamps" / "step", key, "a step", lambda: runs.append("run"))
    assert len(runs) == 3


def test_a_failed_step_runs_again(tmp_path: Path) -> None:
    stamp = tmp_path / "step"
    once(stamp, "a", "a step", lambda: None)

    def fail() -> None:
        raise BuildError("no network")

    with pytest.raises(BuildError, match="no network"):
        once(stamp, "b", "a step", fail)
    runs: list[str] = []
    once(stamp, "a", "a step", lambda: runs.append("run"))
    assert runs == ["run"]


def test_the_key_changes_with_words_names_and_contents(tmp_path: Path) -> None:
    first, second = tmp_path / "a.txt", tmp_path / "b.txt"
    first.write_text("1")
    second.write_text("1")
    keys = {digest("x", files=[first]), digest("y", files=[first]), digest("x", files=[second])}
    first.write_text("2")
    keys.add(digest("x", files=[first]))
    assert len(keys) == 4


def test_the_key_does_not_depend_on_the_order_of_files(tmp_path: Path) -> None:
    files = [tmp_path / "a", tmp_path / "b"]
    for path in files:
        path.write_text(path.name)
    assert digest(files=files) == digest(files=files[::-1])


def test_a_failed_command_shows_the_end_of_its_log(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "command.log"
    code = "import sys; print('\\n'.join(map(str, range(100)))); sys.exit(3)"
    with pytest.raises(BuildError, match=r"failed \(3\); full log: .*command\.log") as caught:
        call([sys.executable, "-c", code], os.environ, log, tmp_path)
    assert "99" in str(caught.value)
    assert "\n58\n" not in str(caught.value)
