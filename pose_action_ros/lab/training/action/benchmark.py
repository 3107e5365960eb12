"""Benchmark of action networks: training and test on the splits of a data set's protocol."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.special import softmax

from pose_action_ros.errors import SettingError
from pose_action_ros.lab.evaluation.action_report import Answers
from pose_action_ros.lab.evaluation.tables import Table
from pose_action_ros.lab.search.report import comparison
from pose_action_ros.lab.training.action.architecture import make_network
from pose_action_ros.lab.training.action.fit import fit, predict_logits
from pose_action_ros.lab.training.action.protocols import Split
from pose_action_ros.lab.training.action.sequence_examples import SequenceExamples
from pose_action_ros.lab.training.action.settings import CELLS, HAND_MADE, RANDOM
from pose_action_ros.recognition.spmf_settings import JET

_log = logging.getLogger(__name__)


def run_splits(
    parts: Sequence[Split], seeds: int, sections: Mapping[str, Any], output: Path
) -> list[Answers]:
    """Train and test on all splits with each seed.

    Args:
        parts: the splits.
        seeds: number of trainings of each.
        sections: settings: fitting, network, augmentation, protocol and spmf.
        output: folder of the runs; answers of an earlier run with equal settings are reused.

    Raises:
        SettingError: the output has a run with other settings.
    """
    results = []
    for seed in range(1, seeds + 1):
        for part in parts:
            results.append(_answers(part, seed, sections, output))
            _log.info("%s, seed %d: %.2f %%", part.name, seed, 100 * results[-1].accuracy)
    return results


def compare_controls(
    parts: Sequence[Split],
    seeds: int,
    sections: Mapping[str, Any],
    output: Path,
    *,
    results: Sequence[Answers],
    controls: int,
) -> str:
    """Compare with random cells, the hand-made network, and images in the paper's JET colours.

    All are trained in the same way.

    Args:
        parts: the splits.
        seeds: number of trainings of each.
        sections: settings, see run_splits.
        output: folder of the runs.
        results: of the network of the settings.
        controls: number of random genotypes.

    Returns:
        A Markdown table.
    """
    network, spmf = sections["network"], sections["spmf"]
    changes = {
        f"{RANDOM}{number}": {
            "network": replace(network, network=CELLS, genotype=f"random:{number}")
        }
        for number in range(controls)
    }
    changes[HAND_MADE] = {"network": replace(network, network=HAND_MADE)}
    if spmf.colours != JET:
        changes[JET] = {"spmf": replace(spmf, colours=JET, height=2 * spmf.height)}
    means = {
        name: _mean(
            run_splits(parts, seeds, {**sections, **changed}, output / name.replace(":", "_"))
        )
        for name, changed in changes.items()
    }
    hand_made, jet = means.pop(HAND_MADE), means.pop(JET, None)
    title = f"Mean accuracy of {', '.join(part.name for part in parts)}"
    table = comparison(_mean(results), list(means.values()), hand_made, jet)
    return Table(title, *table).markdown()


def _mean(results: Sequence[Answers]) -> float:
    return float(np.mean([answers.accuracy for answers in results]))


def _answers(split: Split, seed: int, sections: Mapping[str, Any], output: Path) -> Answers:
    """Answers of a network trained with the seed, read from the file of an earlier run if any."""
    path = output / "runs" / f"{split.name}_{seed}.json"
    settings = {name: asdict(section) for name, section in sections.items()}
    if path.is_file():
        saved = json.loads(path.read_text(encoding="utf-8"))
        if saved["settings"] != settings:
            raise SettingError(
                f"{path} is from a run with other settings; remove it or choose another output"
            )
        return Answers.from_json(saved["answers"])
    answers = _train_and_test(split, seed, sections, output / "runs" / f"{split.name}_{seed}")
    text = json.dumps({"settings": settings, "answers": answers.to_json()})
    path.write_text(text, encoding="utf-8")
    return answers


def _train_and_test(split: Split, seed: int, sections: Mapping[str, Any], folder: Path) -> Answers:
    spmf, protocol = sections["spmf"], sections["protocol"]
    samples = protocol.samples or protocol.copies * len(split.train)
    fitting = replace(sections["fitting"], seed=seed, samples=samples)
    train, test = (
        SequenceExamples(part, len(split.labels), spmf, sections["augmentation"])
        for part in (split.train, split.test)
    )
    torch.manual_seed(seed)
    network = make_network(sections["network"], len(split.labels), spmf.shape)
    # The curve is of the training part: the test part is used once, at the end.
    network = fit(network, train, (train.images, train.truth), fitting, folder)
    rng = np.random.default_rng(seed)
    everything = np.arange(len(test.truth))
    views = [test.images]
    views += [test.augmented(everything, rng) for _ in range(protocol.views)]
    chances = np.mean(
        [softmax(predict_logits(network, images), axis=1) for images in views], axis=0
    )
    broken = np.array([item.broken for item in split.test])
    return Answers(split.name, seed, split.labels, test.truth, chances, broken)
