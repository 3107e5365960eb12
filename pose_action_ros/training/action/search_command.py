"""`pose-action search`: find the cells of an action network."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from pose_action_ros.networks.cells import CellShape
from pose_action_ros.recognition.spmf_settings import SpmfSettings
from pose_action_ros.search.enas import Examples, search
from pose_action_ros.search.report import write_report
from pose_action_ros.search.settings import SearchSettings
from pose_action_ros.training.action.benchmarks import DATASETS, inner_split, splits
from pose_action_ros.training.action.data import RobotData
from pose_action_ros.training.action.network import NetworkChoice
from pose_action_ros.training.action.sequences import Augmentation, SequenceExamples
from pose_action_ros.training.action.settings import ActionData, read_sections

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
HeldOut = tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--config", type=Path, required=True, help="YAML, see config/search_*.yaml")
    parser.add_argument(
        "--dataset",
        choices=(SIMULATED, *DATASETS),
        default=SIMULATED,
        help="what is recognised; of a data set only the training part is used (%(default)s)",
    )
    parser.add_argument("--data", type=Path, help="folder of the data set")
    parser.add_argument("--split", help="part of its protocol (the last one)")
    parser.add_argument(
        "--output", type=Path, required=True, help="folder for checkpoint, curve and report"
    )


def run(args: argparse.Namespace) -> int:
    """Search, or go on, then write genotype.json and the pictures."""
    sections = read_sections(args.config, SECTIONS)
    spmf, choice = sections["spmf"], sections["network"]
    torch.set_num_threads(min(2, torch.get_num_threads()))
    examples, held_out = _examples(args, sections)
    height, width, _ = spmf.shape
    shape = CellShape(
        examples.labels,
        height,
        width,
        choice.channels,
        choice.blocks,
        choice.cells,
        choice.dropout,
        choice.drop_path,
    )
    ranked = search(sections["search"], shape, examples, held_out, args.output)
    write_report(args.output, ranked)
    _log.info(
        "best of %d: %.3f; its genotype is in %s", len(ranked), ranked[0].accuracy, args.output
    )
    return 0


def _examples(args: argparse.Namespace, sections: dict[str, object]) -> tuple[Examples, HeldOut]:
    """What the shared weights learn from, and what gives the rewards."""
    spmf, augmentation = sections["spmf"], sections["augmentation"]
    assert isinstance(spmf, SpmfSettings)
    assert isinstance(augmentation, Augmentation)
    if args.dataset == SIMULATED:
        choices = sections["data"]
        assert isinstance(choices, ActionData)
        data = RobotData(choices, spmf, args.output)
        windows = data.simulated("validation")
        return data.examples(), (windows.images, windows.truth)
    found = {split.name: split for split in splits(args.dataset, args.data)}
    split = inner_split(found[args.split or list(found)[-1]])
    train, test = (
        SequenceExamples(part, len(split.labels), spmf, augmentation)
        for part in (split.train, split.test)
    )
    return train, (test.images, test.truth)
