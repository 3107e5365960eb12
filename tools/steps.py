"""Steps that run again only when the hash of their inputs has changed."""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path


class BuildError(Exception):
    """A step that failed; the message has the remedy."""


def digest(*words: str, files: Iterable[Path] = ()) -> str:
    """Hash of words and of the names and contents of files."""
    total = hashlib.sha256(repr(words).encode())
    for path in sorted(files):
        total.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def once(stamp: Path, key: str, title: str, action: Callable[[], None]) -> bool:
    """Run an action unless its stamp file has the same key.

    Returns:
        True if the action ran.
    """
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == key:
        return False
    print(f"» {title} ...", flush=True)
    start = time.monotonic()
    stamp.unlink(missing_ok=True)
    action()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(key, encoding="utf-8")
    print(f"» {title}: {time.monotonic() - start:.0f} s", flush=True)
    return True


def call(command: Sequence[str | Path], env: Mapping[str, str], log: Path, cwd: Path) -> None:
    """Run a command with its output in a log file.

    Raises:
        BuildError: the command failed; the message has the end of the log.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8") as file:
        done = subprocess.run(
            [str(word) for word in command],
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        end = log.read_text(encoding="utf-8", errors="replace").splitlines()[-40:]
        raise BuildError(
            "\n".join(end)
            + f"\n{Path(command[0]).name} failed ({done.returncode}); full log: {log}"
        )


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Hold the lock of this checkout; waits while another process builds in it."""
    with lock.open("w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("» waiting for another build in this checkout", file=sys.stderr, flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
