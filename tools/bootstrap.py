"""Makes the environment, builds the ROS workspace and runs a command in it; used by the Makefile.

Standard library only: this runs before anything is installed.
"""

from __future__ import annotations

import sys

if sys.version_info < (3, 10):  # noqa: UP036  a clear message instead of a syntax error
    sys.exit("Python 3.10 or newer is needed; name one: make PYTHON=python3.12 ...")

import argparse
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from typing import NoReturn

from distribution import Environment
from environment import PACKAGE, PREFIX, PYTHON, ROOT, VENV, WORKSPACE, prepare
from linters import COMMANDS as LINTERS
from linters import beside, finish, start_linters
from steps import BuildError

LAYER_OF = {"docs": "docs", "test": "test", "test-all": "test", "lint": "test", "bench": "test"}
MOST_WORKERS = 4
"""Processes of pytest; each imports PyTorch, which takes 0.7 GB."""
TYPED_DISTRO = "kilted"
STUBS_SINCE = (3, 11)
BEFORE_KILTED = ("humble", "iron", "jazzy")


def main() -> int:
    """Run one of the commands; returns its exit code."""
    names = (*COMMANDS, "build", "clean")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=names)
    parser.add_argument("rest", nargs=argparse.REMAINDER, help="arguments of the command")
    args = parser.parse_args()
    if args.command != "run":
        os.chdir(ROOT)
    if args.command == "clean":
        return clean()
    try:
        env = prepare(LAYER_OF.get(args.command, "run"))
        return COMMANDS[args.command](env, args.rest) if args.command in COMMANDS else 0
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1


def become(env: Environment, *command: object) -> NoReturn:
    """Replace this process by a command, which so gets the signals and gives the exit code.

    Raises:
        BuildError: the program does not exist.
    """
    words = [str(word) for word in command]
    program = shutil.which(words[0], path=env["PATH"]) if words else None
    if program is None:
        raise BuildError(f"no program {' '.join(words) or 'named'}; try: run python --version")
    sys.stdout.flush()
    os.execve(program, words, env)


def run(env: Environment, rest: list[str]) -> int:
    """Run any program with its arguments; its DDS has room for images."""
    vendor = "FASTRTPS" if env["ROS_DISTRO"] in BEFORE_KILTED else "FASTDDS"
    profile = str(ROOT / "config" / "fastdds.xml")
    become({**env, f"{vendor}_DEFAULT_PROFILES_FILE": profile}, *rest)


def demo(env: Environment, rest: list[str]) -> int:
    """Run the demo of the built workspace."""
    print(f"» ROS_DOMAIN_ID={env['ROS_DOMAIN_ID']} for other terminals", flush=True)
    become(env, PREFIX / "lib" / PACKAGE / "demo", *rest)


def lint(env: Environment, _rest: list[str]) -> int:
    """Run all linters; returns the exit code of the first that fails."""
    return finish(start_linters(linters(env), env, ROOT))


def linters(env: Environment) -> list[tuple[str, ...]]:
    """Commands of the linters that fit the environment."""
    reason = without_types(env)
    if reason:
        print(f"» without mypy: {reason}", flush=True)
    return [words for words in LINTERS if words[0] != "mypy" or not reason]


def without_types(env: Environment) -> str:
    """Reason to skip mypy in this environment; empty for none."""
    if env["ROS_DISTRO"] != TYPED_DISTRO:
        return f"the code's types fit the rclpy of {TYPED_DISTRO}"
    newer = f"import sys; sys.exit(sys.version_info < {STUBS_SINCE})"
    if subprocess.run([PYTHON, "-c", newer], env=env, check=False).returncode:
        return "the stubs of NumPy and SciPy need Python {}.{}".format(*STUBS_SINCE)
    return ""


def test(env: Environment, rest: list[str]) -> int:
    """Run the linters and pytest side by side; pytest's closing line is the last if all pass."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    running = start_linters(linters(env), env, ROOT)
    workers = ("-n", str(min(len(os.sched_getaffinity(0)), MOST_WORKERS)), "--dist", "worksteal")
    return beside(running, [str(PYTHON), "-m", "pytest", *workers, *rest], env)


def test_all(env: Environment, rest: list[str]) -> int:
    """Run `test` with the exhaustive tests and more examples of each property."""
    return test({**env, "HYPOTHESIS_PROFILE": "thorough"}, ["-m", "", *rest])


def bench(env: Environment, rest: list[str]) -> int:
    """Run the benchmarks."""
    become(env, PYTHON, "-m", "benchmarks", *rest)


def docs(env: Environment, rest: list[str]) -> int:
    """Build the documentation's site; a warning is an error."""
    print("» output/docs/index.html", flush=True)
    sphinx = (PYTHON, "-m", "sphinx", "-q", "-W", "--keep-going")
    become(env, *sphinx, *rest, ROOT / "docs", ROOT / "output" / "docs")


def clean() -> int:
    """Remove the environment, the workspace and everything else that was built."""
    built = (ROOT / "build", ROOT / f"{PACKAGE}.egg-info", ROOT / "docs" / "reference")
    for path in (VENV, WORKSPACE, *built):
        shutil.rmtree(path, ignore_errors=True)
    (ROOT / ".bootstrap.lock").unlink(missing_ok=True)
    return 0


COMMANDS: dict[str, Callable[[Environment, list[str]], int]] = {
    "demo": demo,
    "test": test,
    "test-all": test_all,
    "lint": lint,
    "bench": bench,
    "docs": docs,
    "run": run,
}


if __name__ == "__main__":
    sys.exit(main())
