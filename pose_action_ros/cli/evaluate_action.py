"""`pose-action evaluate action`: train and test under a data set's official protocol."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path

from pose_action_ros.cli.options import add_output
from pose_action_ros.lab.training.action.sections import read_sections
from pose_action_ros.lab.training.action.settings import (
    CELLS,
    DATASETS,
    HAND_MADE,
    Augmentation,
    Fitting,
    NetworkChoice,
    Protocol,
)
from pose_action_ros.recognition.spmf_settings import SpmfSettings

DESCRIPTION = (
    "Train an action network on the training part of a data set, for several seeds, and test "
    "it on the test part: accuracy per sequence, per class, confusion matrices. An interrupted "
    "run is resumed."
)
SECTIONS = {
    "fitting": Fitting,
    "network": NetworkChoice,
    "augmentation": Augmentation,
    "protocol": Protocol,
    "spmf": SpmfSettings,
}
_MEAN_OF = {
    "msr_action3d": ("as1", "as2", "as3"),
    "sbu_kinect": tuple(f"fold_{number}" for number in range(1, 6)),
}


def configure(parser: ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--dataset", choices=DATASETS, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data set")
    parser.add_argument("--config", type=Path, required=True, help="YAML, see config/evaluate_*")
    parser.add_argument("--seeds", type=int, default=5, help="trainings of each (%(default)s)")
    parser.add_argument("--splits", nargs="+", help="parts of the protocol (default: all)")
    parser.add_argument(
        "--inner",
        action="store_true",
        help="cross-validate by subject on the training part, to choose settings",
    )
    parser.add_argument(
        "--controls",
        type=int,
        default=0,
        help="random cells to compare with, beside the hand-made network and JET colours; 0 "
        "for no comparison",
    )
    parser.add_argument(
        "--network", choices=(CELLS, HAND_MADE), help="replaces the network of the settings"
    )
    parser.add_argument(
        "--genotype", help="replaces the genotype of the settings: file, or random:SEED"
    )
    add_output(parser, "output/action", "folder of the report")


def run(args: Namespace) -> int:
    """Train and test every split and seed, print the tables and write them with pictures."""
    import torch

    from pose_action_ros.lab.evaluation.action_report import markdown, write_report
    from pose_action_ros.lab.training.action.benchmark import compare_controls, run_splits
    from pose_action_ros.lab.training.action.protocols import inner_splits, splits

    sections = read_sections(args.config, SECTIONS)
    options = {name: value for name in ("network", "genotype") if (value := getattr(args, name))}
    sections["network"] = replace(sections["network"], **options)
    torch.set_num_threads(min(2, torch.get_num_threads()))
    parts = splits(args.dataset, args.data, args.splits or ())
    if args.inner:
        parts = [inner for part in parts for inner in inner_splits(part)]
    mean_of = [part.name for part in parts] if args.inner else _MEAN_OF[args.dataset]
    results = run_splits(parts, args.seeds, sections, args.output)
    write_report(results, mean_of, args.output)
    print(markdown(results, mean_of))  # noqa: T201 - the command's output
    if args.controls:
        table = compare_controls(
            parts, args.seeds, sections, args.output, results=results, controls=args.controls
        )
        (args.output / "controls.md").write_text(table, encoding="utf-8")
        print(table)  # noqa: T201
    print(f"wrote action.md, action.json and pictures to {args.output}")  # noqa: T201
    return 0
