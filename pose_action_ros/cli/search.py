"""`pose-action search`: search for the cells of an action network."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pose_action_ros.errors import SettingError
from pose_action_ros.lab.search.settings import SearchSettings
from pose_action_ros.lab.training.action.sections import read_sections
from pose_action_ros.lab.training.action.settings import (
    DATASETS,
    ActionData,
    Augmentation,
    NetworkChoice,
)
from pose_action_ros.recognition.spmf_settings import SpmfSettings

if TYPE_CHECKING:
    from pose_action_ros.lab.search.enas import Examples
    from pose_action_ros.lab.search.shared import Images, Labels

DESCRIPTION = "Search for the cells of an action network with ENAS."

SIMULATED = "simulated"
SECTIONS = {
    "search": SearchSettings,
    "network": NetworkChoice,
    "data": ActionData,
    "augmentation": Augmentation,
    "spmf": SpmfSettings,
}
_log = logging.getLogger(__name__)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--config", type=Path, required=True, help="YAML, see config/search_*.yaml")
    parser.add_argument(
        "--dataset",
        choices=(SIMULATED, *DATASETS),
        default=SIMULATED,
        help="training data; of a data set only the training part is used (%(default)s)",
    )
    parser.add_argument("--data", type=Path, help="folder of the data set")
    parser.add_argument("--split", help="part of its protocol (default: the last one)")
    parser.add_argument(
        "--output", type=Path, required=True, help="folder for checkpoint, curve and report"
    )


def run(args: argparse.Namespace) -> int:
    """Search, or resume, then write genotype.json and the pictures."""
    import torch

    from pose_action_ros.lab.search.enas import search
    from pose_action_ros.lab.search.report import write_report
    from pose_action_ros.lab.training.action.architecture import cell_shape

    sections = read_sections(args.config, SECTIONS)
    torch.set_num_threads(min(2, torch.get_num_threads()))
    examples, held_out = (
        _simulated(sections, args.output)
        if args.dataset == SIMULATED
        else _recorded(sections, args)
    )
    shape = cell_shape(sections["network"], examples.labels, sections["spmf"].shape)
    ranked = search(sections["search"], shape, examples, held_out, args.output)
    write_report(args.output, ranked)
    _log.info(
        "best of %d: %.3f; its genotype is in %s", len(ranked), ranked[0].accuracy, args.output
    )
    return 0


def _simulated(sections: Mapping[str, Any], output: Path) -> tuple[Examples, tuple[Images, Labels]]:
    """Training images of simulated people, and images that give the rewards."""
    from pose_action_ros.lab.training.action.data import TrainingData

    # Shared weights have no spare outputs for gestures.
    choices = replace(sections["data"], simulated_gestures=0, rendered_gestures=0)
    data = TrainingData(choices, sections["spmf"], output)
    data.make_people()
    windows = data.windows("validation")
    named = windows.truth >= 0
    return data.examples(), (windows.images[named], windows.truth[named])


def _recorded(
    sections: Mapping[str, Any], args: argparse.Namespace
) -> tuple[Examples, tuple[Images, Labels]]:
    """Training images of a data set, and images of other training subjects for the rewards."""
    from pose_action_ros.lab.training.action.protocols import reward_split, splits
    from pose_action_ros.lab.training.action.sequence_examples import SequenceExamples

    if args.data is None:
        raise SettingError(f"--dataset {args.dataset} needs --data, the folder of its files")
    split = reward_split(splits(args.dataset, args.data, [args.split] if args.split else [])[-1])
    train, test = (
        SequenceExamples(part, len(split.labels), sections["spmf"], sections["augmentation"])
        for part in (split.train, split.test)
    )
    return train, (test.images, test.truth)
