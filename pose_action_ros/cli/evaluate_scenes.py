"""`pose-action evaluate`: one class for each command that measures on simulated scenes."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from pose_action_ros.cli.options import add_options, add_output, settings_from
from pose_action_ros.errors import SettingError
from pose_action_ros.lab.evaluation.settings import (
    ChainRun,
    FallRun,
    InteractionRun,
    VisibilityRun,
)
from pose_action_ros.lab.evaluation.tables import show, write_figures

if TYPE_CHECKING:
    from pose_action_ros.lab.evaluation.chain import ChainReport


class Chain:
    """`evaluate chain`: from rendered images to placed poses, against ground truth."""

    DESCRIPTION = (
        "Render simulated people, detect, track and lift them; errors of poses and positions."
    )

    @staticmethod
    def configure(parser: ArgumentParser) -> None:
        """Add the options."""
        add_options(parser, ChainRun)
        add_output(parser, "output/chain.json", "file of the figures")

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
            show(*visibility_tables(measure_visibility(name, settings, args.films)))
        return 0


class Falls:
    """`evaluate falls`: answers for simulated falls, and false falls in other movements."""

    DESCRIPTION = (
        "Simulate falls, and other movements, before low, eye-level and ceiling cameras. "
        "Measure the falls that are answered until one second after their end, the state after "
        "them, the tracks, and the false falls per hour: through rendered images and all stages, "
        "and for exact 3D poses."
    )

    @staticmethod
    def configure(parser: ArgumentParser) -> None:
        """Add the options."""
        add_options(parser, FallRun)
        add_output(parser, "output/falls", "folder of the report")

    @staticmethod
    def run(args: Namespace) -> int:
        """Measure, print and write the figures."""
        from pose_action_ros.lab.evaluation.falls import fall_tables, measure_falls, write_falls

        report = measure_falls(settings_from(args, FallRun))
        write_falls(report, args.output)
        show(*fall_tables(report))
        print(f"kept in {args.output}: falls.md and falls.csv")  # noqa: T201 - the output
        return 0


class Interaction:
    """`evaluate interaction`: rendered simulated pairs, or two people of a data set."""

    DESCRIPTION = (
        "Measure the model of interactions without training on the data: on rendered simulated "
        "pairs through all stages, or on recorded sequences of two people (--dataset)."
    )

    @staticmethod
    def configure(parser: ArgumentParser) -> None:
        """Add the options."""
        parser.add_argument(
            "--dataset", choices=("sbu_kinect",), help="recorded pairs (default: rendered)"
        )
        parser.add_argument("--data", type=Path, help="folder of the data set")
        parser.add_argument(
            "--folds", type=int, nargs="+", help="folds of the data set to measure (default: all)"
        )
        add_options(parser, InteractionRun)
        add_output(parser, "output/interaction.json", "file of the answers")

    @staticmethod
    def run(args: Namespace) -> int:
        """Measure, print and write the answers."""
        from pose_action_ros.lab.evaluation.interactions import (
            measure_pairs,
            measure_recorded,
            pairs_table,
            recorded_table,
        )

        settings = settings_from(args, InteractionRun)
        if not args.dataset:
            results = measure_pairs(settings)
            show(pairs_table(results))
            write_figures([asdict(one) for one in results], args.output)
            return 0
        if args.data is None:
            raise SettingError(f"--dataset {args.dataset} needs --data FOLDER")
        answers = measure_recorded(settings, args.data)
        chosen = [one for one in answers if not args.folds or one.fold in args.folds]
        show(recorded_table(chosen))
        write_figures([asdict(one) for one in chosen], args.output)
        return 0
