"""`pose-action evaluate falls`: answers for simulated falls, and false falls in other movements."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from pose_action_ros.cli.options import add_options, settings_from
from pose_action_ros.lab.evaluation.settings import FallRun

DESCRIPTION = (
    "Simulate falls, and other movements, before low, eye-level and ceiling cameras. "
    "Measure the falls that are answered until one second after their end, the state after "
    "them, the tracks, and the false falls per hour: through rendered images and all stages, and "
    "for exact 3D poses."
)


def configure(parser: ArgumentParser) -> None:
    """Add the options."""
    add_options(parser, FallRun)
    parser.add_argument(
        "--output", type=Path, default=Path("output/falls"), help="folder (%(default)s)"
    )


def run(args: Namespace) -> int:
    """Measure, print and write the figures."""
    from pose_action_ros.lab.evaluation.falls import (
        fall_table,
        false_fall_table,
        measure_falls,
        write_falls,
    )

    report = measure_falls(settings_from(args, FallRun))
    write_falls(report, args.output)
    for table in (fall_table(report), false_fall_table(report)):
        print(table.markdown())  # noqa: T201 - the command's output
    print(f"kept in {args.output}: falls.md and falls.csv")  # noqa: T201
    return 0
