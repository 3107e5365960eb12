"""`python -m benchmarks.stops`: start and stop the nodes and launch files, and count exit codes.

Each round starts all nodes in one namespace, where they process the images of camera_node, and
stops them together; then each launch file. Busy processes take all cores meanwhile.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from shutil import which
from time import monotonic, sleep

import rclpy
from ament_index_python.packages import get_package_prefix
from rclpy.node import Node

from benchmarks.stopped_processes import LIMIT, busy, exit_code, kill_processes, start, to_group
from pose_action_ros.errors import PoseActionError

PACKAGE = "pose_action_ros"
NODES: Mapping[str, str] = {
    # executable: topic that it publishes once it has started
    "camera_node": "image",
    "keypoints_node": "keypoints",
    "lifter_node": "poses",
    "action_node": "action",
    "pipeline": "pipeline/spmf",
}
STAGES = ("keypoints", "poses", "action")
LAUNCHES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # name: arguments of `ros2 launch`, topics
    "pose_action": (("pose_action.launch.py",), STAGES),
    "pose_action one_process": (("pose_action.launch.py", "one_process:=true"), STAGES),
    "demo": (("demo.launch.py", "rviz:=false"), ("image", *STAGES)),
}
INT, TERM = signal.SIGINT, signal.SIGTERM
NODE_SIGNALS: Mapping[str, tuple[signal.Signals, ...]] = {
    "SIGINT": (INT,),
    "SIGINT twice": (INT, INT),
    "SIGTERM": (TERM,),
    "SIGTERM twice": (TERM, TERM),
    "SIGINT, SIGTERM": (INT, TERM),
}
LAUNCH_SIGNALS: Mapping[str, tuple[signal.Signals, ...]] = {
    "SIGINT to ros2 launch": (INT,),
    "Ctrl-C": (INT,),
    "Ctrl-C twice": (INT, INT),
}
STARTING = " while it starts"
"""Suffix of rows in which the signal comes at a random time of the start."""
_LONGEST_GAP = 0.4
"""Longest time between two signals [s]."""
_LONGEST_START = 4.0
"""Longest time between the start of a process and a signal while it starts [s]."""
_DIED = re.compile(r"\[ERROR\] \[(\w+)-\d+\]: process has died \[pid \d+, exit code (-?\d+)")


@dataclass
class Row:
    """Stops of one kind: exit codes, processes that were left, and times to the end [s]."""

    codes: Counter[str] = field(default_factory=Counter)
    left: int = 0
    seconds: list[float] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        """True if an exit code was not 0, or a process was left."""
        return bool(self.left) or set(self.codes) != {"0"}


Table = dict[tuple[str, str], Row]


class Stops:
    """Starts and stops processes, and fills a table.

    Args:
        folder: for logs.
        seed: of the times between signals.

    Attributes:
        table: rows by target and signals; those of launch files are about the nodes.
        launchers: `ros2 launch` itself, which is not of this package.
        load: of this machine, one value for each start.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self.table: Table = {}
        self.launchers = Row()
        self.load: list[float] = []
        self._folder, self._random = folder, Random(seed)  # noqa: S311 - no secrets
        self._numbers = count()
        self._observer = Node("stops")
        folder.mkdir(parents=True, exist_ok=True)

    def stop_nodes(self, kind: str, *, starting: bool) -> None:
        """Start all nodes in a namespace of their own, and stop them together."""
        space = self._space()
        folder = Path(get_package_prefix(PACKAGE)) / "lib" / PACKAGE
        remaps = ["--ros-args", "-r", f"__ns:=/{space}"]
        processes = {
            name: start([str(folder / name), *remaps], self._folder / f"{space}_{name}.log")
            for name in NODES
        }
        self._wait(space, list(NODES.values()), processes.values(), starting=starting)
        begin = monotonic()
        self._signal(NODE_SIGNALS[kind], [one.send_signal for one in processes.values()])
        for name, process in processes.items():
            row = self._row(name, kind, starting=starting)
            row.codes[str(exit_code(process))] += 1
            row.seconds.append(monotonic() - begin)
            row.left += kill_processes(space, name)

    def stop_launch(self, name: str, kind: str, *, starting: bool) -> None:
        """Start a launch file in a namespace of its own, and stop it."""
        space = self._space()
        words, topics = LAUNCHES[name]
        log = self._folder / f"{space}_launch.log"
        command = ["ros2", "launch", PACKAGE, *words, f"namespace:={space}"]
        process = start(command, log)
        self._wait(space, topics, [process], starting=starting)
        begin = monotonic()
        send = process.send_signal if "to ros2" in kind else to_group(process)
        self._signal(LAUNCH_SIGNALS[kind], [send])
        row = self._row(name, kind, starting=starting)
        code = str(exit_code(process))
        self.launchers.codes[code if code == "0" else f"{code} ({kind})"] += 1
        row.seconds.append(monotonic() - begin)
        text = log.read_text(encoding="utf-8", errors="replace")
        row.codes["0"] += text.count("process has finished cleanly")
        row.codes.update(f"{code} ({node})" for node, code in _DIED.findall(text))
        row.left += kill_processes(space, "")

    def kill(self) -> None:
        """End all processes that still run."""
        kill_processes(f"stop_{os.getpid()}_", "")

    def _space(self) -> str:
        """A namespace that no other run has."""
        return f"stop_{os.getpid()}_{next(self._numbers)}s"

    def _row(self, target: str, kind: str, *, starting: bool) -> Row:
        return self.table.setdefault((target, kind + STARTING * starting), Row())

    def _wait(
        self,
        space: str,
        topics: Sequence[str],
        processes: Iterable[subprocess.Popen[bytes]],
        *,
        starting: bool,
    ) -> None:
        """Wait until all topics have a publisher, or a random time of the start."""
        self.load.append(os.getloadavg()[0])
        if starting:
            sleep(self._random.uniform(0.0, _LONGEST_START))
            return
        end = monotonic() + LIMIT
        while not all(self._observer.count_publishers(f"/{space}/{topic}") for topic in topics):
            if monotonic() > end or any(process.poll() is not None for process in processes):
                raise PoseActionError(f"{space} did not start; see the logs in {self._folder}")
            sleep(0.05)
        sleep(self._random.uniform(0.5, 2.0))  # until images are processed

    def _signal(
        self, numbers: Sequence[signal.Signals], targets: Sequence[Callable[[int], object]]
    ) -> None:
        """Send signals to all targets, with a random time between two signals."""
        for position, number in enumerate(numbers):
            if position:
                sleep(self._random.uniform(0.0, _LONGEST_GAP))
            for send in targets:
                with suppress(ProcessLookupError):
                    send(number)


