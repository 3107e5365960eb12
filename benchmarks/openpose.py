"""Cost of keypoints_node with an OpenPose network, and of decoding its maps alone.

`python -m benchmarks.openpose NETWORK` measures stages, several cameras and DDS; `python -m
benchmarks.openpose` decodes drawn maps of simulated people, of 656x368 pixels.
"""

from __future__ import annotations

import argparse
import json
import sys
import tracemalloc
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rclpy.serialization import serialize_message
from std_msgs.msg import Header

from benchmarks.measuring import Clock, Row, metered
from benchmarks.openpose_maps import Maps, draw_maps
from benchmarks.system import measure_system
from pose_action_ros.detection import DetectorSettings
from pose_action_ros.detection.openpose import LAYOUTS, DecodedPeople, MapLayout, decode
from pose_action_ros.detection.openpose.detector import OpenPose
from pose_action_ros.errors import PoseActionError
from pose_action_ros.lab.evaluation.crowds import performers
from pose_action_ros.nodes import conversions
from pose_action_ros.nodes.images import image_from, image_message
from pose_action_ros.simulation import Scene
from pose_action_ros.skeletons import BODY_25, convert
from pose_action_ros.tracking import Tracker, TrackerSettings

Array = npt.NDArray[np.float64]

SIZE = 432, 368
"""Input size of the network [px]."""
LIMIT = 4.0
"""Greatest processor time for an image without inference [ms]."""
PEOPLE = (1, 5)
CAMERAS = (1, 2, 4)
NETWORK = "network"
OURS = ("message to array", "scaling and decoding", "tracker", "keypoints message")
_WARM_UP = 5
_FILM = 25
DECODED_PEOPLE = (1, 5, 20)
MAPS = 46, 82
"""Rows and columns of the maps."""
_KINDS = ("body_25", "coco_18")
_CALLS, _WARM_CALLS = 500, 20
_NEAR = 1.0
"""Greatest error of a detected joint [cells]."""


