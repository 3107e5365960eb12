"""`pose-action evaluate`: one class per subcommand, but for lifters, detectors, recognisers."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pose_action_ros.cli.options import add_options, settings_from
from pose_action_ros.lab.evaluation.settings import ChainRun, VisibilityRun
from pose_action_ros.lab.evaluation.tables import write_figures
from pose_action_ros.lab.training.action.settings import (
    CELLS,
    DATASETS,
    HAND_MADE,
    Augmentation,
    Fitting,
    NetworkChoice,
    Protocol,
    read_sections,
)
from pose_action_ros.recognition.spmf_settings import SpmfSettings

if TYPE_CHECKING:
    from pose_action_ros.lab.evaluation.chain import ChainReport

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


class Action:
    """`evaluate action`: train and test under a data set's official protocol."""

    DESCRIPTION = (
        "Train an action network on the training part of a data set, for several seeds, and test "
        "it on the test part: accuracy per sequence, per class, confusion matrices. An interrupted "
        "run is resumed."
    )

    @staticmethod
    def configure(parser: ArgumentParser) -> None:
        """Add the options."""
        parser.add_argument("--dataset", choices=DATASETS, required=True)
        parser.add_argument("--data", type=Path, required=True, help="folder of the data set")
        parser.add_argument(
            "--config", type=Path, required=True, help="YAML, see config/evaluate_*"
        )
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
        parser.add_argument(
            "--output", type=Path, default=Path("output/action"), help="folder of the report"
        )

    @staticmethod
    def run(args: Namespace) -> int:
        """Train and test every split and seed, print the tables and write them with pictures."""
        import torch

        from pose_action_ros.lab.evaluation.action_report import markdown, write_report
        from pose_action_ros.lab.training.action.benchmark import compare_controls, run_splits
        from pose_action_ros.lab.training.action.protocols import inner_splits, splits

        sections = read_sections(args.config, SECTIONS)
        options = {
            name: value for name in ("network", "genotype") if (value := getattr(args, name))
        }
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


class Chain:
    """`evaluate chain`: from rendered images to placed poses, against ground truth."""

    DESCRIPTION = (
        "Render simulated people, detect, track and lift them; errors of poses and positions."
    )

    @staticmethod
    def configure(parser: ArgumentParser) -> None:
        """Add the options."""
        add_options(parser, ChainRun)
        parser.add_argument(
            "--output", type=Path, default=Path("output/chain.json"), help="file of the figures"
        )

    @staticmethod
    def run(args: Namespace) -> int:
        """Measure, print and write the figures."""
        from pose_action_ros.lab.evaluation.chain import measure_chain

        report = measure_chain(settings_from(args, ChainRun))
        print(text_of(report))  # noqa: T201 - the command's output
        write_figures(asdict(report), args.output)
        return 0


def text_of(report: ChainReport) -> str:
    """The figures as text."""
    from pose_action_ros.lab.evaluation.chain import group_table
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
    parts.append(group_table(report).markdown())
    return "\n\n".join(parts)


class Visibility:
    """`evaluate visibility`: scores of hidden joints and of those outside the image."""

    DESCRIPTION = (
        "Scores of joints that are visible, hidden by the own body or by furniture, or outside the "
        "image, to choose a detector's least joint score: on rendered people, or on films in which "
        "furniture is painted over the person and the image is cut."
    )

    @staticmethod
    def configure(parser: ArgumentParser) -> None:
        """Add the options."""
        parser.add_argument(
            "detectors", metavar="DETECTOR", nargs="*", help="as for `evaluate detector`"
        )
        parser.add_argument(
            "--films", type=Path, nargs="+", default=(), help="films of one person, or folders"
        )
        add_options(parser, VisibilityRun, skip=("detector", "detector_model"))

    @staticmethod
    def run(args: Namespace) -> int:
        """Measure and print the tables."""
        from pose_action_ros.lab.evaluation.visibility import (
            measure_visibility,
            visibility_tables,
        )

        settings = settings_from(args, VisibilityRun)
        for name in args.detectors or ["blazepose"]:
            for table in visibility_tables(measure_visibility(name, settings, args.films)):
                print(table.markdown())  # noqa: T201 - the command's output
        return 0
