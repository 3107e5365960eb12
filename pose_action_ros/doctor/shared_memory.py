"""Check of the shared memory for messages between processes with Fast DDS."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from pose_action_ros.doctor.checks import Finding, Level, Problem, ok
from pose_action_ros.doctor.machine import Machine
from pose_action_ros.doctor.profile import segment_of
from pose_action_ros.doctor.ros import middleware

FOLDER = "dev/shm"
SENDERS = 2
"""Number of processes that send images: the camera driver and keypoints_node."""
LOCKS = ("fastdds_*_el", "fastrtps_*_el")
"""Lock files of the segments of Fast DDS 3 and 2, locked by the owner."""

SHM_MISSING = Problem(
    "shm-missing",
    Level.ERROR,
    "The folder /dev/shm does not exist.",
    "Fast DDS stores images there; without it raw images do not arrive",
    "mount it: sudo mount -t tmpfs -o size=1g tmpfs /dev/shm; a container needs --ipc=host",
)
SHM_READ_ONLY = Problem(
    "shm-not-writable",
    Level.ERROR,
    "This user cannot write to /dev/shm.",
    "Fast DDS stores images there; without it raw images do not arrive",
    "sudo chmod 1777 /dev/shm, or run as a user with write permission",
)
SHM_FULL = Problem(
    "shm-full",
    Level.ERROR,
    "The folder /dev/shm has too little free space for images.",
    "the camera driver and keypoints_node each reserve the profile's segment; a process "
    "without a segment sends over UDP, where large images get lost",
    "a container needs --ipc=host or --shm-size={size}m; otherwise delete unused files there, or "
    "sudo mount -o remount,size={size}m /dev/shm",
)
SHM_LEFT = Problem(
    "shm-leftovers",
    Level.WARN,
    "The folder /dev/shm contains segments of Fast DDS without an owner.",
    "segments of killed processes occupy memory until they are deleted",
    "fastdds shm clean, or without running nodes: rm -f /dev/shm/*fastdds_* /dev/shm/*fastrtps_*",
)


def check(machine: Machine) -> Iterator[Finding]:
    """Check that it exists and has free space, and find segments without owner."""
    if not middleware(machine).startswith("rmw_fastrtps"):
        yield ok(f"{middleware(machine)} does not use /{FOLDER}")
        return
    folder = machine.root / FOLDER
    if not folder.is_dir():
        yield SHM_MISSING.finding(f"/{FOLDER} does not exist")
        return
    if not os.access(folder, os.W_OK | os.X_OK):
        yield SHM_READ_ONLY.finding(f"/{FOLDER} is not writable")
        return
    free, needed = machine.free(folder), SENDERS * segment_of(machine)
    if free < needed:
        text = f"{free / 1e6:.0f} MB free in /{FOLDER}, {needed / 1e6:.0f} MB needed"
        yield SHM_FULL.finding(text, size=4 * needed // 2**20)
    else:
        yield ok(f"{free / 1e6:.0f} MB free in /{FOLDER}, {needed / 1e6:.0f} MB needed for images")
    unowned = [
        path for pattern in LOCKS for path in sorted(folder.glob(pattern)) if _is_unowned(path)
    ]
    if unowned:
        total = sum(_segment(path).stat().st_size for path in unowned)
        yield SHM_LEFT.finding(
            f"{len(unowned)} segments in /{FOLDER} without owner, {total / 1e6:.0f} MB"
        )


def _segment(lock: Path) -> Path:
    """Path of the segment of a lock file."""
    return lock.with_name(lock.name.removesuffix("_el"))


def _is_unowned(lock: Path) -> bool:
    """True if no process holds the lock; it is acquired as a shared lock and released."""
    if "_port" in lock.name or not _segment(lock).exists():  # reused by the next owner of the port
        return False
    try:
        with lock.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:  # locked, deleted meanwhile, or of another user
        return False
    return True