def measure_openpose(network: str, images: int, seconds: float, folder: Path) -> dict[str, Any]:
    """Measure a network of the cache.

    Args:
        network: name or path.
        images: number of images for the stages.
        seconds: duration of the whole chain [s].
        folder: for logs of the nodes.

    Raises:
        PoseActionError: the network is not available, or a node failed.
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
    scene = performers(np.random.default_rng(people), people, 2.0)
    return [scene.frame(number / 15).image for number in range(_FILM)]


def _stages(settings: DetectorSettings, people: int, images: int) -> dict[str, Row]:
    """Times by stage of an image with a number of people."""
    pictures, clock, tracker = _pictures(people), Clock(), Tracker(TrackerSettings())
    with metered() as meter:
        detector, warm = OpenPose(settings), Clock()
        for number in range(images + _WARM_UP):
            used = clock if number >= _WARM_UP else warm
            message = image_message(pictures[number % _FILM], Header())
            image = used.time(OURS[0], partial(image_from, message))
            people_found = _detect(used, detector, image, meter)
            tracked = used.time(OURS[2], partial(tracker.update, people_found, number / 15))
            used.time(OURS[3], partial(_serialise, tracked, detector))
    return {name: clock.row(name) for name in (NETWORK, *OURS)}


def _detect(clock: Clock, detector: OpenPose, image: Any, meter: Any) -> Any:
    """Detect people; the time of the network is recorded separately."""
    meter.read()
    whole = Clock()
    people = whole.time("all", partial(detector, image))
    row = whole.row("all")
    wall, cpu = meter.read()
    clock.add(NETWORK, wall, cpu)
    clock.add(OURS[1], row["wall_p50"] / 1e3 - wall, max(row["cpu_p50"] / 1e3 - cpu, 0.0))
    return people


def _serialise(people: Any, detector: OpenPose) -> Any:
    message = conversions.keypoints_message(people, Header(), (640, 480), detector.skeleton)
    return serialize_message(message)


def _cameras(settings: DetectorSettings, count: int, rounds: int) -> Row:
    """Times of one batch with an image of each camera."""
    detector, pictures, clock = OpenPose(settings), _pictures(1), Clock()
    batch = pictures[:count]
    detector.together(batch)
    for _ in range(max(rounds // count, 1)):
        clock.time("batch", partial(detector.together, batch))
    return clock.row("batch")


def openpose_lines(results: dict[str, Any]) -> list[str]:
    """Tables of the stages and of several cameras, and results over DDS."""
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


def measure_decoding() -> dict[str, dict[str, Row]]:
    """Times [ms], memory [MB], detections and errors by kind of maps and number of people."""
    return {name: {str(n): _measure(LAYOUTS[name], n) for n in DECODED_PEOPLE} for name in _KINDS}


def _measure(layout: MapLayout, count: int) -> Row:
    people = convert(people_in_maps(count), BODY_25, layout.skeleton)
    maps = draw_maps(people, layout, MAPS)
    # Channels first in memory, as from the networks.
    maps = np.ascontiguousarray(maps.transpose(2, 0, 1)).transpose(1, 2, 0)
    clock = Clock()
    for call in range(_WARM_CALLS + _CALLS):
        if call == _WARM_CALLS:
            clock = Clock()
        clock.time("decode", partial(decode, maps, layout))
    found = _found(decode(maps, layout), people)
    return {**clock.row("decode"), "memory_mb": _memory(maps, layout), **found}


def people_in_maps(count: int) -> Array:
    """Simulated people (count, 25, 2) side by side [cells], in two rows from 10 people on."""
    rows = 1 if count < 10 else 2
    columns = -(-count // rows)
    step = np.array([MAPS[1] / columns, MAPS[0] / rows])
    people = []
    for number in range(count):
        scene = Scene.random(np.random.default_rng(number))
        joints = scene.truth(1.0)[0].keypoints.points
        low, high = np.nanmin(joints, axis=0), np.nanmax(joints, axis=0)
        middle = (np.array(divmod(number, columns)[::-1]) + 0.5) * step - 0.5
        people.append((joints - (low + high) / 2) * 0.75 * step[1] / (high - low)[1] + middle)
    points = np.stack(people)
    inside = (points > -0.5) & (points < np.array(MAPS[::-1]) - 0.5)
    return np.where(inside.all(axis=-1, keepdims=True), points, np.nan)


def _found(decoded: DecodedPeople, people: Array) -> Row:
    """Number of people, fraction of their joints in the best detection, mean error [cells]."""
    errors = np.linalg.norm(decoded.points[:, None] - people, axis=-1)  # (D, P, J)
    best = (errors < _NEAR).sum(axis=-1).argmax(axis=0)
    matched = errors[best, np.arange(len(people))]  # (P, J)
    near = matched < _NEAR
    return {
        "people": float(len(decoded)),
        "joints": float(near.sum() / np.isfinite(people[..., 0]).sum()),
        "error_cells": float(matched[near].mean()),
    }


def _memory(maps: Maps, layout: MapLayout) -> float:
    """Peak memory of one call without its maps [MB]."""
    tracemalloc.start()
    decode(maps, layout)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / 1e6


def _print_decoding() -> None:
    for name, rows in measure_decoding().items():
        for people, row in rows.items():
            values = ", ".join(f"{key} {value:.3g}" for key, value in row.items())
            print(f"{name}, {people} people: {values}")


def main() -> int:
    """Measure and print; 0 without errors."""
    parser = argparse.ArgumentParser("benchmarks.openpose", description=__doc__)
    parser.add_argument(
        "network", nargs="?", help="name in the cache of models, or path; none: decoding alone"
    )
    parser.add_argument("--images", type=int, default=200, help="number of images for the stages")
    parser.add_argument(
        "--seconds", type=float, default=20.0, help="duration of the chain; 0 for none [s]"
    )
    parser.add_argument(
        "--output", type=Path, default=Path("output/bench"), help="folder of the results"
    )
    args = parser.parse_args()
    if not args.network:
        _print_decoding()
        return 0
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
