"""`pose-action evaluate chain`: from rendered images to placed poses, against ground truth."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from pose_action_ros.cli.options import add_options, settings_from
from pose_action_ros.lab.evaluation.settings import ChainRun
from pose_action_ros.lab.evaluation.tables import write_figures

if TYPE_CHECKING:
    from pose_action_ros.lab.evaluation.chain import ChainReport

DESCRIPTION = "Render simulated people, detect, track and lift them; errors of poses and positions."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_options(parser, ChainRun)
    parser.add_argument(
        "--output", type=Path, default=Path("output/chain.json"), help="file of the figures"
    )


def run(args: argparse.Namespace) -> int:
    """Measure, print and write the figures."""
    from pose_action_ros.lab.evaluation.chain import measure_chain

    report = measure_chain(settings_from(args, ChainRun))
    print(text_of(report))  # noqa: T201 - the command's output
    write_figures(asdict(report), args.output)
    return 0


def text_of(report: ChainReport) -> str:
    """The figures as text."""
    from pose_action_ros.lab.evaluation.placement import placement_table

    parts = [
        f"{report.images} images, the person detected and placed in {report.found:.1%}",
        f"median change of the distance's error between images: {report.jitter:.0f} mm",
    ]
    for title, scores in (("true height", report.measured), ("assumed height", report.assumed)):
        parts += [
            f"{title}: MPJPE, root-aligned, {scores.mpjpe:.1f} mm; {scores.pck:.1%} within 150 mm",
            placement_table(scores.placement, f"Positions, {title}").markdown(),
        ]
    return "\n\n".join(parts)
