"""The results as Markdown."""

from __future__ import annotations

from typing import Any

from benchmarks.stages import APART, NETWORK, OURS

LIMIT = 5.0
"""What everything but the 2D network may cost for an image on one core [ms]."""


def markdown(results: dict[str, Any]) -> str:
    """Tables of the machine, the stages and the processes."""
    parts = (
        [f"{name}: {value}" for name, value in results["machine"].items()],
        _stage_lines(results["stages"]),
        _system_lines(results["system"]),
    )
    return "\n\n".join("\n".join(lines) for lines in parts)


def _stage_lines(stages: dict[str, Any]) -> list[str]:
    """Costs for one image, and the sum without the network against its limit."""
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


def _line(name: str, row: dict[str, float]) -> str:
    times = " | ".join(f"{row[key]:.2f}" for key in ("cpu_p50", "wall_p50", "wall_p99"))
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
