"""Makes the environment, builds the workspace and runs a command in it; the Makefile's engine.

The standard library alone: this runs before anything is installed.
"""

from __future__ import annotations

import sys

if sys.version_info < (3, 10):  # noqa: UP036  older ones must be told, not crash
    sys.exit("Python 3.10 or newer is needed; name one: make PYTHON=python3.12 ...")

import argparse
import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

from distribution import Environment, Ros, find_ros, mend_wheels, source
from steps import BuildError, alone, call, digest, once
from system import require_system

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
WORKSPACE = ROOT / ".workspace"
REQUIREMENTS = ROOT / "requirements"
PACKAGE = "pose_action_ros"
PREFIX = WORKSPACE / "install" / PACKAGE
LAYERS = {
    "run": ("build", "run"),
    "docs": ("build", "run", "docs"),
    "test": ("build", "run", "docs", "train", "test"),
}
LAYER_OF = {"docs": "docs", "test": "test", "test-all": "test", "lint": "test", "bench": "test"}
TYPED = "kilted"
STUBS_SINCE = (3, 11)
BEFORE_KILTED = ("humble", "iron", "jazzy")
LINTERS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("lint-imports",),
)


def main() -> int:
    """Run one of the commands; returns its exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    names = ("demo", "test", "test-all", "lint", "bench", "docs", "build", "run", "clean")
    parser.add_argument("command", choices=names)
    parser.add_argument("rest", nargs=argparse.REMAINDER, help="arguments of the command")
    args = parser.parse_args()
    if args.command != "run":
        os.chdir(ROOT)
    if args.command == "clean":
        return clean()
    commands = {
        "demo": demo,
        "test": test,
        "test-all": test_all,
        "lint": lint,
        "bench": bench,
        "docs": docs,
        "run": program,
    }
    try:
        env = prepare(LAYER_OF.get(args.command, "run"))
        return commands[args.command](env, args.rest) if args.command in commands else 0
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1


def prepare(layer: str) -> Environment:
    """Environment, workspace and models, each made once; returns the environment to run in.

    Args:
        layer: a name in LAYERS: what is installed.

    Raises:
        BuildError: something cannot be made; the message says what to do.
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
        fetch_models(env)
    return own_network(env)


def in_venv(ros: Ros) -> Environment:
    """The environment of ROS with our virtual environment in front."""
    env = dict(ros.environment)
    env["VIRTUAL_ENV"] = str(VENV)
    env["PATH"] = f"{VENV / 'bin'}:{env.get('PATH', os.defpath)}"
    env.pop("PYTHONHOME", None)
    env.pop("_ROS_WHEELS_BOOTSTRAP_COMPLETE", None)
    if ros.wheels:
        env["AMENT_PREFIX_PATH"] = env["CMAKE_PREFIX_PATH"] = str(VENV)
    return env


def make_venv(ros: Ros) -> None:
    """Make the virtual environment; beside an installed ROS it sees the system's packages."""

    def create() -> None:
        if VENV.exists() and not (VENV / "stamps").exists():
            raise BuildError(f"{VENV} is not ours; move it away, or run: make clean")
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
    pip: list[str | Path] = [VENV / "bin" / "python", "-m", "pip", "install", "-qq"]
    # Python compiles what it imports; compiling everything takes longer than installing it.
    pip += ["--disable-pip-version-check", "--prefer-binary", "--no-compile"]

    def run() -> None:
        wanted: list[Path] = files if ros.wheels else [beside_system(files, env)]
        options = [f"-r{path}" for path in wanted]
        call([*pip, *options], env, WORKSPACE / "pip.log", ROOT)
        here: list[str | Path] = ["--no-deps", "--no-build-isolation", "-e", ROOT]
        call([*pip, *here], env, WORKSPACE / "pip.log", ROOT)
        if ros.wheels:
            mend_wheels(VENV)

    # The test layer contains the run layer: going back to it needs no installation.
    key = digest(files=[*files, ROOT / "setup.py"])
    once(VENV / "stamps" / layer, key, f"Python packages ({layer})", run)


