"""The demo: a camera node and the three nodes of the pipeline, each a process, connected by DDS.

The camera is a simulated person, and the results are compared with the truth; `--video` plays a
video file instead.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

from pose_action_ros.demo.processes import ProcessError, Processes
from pose_action_ros.demo.report import latency_line, timeline_lines, truth_lines
from pose_action_ros.errors import PoseActionError
from pose_action_ros.nodes.observer import Observer, observing, without_ros_arguments
from pose_action_ros.sources import SourceSettings, open_source

STAGES = ("keypoints_node", "lifter_node", "action_node")
CAMERA = "camera_node"
START_LIMIT = 60.0
"""Time limit [s] for the nodes to load their models and find each other."""
SILENCE_LIMIT = 15.0
"""Time [s] without an image after which the camera has failed."""
LINGER = 1.5
"""Time [s] for the last answers after the end of the camera."""
INTERRUPTED = 130
_INTERRUPTED = Event()
"""Set by Ctrl-C and SIGTERM, and checked between messages: an exception raised by a signal handler
may be lost in a callback of a library, and the nodes would continue."""


def main() -> int:
    """Run the demo.

    Returns:
        0 if actions were recognised, 1 and a line on stderr if not, 130 after Ctrl-C.
    """
    args = _arguments(without_ros_arguments(sys.argv)[1:])
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


def _arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("demo", description=__doc__)
    parser.add_argument("--seconds", type=float, default=24.0, help="length of the simulation [s]")
    parser.add_argument("--video", default="", help="play this video instead of the simulation")
    parser.add_argument("--people", type=int, default=1, help="number of simulated people")
    parser.add_argument("--seed", type=int, default=1, help="random seed of the simulation")
    parser.add_argument(
        "--actions",
        default="",
        help="simulated actions, comma-separated; those that the shipped model knows if empty",
    )
    parser.add_argument("--output", default="output/demo", help="folder for the annotated video")
    return parser.parse_args(words)


def camera_settings(args: argparse.Namespace) -> dict[str, Any]:
    """Parameters of the camera node."""
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
    """Run all processes and print a report; see main.

    Raises:
        PoseActionError: the video cannot be read, a node failed, or no action was recognised.
    """
    camera = camera_settings(args)
    source = open_source(SourceSettings(**camera))
    rate = source.rate
    source.close()
    folder = Path(args.output).expanduser()
    with (
        closing(Processes(folder / "log")) as processes,
        observing(folder / "annotated.mp4", rate, _print) as observer,
    ):
        _play(processes, observer, camera)
    counts = ", ".join(f"{count} {topic}" for topic, count in observer.counts.items())
    if not observer.counts["action"]:
        raise PoseActionError(f"no action was recognised; messages: {counts}")
    lines = timeline_lines(observer.segments) if args.video else truth_lines(observer.score)
    lines += [latency_line(observer.latencies), f"  messages             {counts}"]
    _print("\n".join([*lines, "", f"Annotated video: {folder / 'annotated.mp4'}"]))
    return 0


def _play(processes: Processes, observer: Observer, camera: dict[str, Any]) -> None:
    """Start the nodes, then the camera; return after its end and the last answers."""
    for node in STAGES:
        processes.start(node, {})
    _print(f"Starting {', '.join(STAGES)}, each in a process of its own ...")
    await_nodes(processes, observer.count_publishers, lambda: _receive(observer))
    if camera["source"] == "simulation":
        people = "person" if camera["people"] == 1 else "people"
        _print(f"Camera: simulation, {camera['people']} {people}, {camera['seconds']:g} s")
    else:
        _print(f"Camera: {camera['source']}")
    _print("Changes of the recognised action, with its score:")
    processes.start(CAMERA, {**camera, "exit_at_end": True})
    images, newest = 0, monotonic()
    while not processes.ended(CAMERA):
        _receive(observer)
        processes.check(*STAGES)
        if observer.counts["image"] > images:
            images, newest = observer.counts["image"], monotonic()
        elif monotonic() - newest > SILENCE_LIMIT:
            log = processes.last_lines(CAMERA)
            raise ProcessError(f"{CAMERA} sent no image for {SILENCE_LIMIT:.0f} s{log}")
    end = monotonic() + LINGER
    while monotonic() < end:
        _receive(observer)


def await_nodes(
    processes: Processes, count_publishers: Callable[[str], int], receive: Callable[[], None]
) -> None:
    """Wait until each stage has loaded its model and publishes.

    Args:
        processes: with all stages.
        count_publishers: number of publishers on a topic.
        receive: waits a moment for messages.

    Raises:
        ProcessError: a stage ended, or was not ready in time.
    """
    limit = monotonic() + START_LIMIT
    topics = dict(zip(STAGES, ("keypoints", "poses", "action"), strict=True))
    while missing := [node for node, topic in topics.items() if not count_publishers(topic)]:
        receive()
        processes.check(*STAGES)
        if monotonic() > limit:
            log = processes.last_lines(missing[0])
            raise ProcessError(f"{missing[0]} was not ready after {START_LIMIT:.0f} s{log}")


def _receive(observer: Observer) -> None:
    """Process a message, if one arrives; KeyboardInterrupt after a signal."""
    if _INTERRUPTED.is_set():
        raise KeyboardInterrupt
    observer.receive()


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
