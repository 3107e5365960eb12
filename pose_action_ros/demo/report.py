"""The report at the end of the demo."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from pose_action_ros.output.segments import Segment
from pose_action_ros.simulation.comparison import SETTLING, TruthScore


def truth_lines(score: TruthScore) -> list[str]:
    """Score of a simulated run, and the answers for each true action."""
    report = score.report()
    ids = ", ".join(str(count) for _, count in sorted(report.ids.items()))
    lines = [
        "",
        "Compared with the truth of the simulation:",
        f"  people detected      {report.found:7.1%} of the images",
        f"  track ids            {ids or 'none':>7} for each person (1 is correct)",
        f"  2D error, median     {report.keypoint_error:7.2%} of the person's height",
        f"  3D error, mean       {report.pose_error * 1000:7.0f} mm (MPJPE, root-aligned)",
        f"  correct actions      {report.accuracy:7.1%} of {report.answers} answers",
        f"      (without answers in the first {SETTLING:.0f} s after a change of the true action)",
    ]
    labels: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for answer in score.answers():
        if answer.truth:
            labels[answer.truth][answer.label] += 1
    for truth, counts in labels.items():
        shares = (f"{label} {count / counts.total():.0%}" for label, count in counts.most_common(3))
        lines.append(f"    {truth:<14} -> {', '.join(shares)}")
    return lines


def timeline_lines(segments: Sequence[Segment]) -> list[str]:
    """Actions of each person in order, and the most frequent one."""
    lines = []
    for ids in sorted({segment.person_ids for segment in segments}):
        own = [segment for segment in segments if segment.person_ids == ids]
        name = " and ".join(str(number) for number in ids)
        lines += ["", f"person {name}:"]
        lines += [
            f"  {item.start:6.1f} to {item.end:6.1f} s  {item.label} {item.score:.2f}"
            for item in sorted(own, key=lambda item: item.start)
        ]
        label, seconds = most_frequent(own)
        lines.append(f"  mostly {label} ({seconds:.1f} s)")
    return lines


def most_frequent(segments: Sequence[Segment]) -> tuple[str, float]:
    """Label with the longest total duration, and this duration [s]."""
    seconds: Counter[str] = Counter()
    for segment in segments:
        # A single answer has no duration, but counts more than none.
        seconds[segment.label] += segment.end - segment.start + 1e-6  # type: ignore[assignment]
    return seconds.most_common(1)[0]


def latency_line(latencies: Sequence[float]) -> str:
    """Latency from image to action."""
    middle, worst = np.percentile(latencies, [50, 99]) * 1000
    return f"  image to /action     {middle:7.0f} ms median, {worst:.0f} ms 99th percentile"
