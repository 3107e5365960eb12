"""What checks look at: the machine's files, variables and packages, and code tried elsewhere."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

PATIENCE = 60.0
"""Time [s] after which something tried counts as hanging."""


@dataclass(frozen=True)
class Outcome:
    """How a process of its own ended.

    Attributes:
        worked: it ended by itself and without an error.
        said: its output; its complaint when it did not work.
        crashed: a signal ended it.
    """

    worked: bool
    said: str
    crashed: bool = False


@dataclass(frozen=True)
class Machine:
    """A computer as the checks see it.

    Attributes:
        environ: variables of the environment.
        python: version of the interpreter.
        packages: version of each installed Python distribution by its normalised name.
        search: folders that Python looks for modules in.
        root: of the file system; the checks look at /dev/shm, /proc, /sys and /opt/ros below it.
        free: bytes to be had in a folder's file system.
        run: a program with its arguments.
        cpus: that this process may use.
    """

    environ: Mapping[str, str]
    python: tuple[int, int, int]
    packages: Mapping[str, str]
    search: tuple[Path, ...]
    root: Path
    free: Callable[[Path], int]
    run: Callable[[Sequence[str]], Outcome]
    cpus: int

    def attempt(self, code: str) -> Outcome:
        """Python code in a process of its own: what breaks there does not break the doctor."""
        return self.run([sys.executable, "-c", code])

    @property
    def prefixes(self) -> tuple[Path, ...]:
        """Where ROS packages are installed."""
        return tuple(map(Path, filter(None, self.environ.get("AMENT_PREFIX_PATH", "").split(":"))))

    def in_prefixes(self, path: str) -> Path | None:
        """The first file of that name below a prefix of ROS packages."""
        found = (prefix / path for prefix in self.prefixes)
        return next((file for file in found if file.exists()), None)

    def text(self, path: str) -> str:
        """A file below the root without white space around it; empty where it cannot be read."""
        try:
            return (self.root / path).read_text(encoding="utf-8", errors="replace").strip(" \n\0")
        except OSError:
            return ""


def this_machine() -> Machine:
    """The computer that this runs on."""
    affinity = getattr(os, "sched_getaffinity", None)
    return Machine(
        environ=dict(os.environ),
        python=sys.version_info[:3],
        packages=_packages(),
        search=tuple(Path(entry) for entry in sys.path if entry),
        root=Path("/"),
        free=lambda folder: shutil.disk_usage(folder).free,
        run=run,
        cpus=len(affinity(0)) if affinity else os.cpu_count() or 1,
    )


def run(command: Sequence[str]) -> Outcome:
    """Run a program that finds the same Python modules as this process."""
    paths = os.pathsep.join(entry for entry in sys.path if entry)
    env = {**os.environ, "PYTHONPATH": paths, "PYTHONSAFEPATH": "1"}
    try:
        done = subprocess.run(  # noqa: S603 - no shell, own arguments
            list(command),
            env=env,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PATIENCE,
            check=False,
        )
    except FileNotFoundError:
        return Outcome(worked=False, said=f"no program {command[0]}")
    except subprocess.TimeoutExpired:
        return Outcome(worked=False, said=f"no answer within {PATIENCE:.0f} s", crashed=True)
    except OSError as error:
        return Outcome(worked=False, said=str(error))
    if done.returncode < 0:
        name = signal.Signals(-done.returncode).name
        return Outcome(worked=False, said=f"crashed with {name}", crashed=True)
    if done.returncode:
        return Outcome(worked=False, said=done.stderr.strip() or done.stdout)
    return Outcome(worked=True, said=done.stdout)


def _packages() -> dict[str, str]:
    """Installed distributions; of two with one name, the one that Python finds first."""
    found: dict[str, str] = {}
    for item in distributions():
        name = item.metadata["Name"]
        if name:
            found.setdefault(re.sub(r"[-_.]+", "-", name).lower(), item.version)
    return found
