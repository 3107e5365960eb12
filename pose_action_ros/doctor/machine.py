"""Files, environment variables, packages and programs of a machine, as input of the checks."""

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

TIMEOUT = 60.0
"""Time [s] after which a program is killed."""


@dataclass(frozen=True)
class Outcome:
    """Result of a program.

    Attributes:
        succeeded: True for exit code 0.
        output: standard output; standard error or the reason if it failed.
        crashed: True if it was killed by a signal or a timeout.
    """

    succeeded: bool
    output: str
    crashed: bool = False


@dataclass(frozen=True)
class Machine:
    """Interface of the checks to a computer.

    Attributes:
        environ: environment variables.
        python: version of the interpreter.
        packages: version of each installed Python distribution by its normalised name.
        search: search path of Python modules.
        root: root of the file system with /dev/shm, /proc, /sys and /opt/ros.
        free: function from a folder to the free bytes of its file system.
        run: function that runs a program with arguments.
        cpus: number of cores available to this process.
    """

    environ: Mapping[str, str]
    python: tuple[int, int, int]
    packages: Mapping[str, str]
    search: tuple[Path, ...]
    root: Path
    free: Callable[[Path], int]
    run: Callable[[Sequence[str]], Outcome]
    cpus: int

    def run_python(self, code: str) -> Outcome:
        """Run Python code in another process, so that a crash does not end the doctor."""
        return self.run([sys.executable, "-c", code])

    @property
    def prefixes(self) -> tuple[Path, ...]:
        """Folders with installed ROS packages."""
        return tuple(map(Path, filter(None, self.environ.get("AMENT_PREFIX_PATH", "").split(":"))))

    def in_prefixes(self, path: str) -> Path | None:
        """First existing file of that name in the folders of ROS packages."""
        files = (prefix / path for prefix in self.prefixes)
        return next((file for file in files if file.exists()), None)

    def text(self, path: str) -> str:
        """Stripped text of a file below the root; empty if it cannot be read."""
        try:
            return (self.root / path).read_text(encoding="utf-8", errors="replace").strip(" \n\0")
        except OSError:
            return ""


def this_machine() -> Machine:
    """Create a Machine of this computer."""
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
    """Run a program with the module search path of this process."""
    paths = os.pathsep.join(entry for entry in sys.path if entry)
    env = {**os.environ, "PYTHONPATH": paths, "PYTHONSAFEPATH": "1"}
    try:
        done = subprocess.run(  # noqa: S603 - no shell, own arguments
            list(command),
            env=env,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIMEOUT,
            check=False,
        )
    except FileNotFoundError:
        return Outcome(succeeded=False, output=f"no program {command[0]}")
    except subprocess.TimeoutExpired:
        return Outcome(succeeded=False, output=f"not finished within {TIMEOUT:.0f} s", crashed=True)
    except OSError as error:
        return Outcome(succeeded=False, output=str(error))
    if done.returncode < 0:
        name = signal.Signals(-done.returncode).name
        return Outcome(succeeded=False, output=f"crashed with {name}", crashed=True)
    if done.returncode:
        return Outcome(succeeded=False, output=done.stderr.strip() or done.stdout)
    return Outcome(succeeded=True, output=done.stdout)


def _packages() -> dict[str, str]:
    """Installed distributions; of several with the same name, the first on the search path."""
    versions: dict[str, str] = {}
    for item in distributions():
        name = item.metadata["Name"]
        if name:
            versions.setdefault(re.sub(r"[-_.]+", "-", name).lower(), item.version)
    return versions