def beside_system(files: list[Path], env: Environment) -> Path:
    """The requirements beside an installed ROS: its OpenCV and its major NumPy stay.

    cv_bridge is compiled against both; other ones in the same process break it.
    """
    probe = "import numpy, cv2; print(numpy.__version__.split('.')[0])"
    done = subprocess.run(
        [VENV / "bin" / "python", "-c", probe], env=env, capture_output=True, text=True, check=False
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
    """Build the ROS package; Python files are links, so only new ones need it again."""
    sources = [ROOT / "package.xml", ROOT / "CMakeLists.txt", *(ROOT / "msg").glob("*.msg")]
    sources += (ROOT / "resource").glob("*")
    linked = [
        str(path.relative_to(ROOT))
        for folder in (PACKAGE, "launch", "config")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.is_file() and path.suffix != ".pyc"
    ]
    python = VENV / "bin" / "python"
    command: list[str | Path] = [python, "-m", "colcon", "--log-base", WORKSPACE / "log", "build"]
    command += ["--base-paths", linked_source(), "--build-base", WORKSPACE / "build"]
    command += ["--install-base", WORKSPACE / "install", "--symlink-install", "--cmake-args"]
    # The ament linters are CMake hooks whose programs do not come with the wheels.
    command += ["-DBUILD_TESTING=OFF", f"-DPython3_EXECUTABLE={python}"]
    key = digest(ros.distro, *linked, (VENV / "stamps" / "venv").read_text(), files=sources)
    once(
        WORKSPACE / "stamp",
        key,
        "workspace",
        lambda: call(command, env, WORKSPACE / "build.log", ROOT),
    )


def linked_source() -> Path:
    """The package as a folder of links: CMake refuses a Python below the source folder."""
    folder = WORKSPACE / "src" / PACKAGE
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.xml", "CMakeLists.txt", "msg", "resource", "launch", "config", PACKAGE):
        link = folder / name
        link.unlink(missing_ok=True)
        link.symlink_to(ROOT / name)
    return folder


def fetch_models(env: Environment) -> None:
    """Fetch the detector's models into the user's cache; what is there is only checked."""
    command: list[str | Path] = [VENV / "bin" / "pose-action", "models", "fetch"]
    done = subprocess.run(command, env=env, stdout=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise BuildError("the detector's models cannot be had; see above")


def own_network(env: Environment) -> Environment:
    """DDS on this machine alone, in a domain of its own."""
    return {
        "ROS_DOMAIN_ID": str(1 + os.getpid() % 100),
        **env,
        "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST",
    }


def run(env: Environment, *command: str | Path) -> int:
    """Run a command from the repository root; returns its exit code."""
    return subprocess.run(
        [str(word) for word in command], env=env, cwd=ROOT, check=False
    ).returncode


def become(env: Environment, *command: str | Path) -> NoReturn:
    """Let a command take the place of this process, signals and exit code included.

    Raises:
        BuildError: there is no such program.
    """
    words = [str(word) for word in command]
    program = shutil.which(words[0], path=env["PATH"]) if words else None
    if program is None:
        raise BuildError(f"no program {' '.join(words) or 'named'}; try: run python --version")
    sys.stdout.flush()
    os.execve(program, words, env)


def program(env: Environment, rest: list[str]) -> int:
    """Any program, with its arguments and, as it may send images, with room for them in DDS."""
    vendor = "FASTRTPS" if env["ROS_DISTRO"] in BEFORE_KILTED else "FASTDDS"
    profile = str(ROOT / "config" / "fastdds.xml")
    become({**env, f"{vendor}_DEFAULT_PROFILES_FILE": profile}, *rest)


def demo(env: Environment, rest: list[str]) -> int:
    """The demo of the built workspace."""
    print(f"» ROS_DOMAIN_ID={env['ROS_DOMAIN_ID']} for other terminals", flush=True)
    become(env, PREFIX / "lib" / PACKAGE / "demo", *rest)


def lint(env: Environment, _rest: list[str]) -> int:
    """All linters; the exit code of the first that complains."""
    linters = list(LINTERS)
    if reason := untyped(env):
        print(f"» mypy is left out: {reason}", flush=True)
        linters.remove(("mypy",))
    codes = [run(env, *command) for command in linters]
    return next((code for code in codes if code), 0)


def untyped(env: Environment) -> str:
    """Why types cannot be checked in this environment; empty where they can."""
    if env["ROS_DISTRO"] != TYPED:
        return f"our types fit those of {TYPED}'s rclpy"
    newer = f"import sys; sys.exit(sys.version_info < {STUBS_SINCE})"
    if run(env, VENV / "bin" / "python", "-c", newer):
        return "the stubs of NumPy and SciPy that our types fit need Python {}.{}".format(
            *STUBS_SINCE
        )
    return ""


def test(env: Environment, rest: list[str]) -> int:
    """The linters, then pytest, whose closing line is the last."""
    if code := lint(env, []):
        return code
    become(env, VENV / "bin" / "python", "-m", "pytest", *rest)


def test_all(env: Environment, rest: list[str]) -> int:
    """The linters, then pytest with the exhaustive tests and more examples of each property."""
    return test({**env, "HYPOTHESIS_PROFILE": "thorough"}, ["-m", "", *rest])


def bench(env: Environment, rest: list[str]) -> int:
    """The benchmarks."""
    become(env, VENV / "bin" / "python", "-m", "benchmarks", *rest)


def docs(env: Environment, rest: list[str]) -> int:
    """The site of the documentation; a warning is an error."""
    print("» output/docs/index.html", flush=True)
    sphinx = (str(VENV / "bin" / "python"), "-m", "sphinx", "-q", "-W", "--keep-going")
    become(env, *sphinx, *rest, ROOT / "docs", ROOT / "output" / "docs")


def clean() -> int:
    """Remove what this tool made."""
    made = (ROOT / "build", ROOT / f"{PACKAGE}.egg-info", ROOT / "docs" / "reference")
    for path in (VENV, WORKSPACE, *made):
        shutil.rmtree(path, ignore_errors=True)
    (ROOT / ".bootstrap.lock").unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
