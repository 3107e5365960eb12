"""Threads of a node's process share the memory arenas of glibc."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from pose_action_ros.nodes.running import ARENAS

HEAPS = """
import ctypes, sys, threading
from pose_action_ros.nodes.running import share_arenas

if sys.argv[1] == "shared":
    share_arenas()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
together = threading.Barrier(8)


def work() -> None:
    together.wait()
    libc.malloc(1000)
    together.wait()


threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
libc.fflush(None)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have no arenas")
def test_threads_share_the_arenas() -> None:
    heaps = {
        way: subprocess.run(
            [sys.executable, "-c", HEAPS, way], capture_output=True, text=True, check=True
        ).stdout.count("<heap nr=")
        for way in ("shared", "own")
    }
    assert heaps["shared"] <= ARENAS + 1  # one more by a thread of an import
    assert heaps["own"] >= 8
