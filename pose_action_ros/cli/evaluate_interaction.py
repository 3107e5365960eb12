"""`pose-action evaluate interaction`: two people of a data set, or simulated ones as images."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from pathlib import Path

from pose_action_ros.cli.options import add_options, settings_from
from pose_action_ros.lab.evaluation.settings import InteractionRun
from pose_action_ros.lab.evaluation.tables import write_figures

DATASETS = ("sbu_kinect",)
DESCRIPTION = (
    "Measure the model of interactions without training on the data: on recorded sequences of two "
    "people (--dataset), or on rendered simulated pairs through all stages."
)


def configure(parser: ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--dataset", choices=DATASETS, help="recorded pairs (default: rendered)")
    parser.add_argument("--data", type=Path, help="folder of the data set")
    parser.add_argument(
        "--folds", type=int, nargs="+", help="folds of the data set to measure (default: all)"
    )
    add_options(parser, InteractionRun)
    parser.add_argument(
        "--output", type=Path, default=Path("output/interaction.json"), help="file of the answers"
    )


def run(args: Namespace) -> int:
    """Measure, print and write the answers."""
    from pose_action_ros.errors import SettingError
    from pose_action_ros.lab.evaluation.interactions import (
        measure_pairs,
        measure_recorded,
        pairs_table,
        recorded_table,
    )

    settings = settings_from(args, InteractionRun)
    if not args.dataset:
        results = measure_pairs(settings)
        print(pairs_table(results).markdown())  # noqa: T201 - the command's output
        write_figures([asdict(one) for one in results], args.output)
        return 0
    if args.data is None:
        raise SettingError(f"--dataset {args.dataset} needs --data FOLDER")
    answers = measure_recorded(settings, args.data)
    chosen = [one for one in answers if not args.folds or one.fold in args.folds]
    print(recorded_table(chosen).markdown())  # noqa: T201
    write_figures([asdict(one) for one in chosen], args.output)
    return 0
