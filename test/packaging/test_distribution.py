"""Finding ROS: sourced, installed, or wheels; and correcting the paths in the wheels."""

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import numpy as np
import pytest
from distribution import INDEX, base_interpreter, find_ros, mend_wheels, source
from steps import BuildError

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "requirements"


def install(prefix: Path, *, rclpy: bool = True) -> Path:
    """A prefix that looks like an installed ROS with an empty module rclpy."""
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


def test_wheels_are_used_without_an_installed_ros(tmp_path: Path) -> None:
    ros = find_ros("", tmp_path, tmp_path / "venv", REQUIREMENTS)
    assert (ros.distro, ros.wheels, ros.python) == ("kilted", True, base_interpreter())


def test_the_base_interpreter_is_the_same_inside_a_virtual_environment(tmp_path: Path) -> None:
    venv.create(tmp_path, symlinks=True)
    code = f"import sys; sys.path.append({str(ROOT / 'tools')!r}); import distribution as found"
    code += "; print(found.base_interpreter(), sys.prefix != sys.base_prefix)"
    python = tmp_path / "bin" / "python"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [base_interpreter(), "True"]
    assert not base_interpreter().startswith(str(tmp_path))


def test_an_installed_ros_is_preferred_and_sourced(tmp_path: Path) -> None:
    prefix = install(tmp_path / "jazzy")
    ros = find_ros("", tmp_path, tmp_path / "venv", REQUIREMENTS)
    assert (ros.distro, ros.wheels) == ("jazzy", False)
    assert ros.environment["AMENT_PREFIX_PATH"] == str(prefix)


def test_the_newest_installed_ros_is_used_unless_one_is_named(tmp_path: Path) -> None:
    for name in ("humble", "lyrical", "jazzy"):
        install(tmp_path / name)
    assert find_ros("", tmp_path, tmp_path / "venv", REQUIREMENTS).distro == "lyrical"
    assert find_ros("jazzy", tmp_path, tmp_path / "venv", REQUIREMENTS).distro == "jazzy"


def test_an_installation_without_rclpy_does_not_count(tmp_path: Path) -> None:
    install(tmp_path / "jazzy", rclpy=False)
    assert find_ros("", tmp_path, tmp_path / "venv", REQUIREMENTS).wheels


def test_a_sourced_ros_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "opt" / "humble")
    own = install(tmp_path / "own")
    for name, value in source(own / "setup.sh", own, os.environ).items():
        monkeypatch.setenv(name, value)
    ros = find_ros("", tmp_path / "opt", tmp_path / "venv", REQUIREMENTS)
    assert (ros.distro, ros.wheels) == ("own", False)


def test_the_virtual_environment_does_not_count_as_an_installed_ros(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv = install(tmp_path / "venv")
    monkeypatch.setenv("AMENT_PREFIX_PATH", str(venv))
    ros = find_ros("", tmp_path / "opt", venv, REQUIREMENTS)
    assert ros.wheels
    assert "AMENT_PREFIX_PATH" not in ros.environment


def test_an_unknown_distribution_is_refused_with_the_valid_names(tmp_path: Path) -> None:
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


def test_paths_of_the_build_machine_are_replaced_once(tmp_path: Path) -> None:
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
