"""Lock files, so that only one process writes into a folder or a bag at a time."""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO

from pose_action_ros.errors import SettingError

NAME = ".process.lock"
"""Lock file of a folder, inside it."""
_LOG = logging.getLogger(__name__)
_UNSUPPORTED = (errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)


@contextmanager
def locked(path: Path, work: str) -> Iterator[None]:
    """Hold a lock file while inside; the system releases that of a killed process.

    Args:
        path: of the lock file; its folder is made if missing.
        work: written into the file for others, with the process and its machine.

    Raises:
        SettingError: another process holds the lock; names it. Or the file cannot be written.
    """
    try:
        file = _acquire(path)
    except OSError as error:
        raise SettingError(f"cannot write into {path.parent}: {error.strerror}") from error
    with file:
        since = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M")
        holder = f"process {os.getpid()} on {socket.gethostname()}"
        file.truncate(0)
        file.write(f"{holder}, which processes {work} since {since}")
        file.flush()
        try:
            yield
        finally:
            with suppress(OSError):  # the folder may be gone
                path.unlink()


def _acquire(path: Path) -> IO[str]:
    """Open and lock a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        file = path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read() or "another process"
            file.close()
            raise SettingError(
                f"{path.parent} is in use by {holder}; wait for its end, or write elsewhere"
            ) from None
        except OSError as error:
            if error.errno not in _UNSUPPORTED:
                file.close()
                raise
            _LOG.warning("%s: this file system has no locks (%s)", path.parent, error.strerror)
            return file
        with suppress(FileNotFoundError):  # removed by its holder before it was locked here
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                return file
        file.close()
