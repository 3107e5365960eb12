"""`pose-action evaluate recogniser`: the whole pipeline on active and idle simulated people."""

from __future__ import annotations

import argparse
from pathlib import Path

from pose_action_ros.cli.options import add_options, settings_from
from pose_action_ros.lab.evaluation.settings import RecogniserRun
from pose_action_ros.lab.evaluation.tables import write_figures

DESCRIPTION = (
    "Render simulated people, run all stages, and measure the delay and steadiness of the answers "
    "and the false alarms for idle people."
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_options(parser, RecogniserRun)
    parser.add_argument(
        "--output", type=Path, default=Path("output/recogniser.json"), help="file of the figures"
    )


def run(args: argparse.Namespace) -> int:
    """Measure, print and write the figures."""
    from pose_action_ros.lab.evaluation.recogniser import (
        measure_recogniser,
        reaction_table,
    )

    report = measure_recogniser(settings_from(args, RecogniserRun))
    alarms = ", ".join(f"{label} {count}" for label, count in report.alarms.most_common())
    print(reaction_table(report).markdown())  # noqa: T201 - the command's output
    print(  # noqa: T201
        f"idle for {report.idle_seconds:.0f} s: {report.alarms_per_minute:.2f} false alarms per "
        f"minute ({alarms or 'none'})"
    )
    figures = {
        "actions": len(report.actions),
        "in_time": report.in_time,
        "held": report.held,
        "later_answers": report.steady,
        "idle_seconds": report.idle_seconds,
        "alarms_per_minute": report.alarms_per_minute,
        "alarms": dict(report.alarms),
    }
    write_figures(figures, args.output)
    return 0
