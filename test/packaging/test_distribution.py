"""Finding ROS: what is sourced, what is installed, what comes as wheels; and mending the wheels."""

import os
import sys
import sysconfig
from pathlib import Path

import numpy as np
import pytest
from distribution import INDEX, find_ros, mend_wheels, source
from steps import BuildError

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "requirements"


def install(prefix: Path, *, rclpy: bool = True) -> Path:
    """A prefix that looks like an installed ROS: its rclpy is an empty module."""
    index = prefix / INDEX
    index.parent.mkdir(parents=True)
    if rclpy:
        index.touch()
    modules = prefix / "modules"
    modules.mkdir()
    (modules / "rclpy.py").touch()
    (prefix / "setup.sh").write_text(
        f"export ROS_DISTRO={prefix.name} PYTHONPATH={modules} AMENT_PREFIX_PATH={prefix}\n"
    )
    return prefix


@pytest.fixture(autouse=True)
def nothing_sourced(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AMENT_PREFIX_PATH", "ROS_DISTRO", "PYTHONPATH"):
        monkeypatch.delenv(name, raising=False)


def test_without_an_installed_ros_the_wheels_are_taken(tmp_path: Path) -> None:
    ros = find_ros("", tmp_path, tmp_path / "venv", REQUIREMENTS)
    assert (ros.distro, ros.wheels, ros.python) == ("kilted", True, sys.executable)


def test_an_installed_ros_is_preferred_and_sourced(tmp_path: Path) -> None:
    prefix = install(tmp_path / "jazzy")
    ros = find_ros("", tmp_path, tmp_path / "venv", REQUIREMENTS)
    assert (ros.distro, ros.wheels) == ("jazzy", False)
    assert ros.environment["AMENT_PREFIX_PATH"] == str(prefix)


def test_the_newest_of_several_is_taken_unless_one_is_named(tmp_path: Path) -> None:
    for name in ("humble", "lyrical", "jazzy"):
        install(tmp_path / name)
    assert find_ros("", tmp_path, tmp_path / "venv", REQUIREMENTS).distro == "lyrical"
    assert find_ros("jazzy", tmp_path, tmp_path / "venv", REQUIREMENTS).distro == "jazzy"


def test_an_installation_without_rclpy_does_not_count(tmp_path: Path) -> None:
    install(tmp_path / "jazzy", rclpy=False)
    assert find_ros("", tmp_path, tmp_path / "venv", REQUIREMENTS).wheels


def test_what_is_sourced_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "opt" / "humble")
    own = install(tmp_path / "own")
    for name, value in source(own / "setup.sh", own, os.environ).items():
        monkeypatch.setenv(name, value)
    ros = find_ros("", tmp_path / "opt", tmp_path / "venv", REQUIREMENTS)
    assert (ros.distro, ros.wheels) == ("own", False)


def test_our_own_environment_is_no_installed_ros(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv = install(tmp_path / "venv")
    monkeypatch.setenv("AMENT_PREFIX_PATH", str(venv))
    ros = find_ros("", tmp_path / "opt", venv, REQUIREMENTS)
    assert ros.wheels
    assert "AMENT_PREFIX_PATH" not in ros.environment


def test_an_unknown_distribution_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"'melodic' is not installed.*DISTRO=kilted"):
        find_ros("melodic", tmp_path, tmp_path / "venv", REQUIREMENTS)


def test_sourcing_keeps_values_with_spaces_and_lines(tmp_path: Path) -> None:
    script = tmp_path / "setup.sh"
    script.write_text("export A='x y\nz'; echo noise\n")
    assert source(script, tmp_path, os.environ)["A"] == "x y\nz"


def test_a_script_that_fails_is_an_error(tmp_path: Path) -> None:
    script = tmp_path / "setup.sh"
    script.write_text("echo no such thing >&2; exit 4\n")
    with pytest.raises(BuildError, match="no such thing"):
        source(script, tmp_path, os.environ)


def test_paths_of_the_build_machine_are_mended_once(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    python = tmp_path / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    (tmp_path / "lib" / "python3.11" / "site-packages").mkdir(parents=True)
    folder = tmp_path / "share" / "std_msgs" / "cmake"
    folder.mkdir(parents=True)
    file = folder / "exportExport.cmake"
    old = "/opt/python/cp312-cp312/include/python3.12"
    numpy = "/opt/python/cp312-cp312/lib/python3.12/site-packages/numpy/_core/include"
    file.write_text(f'INTERFACE_INCLUDE_DIRECTORIES "${{X}}/include;{old};{numpy}"\n')
    assert mend_wheels(tmp_path) == 1
    include = sysconfig.get_paths()["include"]
    expected = f'INTERFACE_INCLUDE_DIRECTORIES "${{X}}/include;{include};{np.get_include()}"\n'
    assert file.read_text() == expected
    assert mend_wheels(tmp_path) == 0
