"""What keypoints_node costs with an OpenPose network: by stage, for several cameras, over DDS.

python -m benchmarks.openpose NETWORK measures this alone.
"""

from __future__ import annotations

import argparse
import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from rclpy.serialization import serialize_message
from std_msgs.msg import Header

from benchmarks.clock import Clock, Row
from benchmarks.engine import metered
from benchmarks.system import measure_system
from pose_action_ros.detection import DetectorSettings
from pose_action_ros.detection.openpose.detector import OpenPose
from pose_action_ros.errors import PoseActionError
from pose_action_ros.lab.evaluation.detector import crowd
from pose_action_ros.nodes import conversions
from pose_action_ros.nodes.images import image_from, image_message
from pose_action_ros.tracking import Tracker, TrackerSettings

SIZE = 432, 368
"""Of the network's input [px]."""
LIMIT = 4.0
"""What everything but the network's inference may cost for an image [ms]."""
PEOPLE = (1, 5)
CAMERAS = (1, 2, 4)
NETWORK = "network"
OURS = ("message to array", "scaling and decoding", "tracker", "keypoints message")
_WARM_UP = 5
_FILM = 25


def measure_openpose(network: str, images: int, seconds: float, folder: Path) -> dict[str, Any]:
    """Measure a network of the cache.

    Args:
        network: its name, or path.
        images: for the stages.
        seconds: of the whole chain.
        folder: for what the nodes say.

    Raises:
        PoseActionError: the network cannot be had, or a node failed.
    """
    width, height = SIZE
    settings = DetectorSettings(
        detector="openpose",
        detector_model=network,
        detector_width=width,
        detector_height=height,
        max_people=20,
    )
    names = ("detector", "detector_model", "detector_width", "detector_height")
    parameters = {name: getattr(settings, name) for name in names}
    return {
        "stages": {str(people): _stages(settings, people, images) for people in PEOPLE},
        "cameras": {str(count): _cameras(settings, count, images // 4) for count in CAMERAS},
        "system": measure_system(seconds, folder, parameters) if seconds else None,
    }


def _pictures(people: int) -> list[Any]:
    scene = crowd(np.random.default_rng(people), people, 2.0)
    return [scene.frame(number / 15).image for number in range(_FILM)]


def _stages(settings: DetectorSettings, people: int, images: int) -> dict[str, Row]:
    """Costs by stage of an image with so many people, and of all but the network."""
    pictures, clock, tracker = _pictures(people), Clock(), Tracker(TrackerSettings())
    with metered() as meter:
        detector, warm = OpenPose(settings), Clock()
        for number in range(images + _WARM_UP):
            used = clock if number >= _WARM_UP else warm
            message = image_message(pictures[number % _FILM], Header())
            image = used.time(OURS[0], partial(image_from, message))
            found = _detect(used, detector, image, meter)
            seen = used.time(OURS[2], partial(tracker.update, found, number / 15))
            used.time(OURS[3], partial(_sent, seen, detector))
    return {name: clock.row(name) for name in (NETWORK, *OURS)}


def _detect(clock: Clock, detector: OpenPose, image: Any, meter: Any) -> Any:
    """The network's time is counted apart."""
    meter.read()
    whole = Clock()
    people = whole.time("all", partial(detector, image))
    row = whole.row("all")
    wall, cpu = meter.read()
    clock.add(NETWORK, wall, cpu)
    clock.add(OURS[1], row["wall_p50"] / 1e3 - wall, max(row["cpu_p50"] / 1e3 - cpu, 0.0))
    return people


def _sent(people: Any, detector: OpenPose) -> Any:
    message = conversions.keypoints_message(people, Header(), (640, 480), detector.skeleton)
    return serialize_message(message)


def _cameras(settings: DetectorSettings, count: int, rounds: int) -> Row:
    """Costs of one batch with an image of each camera."""
    detector, pictures, clock = OpenPose(settings), _pictures(1), Clock()
    batch = pictures[:count]
    detector.together(batch)
    for _ in range(max(rounds // count, 1)):
        clock.time("batch", partial(detector.together, batch))
    return clock.row("batch")


def openpose_lines(results: dict[str, Any]) -> list[str]:
    """Tables of the stages and of several cameras, and what came over DDS."""
    lines = [
        f"| openpose, {SIZE[0]}x{SIZE[1]}: image of 640x480 with | "
        + " | ".join(f"{people} people, CPU p50 [ms] | wall p50 [ms]" for people in PEOPLE)
        + " |",
        "| --- |" + " ---: |" * 2 * len(PEOPLE),
    ]
    stages = results["stages"].values()
    for name in (NETWORK, *OURS):
        cells = [f"{rows[name]['cpu_p50']:.2f} | {rows[name]['wall_p50']:.2f}" for rows in stages]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    sums = [sum(rows[name]["cpu_p50"] for name in OURS) for rows in stages]
    verdict = "within" if max(sums) <= LIMIT else "over"
    cells = [f"**{value:.2f}** |" for value in sums]
    lines.append(f"| all but the network ({verdict} {LIMIT:.0f} ms) | {' | '.join(cells)} |")
    lines += [
        f"{count} cameras at once: {row['cpu_p50'] / int(count):.1f} ms of the processor and "
        f"{row['wall_p50'] / int(count):.1f} ms for each image"
        for count, row in results["cameras"].items()
    ]
    if (system := results["system"]) is not None:
        latency, usage = system["keypoints_latency_ms"], system["processes"]["keypoints_node"]
        lines.append(
            f"keypoints_node over DDS: {system['keypoints_per_second']:.1f} images per second of "
            f"the camera's 30, image to /keypoints {latency['p50']:.0f} ms p50, "
            f"{latency['p99']:.0f} ms p99, {usage['resident_mb']:.0f} MB, "
            f"{usage['cores']:.2f} cores"
        )
    return lines


def main() -> int:
    """Measure and print; 0 when it ran."""
    parser = argparse.ArgumentParser("benchmarks.openpose", description=__doc__)
    parser.add_argument("network", help="name in the cache of models, or path")
    parser.add_argument("--images", type=int, default=200, help="for the stages")
    parser.add_argument("--seconds", type=float, default=20.0, help="of the chain; 0 for none [s]")
    parser.add_argument("--output", type=Path, default=Path("output/bench"), help="folder")
    args = parser.parse_args()
    args.output.mkdir(parents=True, exist_ok=True)
    try:
        results = measure_openpose(args.network, args.images, args.seconds, args.output)
    except PoseActionError as error:
        sys.stderr.write(f"benchmark failed: {error}\n")
        return 1
    (args.output / "openpose.json").write_text(json.dumps(results, indent=2), encoding="utf-8")
    print("\n".join(openpose_lines(results)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
