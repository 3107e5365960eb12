"""The environment of this checkout: virtual environment, packages, ROS workspace and models.

Standard library only: this runs before anything is installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from distribution import Environment, Ros, find_ros, mend_wheels, source
from steps import BuildError, alone, call, digest, once
from system import require_system

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
WORKSPACE = ROOT / ".workspace"
REQUIREMENTS = ROOT / "requirements"
PYTHON = VENV / "bin" / "python"
PACKAGE = "pose_action_ros"
PREFIX = WORKSPACE / "install" / PACKAGE
LAYERS = {
    "run": ("build", "run"),
    "docs": ("build", "run", "docs"),
    "test": ("build", "run", "docs", "train", "test"),
}
"""Names of the files in requirements/ that make an environment."""


def prepare(layer: str) -> Environment:
    """Install, build and download what is missing; returns the environment variables to run in.

    Args:
        layer: a name in LAYERS, the packages to install.

    Raises:
        BuildError: a step failed; the message has the remedy.
    """
    with alone(ROOT / ".bootstrap.lock"):
        ros = find_ros(os.environ.get("DISTRO", ""), Path("/opt/ros"), VENV, REQUIREMENTS)
        env = in_venv(ros)
        if not (VENV / "stamps" / "venv").exists() or not (WORKSPACE / "stamp").exists():
            require_system(ros.python)
        make_venv(ros)
        install(ros, layer, env)
        build(ros, env)
        # Not install/local_setup.sh: that one stumbles over spaces in the path.
        env = source(PREFIX / "share" / PACKAGE / "package.sh", PREFIX, env)
    return own_network(env)


def in_venv(ros: Ros) -> Environment:
    """The environment variables of ROS with the virtual environment in front."""
    env = dict(ros.environment)
    env["VIRTUAL_ENV"] = str(VENV)
    env["PATH"] = f"{VENV / 'bin'}:{env.get('PATH', os.defpath)}"
    env.pop("PYTHONHOME", None)
    env.pop("_ROS_WHEELS_BOOTSTRAP_COMPLETE", None)
    if ros.wheels:
        env["AMENT_PREFIX_PATH"] = env["CMAKE_PREFIX_PATH"] = str(VENV)
    return env


def make_venv(ros: Ros) -> None:
    """Make the virtual environment; beside an installed ROS it includes the system's packages."""

    def create() -> None:
        if VENV.exists() and not (VENV / "stamps").exists():
            raise BuildError(f"{VENV} was made by another tool; move it away, or run: make clean")
        shutil.rmtree(VENV, ignore_errors=True)
        options = [] if ros.wheels else ["--system-site-packages"]
        (VENV / "stamps").mkdir(parents=True)
        call([ros.python, "-m", "venv", *options, VENV], os.environ, WORKSPACE / "venv.log", ROOT)

    key = digest(ros.distro, ros.python, sys.version, str(ros.wheels), str(VENV))
    once(VENV / "stamps" / "venv", key, f"virtual environment, ROS 2 {ros.distro}", create)


def install(ros: Ros, layer: str, env: Environment) -> None:
    """Install the layer's requirements, the wheels of ROS, and the command `pose-action`."""
    names = list(LAYERS[layer]) + ([f"ros-{ros.distro}"] if ros.wheels else [])
    files = [REQUIREMENTS / f"{name}.txt" for name in names]
    pip: list[str | Path] = [PYTHON, "-m", "pip", "install", "-qq"]
    # Python compiles what it imports; compiling everything takes longer than installing it.
    pip += ["--disable-pip-version-check", "--prefer-binary", "--no-compile"]

    def run() -> None:
        chosen: list[Path] = files if ros.wheels else [beside_system(files, env)]
        options = [f"-r{path}" for path in chosen]
        call([*pip, *options], env, WORKSPACE / "pip.log", ROOT)
        here: list[str | Path] = ["--no-deps", "--no-build-isolation", "-e", ROOT]
        call([*pip, *here], env, WORKSPACE / "pip.log", ROOT)
        if ros.wheels:
            mend_wheels(VENV)

    # One stamp per layer: the test layer contains the run layer, which stays installed.
    key = digest(files=[*files, ROOT / "setup.py"])
    once(VENV / "stamps" / layer, key, f"Python packages ({layer})", run)


def beside_system(files: list[Path], env: Environment) -> Path:
    """Write the requirements beside an installed ROS, which keeps its OpenCV and major NumPy.

    cv_bridge is compiled against both; other versions in the same process break it.
    """
    probe = "import numpy, cv2; print(numpy.__version__.split('.')[0])"
    done = subprocess.run(
        [PYTHON, "-c", probe], env=env, capture_output=True, text=True, check=False
    )
    lines = [line for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    if done.returncode == 0:
        lines = [line for line in lines if not line.startswith("opencv")]
        if done.stdout.strip() == "1":
            lines.append("numpy<2")
    chosen = WORKSPACE / "requirements.txt"
    chosen.parent.mkdir(exist_ok=True)
    chosen.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return chosen


def build(ros: Ros, env: Environment) -> None:
    """Build the ROS package; Python files are links, so that only new files need a new build."""
    sources = [ROOT / "package.xml", ROOT / "CMakeLists.txt", *(ROOT / "msg").glob("*.msg")]
    sources += (ROOT / "resource").glob("*")
    linked = [
        str(path.relative_to(ROOT))
        for folder in (PACKAGE, "launch", "config")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.is_file() and path.suffix != ".pyc"
    ]
    command: list[str | Path] = [PYTHON, "-m", "colcon", "--log-base", WORKSPACE / "log", "build"]
    command += ["--base-paths", linked_source(), "--build-base", WORKSPACE / "build"]
    command += ["--install-base", WORKSPACE / "install", "--symlink-install", "--cmake-args"]
    # The ament linters are CMake hooks; the wheels do not contain their programs.
    command += ["-DBUILD_TESTING=OFF", f"-DPython3_EXECUTABLE={PYTHON}"]
    key = digest(ros.distro, *linked, (VENV / "stamps" / "venv").read_text(), files=sources)
    once(
        WORKSPACE / "stamp",
        key,
        "workspace",
        lambda: call(command, env, WORKSPACE / "build.log", ROOT),
    )


def linked_source() -> Path:
    """Link the package into a folder of its own: CMake refuses a Python below the source folder."""
    folder = WORKSPACE / "src" / PACKAGE
    folder.mkdir(parents=True, exist_ok=True)
    files = ("package.xml", "CMakeLists.txt", "LICENSE", "NOTICE")
    for name in (*files, "msg", "resource", "launch", "config", PACKAGE):
        link = folder / name
        link.unlink(missing_ok=True)
        link.symlink_to(ROOT / name)
    return folder


def own_network(env: Environment) -> Environment:
    """Keep DDS on this machine, in a domain of its own unless one is set."""
    return {
        "ROS_DOMAIN_ID": str(1 + os.getpid() % 100),
        **env,
        "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST",
    }
