"""The results as Markdown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from benchmarks.openpose import openpose_lines
from benchmarks.stages import APART, NETWORK, OURS

LIMIT = 5.0
"""Greatest processor time for an image without the 2D network [ms]."""
CALLBACK_LIMIT = 3.0
"""Greatest time of lifter_node for one person from callback to publication [ms]."""
RESIDENT_LIMIT = 130.0
"""Greatest resident memory of lifter_node [MB]."""
DECODING_LIMITS = {5: 2.0, 20: 6.0}
"""Greatest time of decoding body_25 maps by number of people [ms]."""


def markdown(results: dict[str, Any]) -> str:
    """Tables of the machine, stages, processes, lifter_node, its network, recognition, decoding."""
    parts = [
        [f"{name}: {value}" for name, value in results["machine"].items()],
        _stage_lines(results["stages"]),
        _system_lines(results["system"]),
        _lifter_lines(results["lifter"]),
        _network_lines(results["networks"]),
        _recognition_lines(results["recognition"]),
        _decoding_lines(results["openpose_decoding"]),
    ]
    if "openpose" in results:
        parts.append(openpose_lines(results["openpose"]))
    return "\n\n".join("\n".join(lines) for lines in parts)


def _stage_lines(stages: dict[str, Any]) -> list[str]:
    """Times for one image, and the sum without the network with its limit."""
    rows = stages["rows"]
    verdict = "within" if stages["sum_average"] <= LIMIT else "over"
    average = f"all but the network, on average ({verdict} the limit of {LIMIT:.0f} ms)"
    return [
        "| one image of 640x480, one person | CPU p50 [ms] | wall p50 [ms] | wall p99 [ms] |",
        "| --- | ---: | ---: | ---: |",
        _line(NETWORK, rows[NETWORK]),
        *(_line(name, rows[name]) for name in OURS),
        f"| **all but the network, with an answer** | **{stages['sum_with_answer']:.2f}** | | |",
        f"| **{average}** | **{stages['sum_average']:.2f}** | | |",
        *(_line(f"apart: {name}", rows[name]) for name in APART),
    ]


def _line(name: str, row: dict[str, float], digits: int = 2) -> str:
    times = " | ".join(f"{row[key]:.{digits}f}" for key in ("cpu_p50", "wall_p50", "wall_p99"))
    return f"| {name} | {times} |"


def _system_lines(system: dict[str, Any]) -> list[str]:
    """Rates and latencies, then a table of processes."""
    keypoints, action = system["keypoints_latency_ms"], system["action_latency_ms"]
    return [
        f"{system['keypoints_per_second']:.1f} images per second processed, of 30 from the camera",
        "",
        f"image to /keypoints: {keypoints['p50']:.0f} ms p50, {keypoints['p99']:.0f} ms p99",
        "",
        f"image to /action: {action['p50']:.0f} ms p50, {action['p99']:.0f} ms p99",
        "",
        "| process | resident memory [MB] | cores |",
        "| --- | ---: | ---: |",
        *(
            f"| {name} | {usage['resident_mb']:.0f} | {usage['cores']:.2f} |"
            for name, usage in system["processes"].items()
        ),
    ]


def _lifter_lines(lifter: dict[str, Any]) -> list[str]:
    """lifter_node in its process, by number of people, with limits."""
    columns = {
        "callback to published p50 [ms]": ("callback_p50", 2),
        f"p99 [ms] (one person: at most {CALLBACK_LIMIT:.0f})": ("callback_p99", 2),
        "keypoints sent to poses received p50 [ms]": ("answer_p50", 2),
        "p99 [ms]": ("answer_p99", 2),
        "CPU for a message [ms]": ("cpu", 2),
        f"resident [MB] (at most {RESIDENT_LIMIT:.0f})": ("resident_mb", 0),
        "share of it (PSS) [MB]": ("share_mb", 0),
    }
    return [
        f"| lifter_node at 30 Hz: people | {' | '.join(columns)} |",
        "| --- |" + " ---: |" * len(columns),
        *(f"| {people} | {_cells(row, columns.values())} |" for people, row in lifter.items()),
    ]


def _network_lines(networks: dict[str, Any]) -> list[str]:
    """The lifter network and the baseline in the same engine, and the whole lifter."""
    rows = {
        f"{name}, {people} {'person' if people == '1' else 'people'}": row
        for name, by_people in networks.items()
        for people, row in by_people.items()
    }
    return [
        "| network in the engine; lifter | CPU p50 [ms] | wall p50 [ms] | wall p99 [ms] |",
        "| --- | ---: | ---: | ---: |",
        *(_line(name, row, 3) for name, row in rows.items()),
    ]


def _recognition_lines(recognition: dict[str, Any]) -> list[str]:
    """The motion image and the action network."""
    people = recognition["classifier"].items()
    title = "motion image, action network"
    return [
        f"| {title} | CPU p50 [ms] | wall p50 [ms] | wall p99 [ms] |",
        "| --- | ---: | ---: | ---: |",
        *(_line(name, row, 3) for name, row in recognition["image"].items()),
        *(_line(f"action network, {count} at once", row, 3) for count, row in people),
    ]


def _decoding_lines(decoding: dict[str, Any]) -> list[str]:
    """Decoding of OpenPose maps, by kind and number of people."""
    limits = ", ".join(f"{n} people {limit:.0f}" for n, limit in DECODING_LIMITS.items())
    columns = {
        f"CPU p50 [ms] (body_25 at most: {limits})": ("cpu_p50", 2),
        "wall p50 [ms]": ("wall_p50", 2),
        "wall p99 [ms]": ("wall_p99", 2),
        "memory [MB]": ("memory_mb", 1),
        "people found": ("people", 0),
        "share of their joints": ("joints", 3),
        "mean error [cells]": ("error_cells", 3),
    }
    rows = {
        f"{kind}, {people} {'person' if people == '1' else 'people'}": row
        for kind, by_people in decoding.items()
        for people, row in by_people.items()
    }
    return [
        f"| OpenPose decoding, maps of 46x82, one core | {' | '.join(columns)} |",
        "| --- |" + " ---: |" * len(columns),
        *(f"| {name} | {_cells(row, columns.values())} |" for name, row in rows.items()),
    ]


def _cells(row: dict[str, float], columns: Iterable[tuple[str, int]]) -> str:
    return " | ".join(f"{row[key]:.{digits}f}" for key, digits in columns)
