"""`pose-action evaluate detector`: average precision, time and memory of 2D detectors."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import partial
from itertools import pairwise
from math import isnan
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from pose_action_ros.cli.options import add_options, settings_from
from pose_action_ros.errors import SettingError
from pose_action_ros.lab.evaluation.settings import BLAZEPOSE, DetectorRun
from pose_action_ros.lab.evaluation.tables import Table, write_figures
from pose_action_ros.models.openpose_card import cached_detectors

if TYPE_CHECKING:
    from pose_action_ros.lab.evaluation.detector import DetectorFigures

DESCRIPTION = (
    "Average precision and recall (OKS, as defined by COCO) of 2D detectors on one to six "
    "simulated people, near and far, partly occluded and outside the image, or on annotated "
    "images; time and memory."
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "detectors",
        metavar="DETECTOR",
        nargs="*",
        help=f"{BLAZEPOSE}, or the name or .onnx file of an OpenPose network (default: {BLAZEPOSE} "
        "and every network in the cache)",
    )
    parser.add_argument(
        "--annotations",
        type=Path,
        metavar="FILE",
        help="annotations in COCO's format, evaluated by pycocotools, instead of the simulation",
    )
    parser.add_argument("--images", type=Path, metavar="FOLDER", help="images of the annotations")
    add_options(parser, DetectorRun, skip=("detector", "detector_model"))
    parser.add_argument(
        "--output", type=Path, default=Path("output/detector.json"), help="file of the figures"
    )


def run(args: argparse.Namespace) -> int:
    """Measure, print and write the figures.

    Raises:
        SettingError: annotations without images, or images without annotations.
        PoseActionError: a model cannot be loaded, or the images cannot be read.
    """
    from pose_action_ros.lab.evaluation.coco_images import measure_on_images
    from pose_action_ros.lab.evaluation.detector import measure_detector

    if (args.annotations is None) != (args.images is None):
        raise SettingError("got only one of --annotations and --images, expected both or neither")
    settings = settings_from(args, DetectorRun)
    measure: Callable[[str], DetectorFigures] = partial(measure_detector, settings=settings)
    if args.annotations is not None:
        measure = partial(
            measure_on_images, settings=settings, annotations=args.annotations, images=args.images
        )
    figures = measured(measure, args.detectors or [BLAZEPOSE, *cached_detectors()])
    print(detector_table(figures).markdown())  # noqa: T201 - the command's output
    write_figures([asdict(one) for one in figures], args.output)
    return 0


def measured(
    measure: Callable[[str], DetectorFigures], detectors: Sequence[str]
) -> list[DetectorFigures]:
    """Measure each detector in a separate process, and so its memory alone."""
    from tqdm import tqdm

    figures = []
    for name in tqdm(detectors, "detectors", disable=None):
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
            figures.append(process.submit(measure, name).result())
    return figures


def detector_table(figures: Sequence[DetectorFigures]) -> Table:
    """One row for each detector; scores in percent."""
    from pose_action_ros.lab.evaluation.detector import GROUPS

    grouped = any(one.groups for one in figures)
    names = [f"AP, {_range(low, high - 1)}" for low, high in pairwise(GROUPS)] if grouped else []
    header = ["detector", "AP", "AP 0.5", "AP 0.75", "AR", *names]
    header += ["people per image", "ms per image", "CPU ms", "memory [MB]"]
    rows = [
        [
            one.name,
            *(_percent(value) for value in asdict(one.scores).values()),
            *(_percent(group.ap) for group in one.groups),
            f"{one.people[1]:.2f} of {one.people[0]:.2f}",
            f"{one.cost.wall:.1f}",
            f"{one.cost.cpu:.1f}",
            f"{one.cost.memory:.0f}",
        ]
        for one in figures
    ]
    images = figures[0].images if figures else 0
    return Table(f"2D detectors on {images} images", header, rows)


def _range(low: int, high: int) -> str:
    return f"{low} to {high} people" if high > low else "1 person"


def _percent(value: float) -> str:
    return "-" if isnan(value) else f"{100 * value:.1f}"
