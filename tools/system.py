"""The build's needs from the operating system: compiler, make, Python's headers and venv."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from steps import BuildError

PROBE = """
import importlib.util, os, sys, sysconfig
print(f"python{sys.version_info[0]}.{sys.version_info[1]}")
print(int(os.path.exists(os.path.join(sysconfig.get_paths()["include"], "Python.h"))))
print(int(all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))))
"""


def missing_packages(python: str) -> dict[str, str]:
    """Missing tools, each with the Debian package that provides it.

    Args:
        python: the interpreter of the virtual environment to make.
    """
    name, headers, venv = subprocess.run(
        [python, "-c", PROBE], capture_output=True, text=True, check=True
    ).stdout.split()
    found = {
        ("a C++ compiler", "g++"): bool(shutil.which("c++") or shutil.which("g++")),
        ("a C compiler", "gcc"): bool(shutil.which("cc") or shutil.which("gcc")),
        ("make", "make"): bool(shutil.which("make")),
        ("Python's headers", f"{name}-dev"): headers == "1",
        ("Python's venv module", f"{name}-venv"): venv == "1",
    }
    return {tool: package for (tool, package), present in found.items() if not present}


def require_system(python: str) -> None:
    """Check for the system's tools; as root on Debian and Ubuntu, install the missing ones.

    Raises:
        BuildError: tools are missing; the message names them and the command that installs them.
    """
    missing = missing_packages(python)
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        _apt_install(sorted(missing.values()))
        missing = missing_packages(python)
    if missing:
        raise BuildError(
            f"missing: {', '.join(missing)}; "
            f"install with: sudo apt-get install {' '.join(sorted(missing.values()))}"
        )


def _apt_install(packages: list[str]) -> None:
    print(f"» apt-get install {' '.join(packages)} ...", flush=True)
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run(
            ["apt-get", "-qq", *command], env=env, stdout=subprocess.DEVNULL, check=False
        )
        if done.returncode:
            raise BuildError(f"apt-get {' '.join(command)} failed; run it by hand to see the error")


def site_packages(prefix: Path) -> Path:
    """The folder of Python modules in a virtual environment or an install prefix.

    Raises:
        BuildError: the prefix has no such folder.
    """
    for pattern in ("lib/python3*/site-packages", "local/lib/python3*/dist-packages"):
        for path in prefix.glob(pattern):
            return path
    raise BuildError(f"{prefix} has no folder of Python modules; run 'make clean' and try again")