def table_of(rows: Table) -> list[str]:
    """Lines of a Markdown table."""
    lines = [
        "| | signals | processes | exit code 0 | other codes | left | longest stop [s] |",
        "| --- | --- | ---: | ---: | --- | ---: | ---: |",
    ]
    for (target, kind), row in sorted(rows.items()):
        others = [f"{number}x {code}" for code, number in sorted(row.codes.items()) if code != "0"]
        lines.append(
            f"| {target} | {kind} | {row.codes.total()} | {row.codes['0']} | "
            f"{', '.join(others) or 'none'} | {row.left} | {max(row.seconds):.1f} |"
        )
    return lines


def main() -> int:
    """Stop everything; 0 if all exit codes are 0 and no process is left."""
    parser = argparse.ArgumentParser("stops", description=__doc__)
    parser.add_argument("--count", type=int, default=100, help="rounds for each kind of signals")
    parser.add_argument(
        "--starting", type=int, default=0, help="further rounds with signals during the start"
    )
    parser.add_argument("--busy", type=int, default=os.cpu_count(), help="busy processes")
    parser.add_argument("--seed", type=int, default=0, help="random seed of the times")
    parser.add_argument("--output", default="output/stops", help="folder for logs")
    args = parser.parse_args()
    launches = list(LAUNCHES) if which("ros2") else []
    if not launches:
        print("ros2 is not on the PATH: the launch files are left out")
    rclpy.init()
    stops = Stops(Path(args.output), args.seed)
    phases = [False] * args.count + [True] * args.starting
    try:
        with busy(args.busy):
            for number, starting in enumerate(phases, 1):
                for kind in NODE_SIGNALS:
                    stops.stop_nodes(kind, starting=starting)
                for name in launches:
                    for kind in LAUNCH_SIGNALS:
                        stops.stop_launch(name, kind, starting=starting)
                print(f"round {number} of {len(phases)}, load {stops.load[-1]:.1f}", flush=True)
    finally:
        stops.kill()
        print("\n".join(table_of(stops.table)))
        if stops.load:
            print(f"load: {min(stops.load):.1f} to {max(stops.load):.1f}")
        print(f"exit codes of ros2 launch itself: {dict(stops.launchers.codes)}")
        rclpy.try_shutdown()
    failed = any(row.failed for row in stops.table.values())
    print("FAILED" if failed else "passed")
    return failed


if __name__ == "__main__":
    sys.exit(main())
