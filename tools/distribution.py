"""The ROS 2 to build with: an installed one, or wheels from PyPI."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from steps import BuildError
from system import site_packages

Environment = dict[str, str]
DEFAULT = "kilted"
INDEX = "share/ament_index/resource_index/packages/rclpy"


@dataclass(frozen=True)
class Ros:
    """The ROS 2 to build with.

    Attributes:
        distro: its name.
        python: the interpreter of its packages.
        environment: environment variables of its processes.
        wheels: True if it comes from PyPI and is installed into the virtual environment.
    """

    distro: str
    python: str
    environment: Mapping[str, str]
    wheels: bool


def find_ros(name: str, roots: Path, venv: Path, requirements: Path) -> Ros:
    """Find the sourced ROS, else an installed one, else the wheels.

    Args:
        name: a distribution's name, or empty for any.
        roots: folder of installed distributions, /opt/ros.
        venv: the virtual environment, which does not count as an installed ROS.
        requirements: folder with ros-<distro>.txt for each distribution with wheels.

    Raises:
        BuildError: the distribution is not installed and has no wheels.
    """
    here = dict(os.environ)
    sourced = [Path(path) for path in here.get("AMENT_PREFIX_PATH", "").split(":") if path]
    if any((path / INDEX).exists() and path != venv for path in sourced):
        distro = here.get("ROS_DISTRO", "unknown")
        if name in ("", distro):
            return Ros(distro, _interpreter(here), here, wheels=False)
    for setup in sorted(roots.glob(f"{name or '*'}/setup.sh"), reverse=True):
        if (setup.parent / INDEX).exists():
            env = source(setup, setup.parent, here)
            return Ros(setup.parent.name, _interpreter(env), env, wheels=False)
    return _from_wheels(name or DEFAULT, requirements)


def _from_wheels(distro: str, requirements: Path) -> Ros:
    names = [path.stem.removeprefix("ros-") for path in sorted(requirements.glob("ros-*.txt"))]
    if distro not in names:
        raise BuildError(
            f"ROS 2 {distro!r} is not installed in /opt/ros and has no wheels here; "
            f"install it, or use DISTRO={' or DISTRO='.join(names)}"
        )
    env = {**os.environ, "ROS_DISTRO": distro, "ROS_VERSION": "2", "ROS_PYTHON_VERSION": "3"}
    for name in ("AMENT_PREFIX_PATH", "CMAKE_PREFIX_PATH", "COLCON_PREFIX_PATH", "PYTHONPATH"):
        env.pop(name, None)
    return Ros(distro, base_interpreter(), env, wheels=True)


def base_interpreter() -> str:
    """The Python outside of any virtual environment that runs this program.

    The virtual environment is made again from it, which its own Python would not survive.
    """
    major, minor = sys.version_info[:2]
    python = Path(sys.base_prefix) / "bin" / f"python{major}.{minor}"
    return str(python) if python.exists() else os.path.realpath(sys.executable)


def _interpreter(env: Mapping[str, str]) -> str:
    """A Python that can import rclpy in this environment."""
    base = base_interpreter()
    candidates = ["/usr/bin/python3", base, shutil.which("python3") or base]
    for python in candidates:
        done = subprocess.run(
            [python, "-c", "import rclpy"], env=dict(env), capture_output=True, check=False
        )
        if done.returncode == 0:
            return python
    raise BuildError(
        f"no Python of {', '.join(candidates)} can import rclpy; install ros-$ROS_DISTRO-rclpy "
        "or unset AMENT_PREFIX_PATH to use the wheels"
    )


def source(script: Path, prefix: Path, env: Mapping[str, str]) -> Environment:
    """The environment variables after sourcing a shell script of the installation in `prefix`.

    Raises:
        BuildError: the script failed.
    """
    done = subprocess.run(
        ["sh", "-c", '. "$0" >/dev/null && exec env -0', str(script)],
        env={**env, "COLCON_CURRENT_PREFIX": str(prefix), "AMENT_CURRENT_PREFIX": str(prefix)},
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise BuildError(f"{script} cannot be sourced: {done.stderr.decode(errors='replace')}")
    lines = (line.partition("=") for line in done.stdout.decode().split("\0") if line)
    result = {name: value for name, _, value in lines}
    for name in ("COLCON_CURRENT_PREFIX", "AMENT_CURRENT_PREFIX"):
        result.pop(name, None)
    return result


def mend_wheels(venv: Path) -> int:
    """Replace the build machine's Python and NumPy in the wheels' CMake files by this venv's.

    Returns:
        Number of files changed.
    """
    modules = site_packages(venv)
    probe = "import numpy, sysconfig as system"
    probe += "; print(system.get_paths()['include'], numpy.get_include(), sep='\\n')"
    python, numpy = subprocess.run(
        [venv / "bin" / "python", "-c", probe], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    changed = 0
    for folder in (venv / "share", venv / "lib" / "cmake", modules):
        for path in folder.glob("**/cmake/**/*.cmake"):
            old = path.read_text(encoding="utf-8")
            new = re.sub(r"/opt/python/[^/;\"]+/include/python[0-9.]+", lambda _: python, old)
            new = re.sub(r"/opt/python/[^;\"]+/numpy/_?core/include", lambda _: numpy, new)
            if new != old:
                path.write_text(new, encoding="utf-8")
                changed += 1
    return changed
