"""`pose-action evaluate action`: train and measure under a data set's official protocol."""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scipy.special import softmax

from pose_action_ros.errors import SettingError
from pose_action_ros.lab.evaluation.action_report import Answers, markdown, write_report
from pose_action_ros.lab.evaluation.tables import Table
from pose_action_ros.lab.search.report import comparison
from pose_action_ros.lab.training.action.benchmarks import DATASETS, Split, inner_splits, splits
from pose_action_ros.lab.training.action.fit import Fitting, fit, logits_of
from pose_action_ros.lab.training.action.network import (
    CELLS,
    HAND_MADE,
    RANDOM,
    NetworkChoice,
    make_network,
)
from pose_action_ros.lab.training.action.sequences import Augmentation, SequenceExamples
from pose_action_ros.lab.training.action.settings import read_sections
from pose_action_ros.recognition.spmf_settings import SpmfSettings
from pose_action_ros.settings import Settings, setting

DESCRIPTION = (
    "Train an action network on the training part of a data set, for several seeds, and measure "
    "it on the test part: accuracy per sequence, per class, confusion matrices. Goes on where it "
    "stopped."
)


@dataclass(frozen=True)
class Protocol(Settings):
    """How a data set is trained on, and how its sequences are answered."""

    copies: int = setting(10, "augmented copies of each training sequence in a pass", low=1)
    views: int = setting(
        10, "augmented copies whose probabilities are averaged with the sequence's own", low=0
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
_log = logging.getLogger(__name__)
Images = npt.NDArray[np.uint8]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--dataset", choices=DATASETS, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data set")
    parser.add_argument("--config", type=Path, required=True, help="YAML, see config/evaluate_*")
    parser.add_argument("--seeds", type=int, default=5, help="trainings of each (%(default)s)")
    parser.add_argument("--splits", nargs="+", help="parts of the protocol; all when left out")
    parser.add_argument(
        "--inner",
        action="store_true",
        help="hold out subjects of the training part in turn instead of the test part: for choices",
    )
    parser.add_argument(
        "--controls",
        type=int,
        default=0,
        help="cells by chance to compare with, and with the hand-made network; none when 0",
    )
    parser.add_argument("--network", choices=(CELLS, HAND_MADE), help="instead of the settings'")
    parser.add_argument("--genotype", help="instead of the settings': file, or random:SEED")
    parser.add_argument(
        "--output", type=Path, default=Path("output/action"), help="folder of the report"
    )


def run(args: argparse.Namespace) -> int:
    """Train and measure every split and seed, print the tables and keep them with pictures."""
    sections = read_sections(args.config, SECTIONS)
    given = {name: value for name in ("network", "genotype") if (value := getattr(args, name))}
    sections["network"] = replace(sections["network"], **given)
    torch.set_num_threads(min(2, torch.get_num_threads()))
    parts = splits(args.dataset, args.data, args.splits or ())
    if args.inner:
        parts = [inner for part in parts for inner in inner_splits(part)]
    mean_of = [part.name for part in parts] if args.inner else _MEAN_OF[args.dataset]
    found = _measured(parts, args.seeds, sections, args.output)
    write_report(found, mean_of, args.output)
    print(markdown(found, mean_of))  # noqa: T201 - the command's output
    if args.controls:
        table = _compared(parts, args, sections, found)
        (args.output / "controls.md").write_text(table, encoding="utf-8")
        print(table)  # noqa: T201
    print(f"kept in {args.output}: action.md, action.json and pictures")  # noqa: T201
    return 0


def _measured(
    parts: Sequence[Split], seeds: int, sections: Mapping[str, Any], output: Path
) -> list[Answers]:
    """Of all parts and seeds."""
    found = []
    for seed in range(1, seeds + 1):
        for part in parts:
            found.append(_answers(part, seed, sections, output))
            _log.info("%s, seed %d: %.2f %%", part.name, seed, 100 * found[-1].accuracy)
    return found


def _compared(
    parts: Sequence[Split],
    args: argparse.Namespace,
    sections: Mapping[str, Any],
    found: Sequence[Answers],
) -> str:
    """Whether the search pays: cells by chance and the hand-made network, trained alike."""
    means = {}
    for name in (*(f"{RANDOM}{number}" for number in range(args.controls)), HAND_MADE):
        changed = {"network": HAND_MADE} if name == HAND_MADE else {"genotype": name}
        chosen = {**sections, "network": replace(sections["network"], **changed)}
        folder = args.output / name.replace(":", "_")
        means[name] = _mean(_measured(parts, args.seeds, chosen, folder))
    hand_made = means.pop(HAND_MADE)
    title = f"Mean accuracy of {', '.join(part.name for part in parts)}"
    return Table(title, *comparison(_mean(found), list(means.values()), hand_made)).markdown()


def _mean(found: Sequence[Answers]) -> float:
    return float(np.mean([one.accuracy for one in found]))


def _answers(split: Split, seed: int, sections: Mapping[str, Any], output: Path) -> Answers:
    """What a network trained with that seed answers, from the file of an earlier run if it can."""
    path = output / "runs" / f"{split.name}_{seed}.json"
    settings = {name: asdict(section) for name, section in sections.items()}
    if path.is_file():
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["settings"] != settings:
            raise SettingError(f"{path} is of other settings; remove it or name another output")
        return Answers.from_json(kept["answers"])
    answers = _trained(split, seed, sections, output / "runs" / f"{split.name}_{seed}")
    text = json.dumps({"settings": settings, "answers": answers.to_json()})
    path.write_text(text, encoding="utf-8")
    return answers


def _trained(split: Split, seed: int, sections: Mapping[str, Any], folder: Path) -> Answers:
    spmf, augmentation = sections["spmf"], sections["augmentation"]
    protocol = sections["protocol"]
    samples = protocol.copies * len(split.train)
    fitting = replace(sections["fitting"], seed=seed, samples=samples)
    train, test = (
        SequenceExamples(part, len(split.labels), spmf, augmentation)
        for part in (split.train, split.test)
    )
    torch.manual_seed(seed)
    network = make_network(sections["network"], len(split.labels), spmf.shape)
    # The curve shows the training part as it is: the test part is looked at once, at the end.
    network = fit(network, train, (train.images, train.truth), fitting, folder)
    rng = np.random.default_rng(seed)
    everything = np.arange(len(test.truth))
    views = [test.images]
    views += [test.augmented(everything, rng) for _ in range(protocol.views)]
    chances = np.mean([softmax(logits_of(network, images), axis=1) for images in views], axis=0)
    return Answers(split.name, seed, split.labels, test.truth, chances)
