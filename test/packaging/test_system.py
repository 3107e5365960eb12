"""Missing tools of the system are named in one line, with the command that installs them."""

import os
import sys
from pathlib import Path

import pytest
from steps import BuildError
from system import missing_packages, require_system, site_packages

PYTHON = f"python{sys.version_info[0]}.{sys.version_info[1]}"


def test_this_machine_lacks_nothing() -> None:
    assert missing_packages(sys.executable) == {}


def test_an_empty_path_lacks_compiler_and_make(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(BuildError) as caught:
        require_system(sys.executable)
    message = str(caught.value)
    assert message.startswith("missing: a C++ compiler, a C compiler, make; install with:")
    assert message.endswith("sudo apt-get install g++ gcc make")
    assert "\n" not in message


def test_headers_and_venv_are_named_with_the_pythons_version(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\nprintf '{PYTHON}\\n0\\n0\\n'\n")
    python.chmod(0o755)
    packages = set(missing_packages(str(python)).values())
    assert {f"{PYTHON}-dev", f"{PYTHON}-venv"} <= packages


@pytest.mark.parametrize(
    "layout", ["lib/python3.12/site-packages", "local/lib/python3.10/dist-packages"]
)
def test_modules_are_found_in_both_layouts(tmp_path: Path, layout: str) -> None:
    (tmp_path / layout).mkdir(parents=True)
    assert site_packages(tmp_path) == tmp_path / layout


def test_a_prefix_without_modules_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="make clean"):
        site_packages(tmp_path)
