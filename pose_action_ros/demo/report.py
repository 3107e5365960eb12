"""What the demo says at its end."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from pose_action_ros.output.segments import Segment
from pose_action_ros.simulation.comparison import SETTLING, TruthScore


def truth_lines(score: TruthScore) -> list[str]:
    """The score of a simulated run, and what was said for each true action."""
    report = score.report()
    ids = ", ".join(str(count) for _, count in sorted(report.ids.items()))
    lines = [
        "",
        "against the truth:",
        f"  people found         {report.found:7.1%} of the images",
        f"  ids per person       {ids or 'none':>7}",
        f"  2D error, median     {report.keypoint_error:7.2%} of the person's height",
        f"  MPJPE, root-aligned  {report.pose_error * 1000:7.0f} mm",
        f"  action accuracy      {report.accuracy:7.1%} of {report.answers} answers",
        f"      (without those in the first {SETTLING:.0f} s after the true action changed)",
    ]
    said: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for answer in score.answers():
        if answer.truth:
            said[answer.truth][answer.label] += 1
    for truth, labels in said.items():
        shares = (f"{label} {count / labels.total():.0%}" for label, count in labels.most_common(3))
        lines.append(f"    {truth:<14} -> {', '.join(shares)}")
    return lines


def timeline_lines(segments: Sequence[Segment]) -> list[str]:
    """What each person did, in order, and what most."""
    people = sorted({segment.person_ids for segment in segments})
    lines = []
    for ids in people:
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
    """The label that lasted longest in all, and for how long [s]."""
    seconds: Counter[str] = Counter()
    for segment in segments:
        # An answer given just once has no length; it still counts before none.
        seconds[segment.label] += segment.end - segment.start + 1e-6  # type: ignore[assignment]
    return seconds.most_common(1)[0]


def latency_line(latencies: Sequence[float]) -> str:
    """How long an image takes to become an action."""
    middle, worst = np.percentile(latencies, [50, 99]) * 1000
    return f"  image to /action     {middle:7.0f} ms p50, {worst:.0f} ms p99"
