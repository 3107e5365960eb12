"""`pose-action evaluate chain`: from rendered images to placed poses, against the truth."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from pose_action_ros.cli.options import add_options, settings_from
from pose_action_ros.lab.evaluation.chain import ChainReport, ChainRun, measure_chain
from pose_action_ros.lab.evaluation.placement_report import placement_table

DESCRIPTION = (
    "Render simulated people, detect, track and lift them; errors of poses and of where they stand."
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_options(parser, ChainRun)
    parser.add_argument(
        "--output", type=Path, default=Path("output/chain.json"), help="file of the figures"
    )


def run(args: argparse.Namespace) -> int:
    """Measure, print and keep."""
    report = measure_chain(settings_from(args, ChainRun))
    print(text_of(report))  # noqa: T201 - the command's output
    args.output.parent.mkdir(parents=True, exist_ok=True)
    args.output.write_text(json.dumps(asdict(report), indent=2) + "\n", encoding="utf-8")
    print(f"kept in {args.output}")  # noqa: T201
    return 0


def text_of(report: ChainReport) -> str:
    """The figures for people."""
    parts = [
        f"{report.images} images, the person found and placed in {report.found:.1%}",
        f"median change of the distance's error between images: {report.jitter:.0f} mm",
    ]
    for title, scores in (
        ("height known", report.measured),
        ("height assumed, as when nobody measures", report.assumed),
    ):
        parts += [
            f"{title}: MPJPE, root-aligned, {scores.mpjpe:.1f} mm; {scores.pck:.1%} within 150 mm",
            placement_table(scores.placement, f"Where people stand, {title}").markdown(),
        ]
    return "\n\n".join(parts)
