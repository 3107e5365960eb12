"""The shared memory in which Fast DDS keeps what goes from one process to another."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from pose_action_ros.doctor.findings import Finding, Level, Problem, well
from pose_action_ros.doctor.machine import Machine
from pose_action_ros.doctor.profile import segment_of
from pose_action_ros.doctor.ros import middleware

FOLDER = "dev/shm"
SENDERS = 2
"""Processes that send images: the camera driver and the one that finds people."""
LOCKS = ("fastdds_*_el", "fastrtps_*_el")
"""Beside each segment of Fast DDS 3, and of 2, its owner holds a lock on a file of this name."""

SHM_MISSING = Problem(
    "shm-missing",
    Level.ERROR,
    "There is no /dev/shm.",
    "Fast DDS keeps images there; without it raw ones do not arrive",
    "mount it: sudo mount -t tmpfs -o size=1g tmpfs /dev/shm; a container gets it with --ipc=host",
)
SHM_READ_ONLY = Problem(
    "shm-not-writable",
    Level.ERROR,
    "This user cannot write to /dev/shm.",
    "Fast DDS keeps images there; without it raw ones do not arrive",
    "sudo chmod 1777 /dev/shm, or run as a user who may write there",
)
SHM_FULL = Problem(
    "shm-full",
    Level.ERROR,
    "There is less room in /dev/shm than images need.",
    "the camera driver and keypoints_node each take the profile's segment there; who finds no room "
    "sends over UDP instead, where large images get lost",
    "a container needs --ipc=host or --shm-size={size}m; else delete what is left there, or "
    "sudo mount -o remount,size={size}m /dev/shm",
)
SHM_LEFT = Problem(
    "shm-leftovers",
    Level.WARN,
    "Segments of Fast DDS lie in /dev/shm that no process owns.",
    "processes that were killed left their segments, which take memory until somebody deletes them",
    "fastdds shm clean, or while no node runs: rm -f /dev/shm/*fastdds_* /dev/shm/*fastrtps_*",
)


def check(machine: Machine) -> Iterator[Finding]:
    """Whether it is there and has room, and what nobody owns in it."""
    if not middleware(machine).startswith("rmw_fastrtps"):
        yield well(f"{middleware(machine)} is not Fast DDS, which keeps images in /{FOLDER}")
        return
    folder = machine.root / FOLDER
    if not folder.is_dir():
        yield SHM_MISSING.found(f"there is no /{FOLDER}")
        return
    if not os.access(folder, os.W_OK | os.X_OK):
        yield SHM_READ_ONLY.found(f"/{FOLDER} cannot be written to")
        return
    free, needed = machine.free(folder), SENDERS * segment_of(machine)
    if free < needed:
        found = f"{free / 1e6:.0f} MB free in /{FOLDER}, {needed / 1e6:.0f} MB needed"
        yield SHM_FULL.found(found, size=4 * needed // 2**20)
    else:
        yield well(
            f"{free / 1e6:.0f} MB free in /{FOLDER}, {needed / 1e6:.0f} MB needed for images"
        )
    left = [path for pattern in LOCKS for path in sorted(folder.glob(pattern)) if _left(path)]
    if left:
        total = sum(_segment(path).stat().st_size for path in left)
        yield SHM_LEFT.found(
            f"{len(left)} segments in /{FOLDER} without owner, {total / 1e6:.0f} MB"
        )


def _segment(lock: Path) -> Path:
    """The segment that a lock is for."""
    return lock.with_name(lock.name.removesuffix("_el"))


def _left(lock: Path) -> bool:
    """Whether nobody holds the lock: it is asked for together with others, and given back."""
    if "_port" in lock.name or not _segment(lock).exists():  # a port's next owner takes it over
        return False
    try:
        with lock.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:  # held, gone by now, or another user's
        return False
    return True
