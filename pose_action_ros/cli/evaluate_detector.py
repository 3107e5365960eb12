"""`pose-action evaluate detector`: figures of 2D detectors, alone and through the later stages."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pose_action_ros.cli.options import add_options, add_output, settings_from
from pose_action_ros.errors import SettingError
from pose_action_ros.lab.evaluation.settings import DetectorRun
from pose_action_ros.lab.evaluation.tables import show, write_figures
from pose_action_ros.models.openpose_card import cached_detectors

if TYPE_CHECKING:
    from pose_action_ros.lab.evaluation.detector import DetectorFigures

DESCRIPTION = (
    "Figures of 2D detectors on simulated people, near and far, partly occluded and outside the "
    "image, or on annotated images: average precision and recall (OKS, as defined by COCO), share "
    "of people found by height, time and memory; and on simulated people errors of 3D poses, right "
    "actions, and identity (IDF1, HOTA, switches) of passers-by."
)
BLAZEPOSE = "blazepose"
Figures = TypeVar("Figures")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "detectors",
        metavar="DETECTOR",
        nargs="*",
        help="detector, or name or .onnx file of an OpenPose network, and settings that differ: "
        f"{BLAZEPOSE},search_interval=1 (default: {BLAZEPOSE} and every network in the cache)",
    )
    parser.add_argument(
        "--annotations",
        type=Path,
        metavar="FILE",
        help="annotations in COCO's format instead of the simulation",
    )
    parser.add_argument(
        "--films",
        type=Path,
        nargs="+",
        metavar="PATH",
        help="films of one person, or folders of them, instead of the simulation: ids, their "
        "changes, and time with more and with fewer people",
    )
    parser.add_argument("--images", type=Path, metavar="FOLDER", help="images of the annotations")
    add_options(parser, DetectorRun, skip=("detector", "detector_model"))
    parser.add_argument(
        "--scenes-folder",
        type=Path,
        default=Path("output/scenes"),
        help="folder where rendered scenes are stored for the next run",
    )
    add_output(parser, "output/detector.json", "file of the figures")


def run(args: argparse.Namespace) -> int:
    """Measure, print and write the figures.

    Raises:
        SettingError: annotations without images, or images without annotations.
        PoseActionError: a model cannot be loaded, or the images cannot be read.
    """
    from pose_action_ros.lab.evaluation.coco_images import measure_on_images
    from pose_action_ros.lab.evaluation.detector import measure_detector
    from pose_action_ros.lab.evaluation.detector_tables import detector_tables, film_table
    from pose_action_ros.lab.evaluation.films import measure_films

    if (args.annotations is None) != (args.images is None):
        raise SettingError("got only one of --annotations and --images, expected both or neither")
    settings = settings_from(args, DetectorRun)
    detectors = args.detectors or [BLAZEPOSE, *cached_detectors()]
    if args.films:
        in_films = partial(measure_films, settings=settings, paths=args.films)
        reports = measured(in_films, detectors)
        show(film_table(reports))
        write_figures([asdict(one) for one in reports], args.output)
        return 0
    measure: Callable[[str], DetectorFigures] = partial(
        measure_detector, settings=settings, scenes=args.scenes_folder
    )
    if args.annotations is not None:
        measure = partial(
            measure_on_images, settings=settings, annotations=args.annotations, images=args.images
        )
    figures = measured(measure, detectors)
    show(*detector_tables(figures))
    write_figures([asdict(one) for one in figures], args.output)
    return 0


def measured(measure: Callable[[str], Figures], detectors: Sequence[str]) -> list[Figures]:
    """Measure each detector in a separate process, and so its memory alone."""
    figures = []
    for name in detectors:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
            figures.append(process.submit(measure, name).result())
    return figures
