"""The demo: a camera, the three nodes, each a process, and what they say, over DDS.

A simulated person by default, compared with the truth; `--video` for a film.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from rclpy.utilities import remove_ros_args

from pose_action_ros.demo.processes import ProcessError, Processes
from pose_action_ros.demo.report import latency_line, timeline_lines, truth_lines
from pose_action_ros.errors import PoseActionError
from pose_action_ros.models.fetch import fetch_blazepose
from pose_action_ros.nodes.observer import Observer
from pose_action_ros.sources import SourceSettings, open_source

STAGES = ("keypoints_node", "lifter_node", "action_node")
CAMERA = "camera_node"
START_LIMIT = 60.0
"""Time [s] the nodes have to load their models and find each other."""
SILENCE_LIMIT = 15.0
"""Time [s] without an image after which the camera counts as failed."""
LINGER = 1.5
"""Time [s] for the last answers after the camera has ended."""
INTERRUPTED = 130
_INTERRUPTED = Event()
"""Set by Ctrl-C and SIGTERM, and looked at between messages: an exception out of a signal handler
can get lost in a callback of a library, and the nodes would run on."""


def main() -> int:
    """Run the demo.

    Returns:
        0 when actions were recognised, 1 and a line on stderr when not, 130 after Ctrl-C.
    """
    args = _arguments(remove_ros_args(sys.argv)[1:])
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: _INTERRUPTED.set())
    try:
        return run(args)
    except PoseActionError as error:
        sys.stderr.write(f"demo failed: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return INTERRUPTED
    finally:
        rclpy.try_shutdown()


def _arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("demo", description=__doc__)
    parser.add_argument("--seconds", type=float, default=24.0, help="of the simulation [s]")
    parser.add_argument("--video", default="", help="show this film instead of the simulation")
    parser.add_argument("--people", type=int, default=1, help="simulated people")
    parser.add_argument("--seed", type=int, default=1, help="of the simulation")
    parser.add_argument("--actions", default="", help="simulated ones, by commas; empty for all")
    parser.add_argument("--output", default="output/demo", help="folder of the annotated video")
    return parser.parse_args(words)


def camera_settings(args: argparse.Namespace) -> dict[str, Any]:
    """The camera's parameters."""
    if args.video:
        return {"source": str(Path(args.video).expanduser().resolve())}
    return {
        "source": "simulation",
        "seconds": args.seconds,
        "people": args.people,
        "seed": args.seed,
        "actions": args.actions,
    }


def run(args: argparse.Namespace) -> int:
    """Start everything, watch, report; see main.

    Raises:
        PoseActionError: the film cannot be read, a node failed, or nobody said anything.
    """
    camera = camera_settings(args)
    source = open_source(SourceSettings(**camera))
    rate = source.rate
    source.close()
    fetch_blazepose()
    folder = Path(args.output).expanduser()
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    with closing(Processes(folder / "log")) as processes:
        observer = Observer(folder / "annotated.mp4", rate, _say)
        try:
            _play(processes, observer, camera)
        finally:
            observer.finish()
    _check(observer)
    _report(observer, folder, simulated=not args.video)
    return 0


def _play(processes: Processes, observer: Observer, camera: dict[str, Any]) -> None:
    """Start the nodes, then the camera; return when it has ended and the last answers came."""
    executor = SingleThreadedExecutor()
    executor.add_node(observer)
    for node in STAGES:
        processes.start(node, {})
    _say("starting " + ", ".join(STAGES))
    await_nodes(processes, observer, executor)
    _say(f"camera: {camera['source']}")
    processes.start(CAMERA, {**camera, "exit_at_end": True})
    images, heard = 0, monotonic()
    while not processes.ended(CAMERA):
        _turn(executor)
        processes.check(*STAGES)
        if observer.counts["image"] > images:
            images, heard = observer.counts["image"], monotonic()
        elif monotonic() - heard > SILENCE_LIMIT:
            said = processes.last_words(CAMERA)
            raise ProcessError(f"{CAMERA} sent no image for {SILENCE_LIMIT:.0f} s{said}")
    end = monotonic() + LINGER
    while monotonic() < end:
        _turn(executor)


def await_nodes(processes: Processes, observer: Node, executor: SingleThreadedExecutor) -> None:
    """Wait until every stage has loaded its model and offers its topic."""
    limit = monotonic() + START_LIMIT
    topics = dict(zip(STAGES, ("keypoints", "poses", "action"), strict=True))
    while missing := [
        node for node, topic in topics.items() if not observer.count_publishers(topic)
    ]:
        _turn(executor)
        processes.check(*STAGES)
        if monotonic() > limit:
            said = processes.last_words(missing[0])
            raise ProcessError(f"{missing[0]} was not ready after {START_LIMIT:.0f} s{said}")


def _turn(executor: SingleThreadedExecutor) -> None:
    """Take a message, if one comes; KeyboardInterrupt when the user wants to end."""
    if _INTERRUPTED.is_set():
        raise KeyboardInterrupt
    executor.spin_once(timeout_sec=0.1)


def _check(observer: Observer) -> None:
    """PoseActionError, saying where the chain broke, unless actions came."""
    if not observer.counts["action"]:
        counts = ", ".join(f"{count} {topic}" for topic, count in observer.counts.items())
        raise PoseActionError(f"no action was recognised; messages: {counts}")


def _report(observer: Observer, folder: Path, *, simulated: bool) -> None:
    lines = truth_lines(observer.score) if simulated else timeline_lines(observer.segments)
    counts = ", ".join(f"{count} {topic}" for topic, count in observer.counts.items())
    lines += [latency_line(observer.latencies), f"  messages: {counts}"]
    _say("\n".join([*lines, "", f"annotated video: {folder / 'annotated.mp4'}"]))


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
