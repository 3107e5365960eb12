"""Action models: probabilities, labels of the last layer, and files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scipy.special import softmax
from torch import Tensor, nn

from pose_action_ros.errors import ModelError
from pose_action_ros.lab.networks.action_cnn import Calibrated
from pose_action_ros.lab.networks.action_network import ActionNetwork
from pose_action_ros.lab.networks.ensemble import Ensemble, joined, members_of
from pose_action_ros.lab.training.action.architecture import network_of
from pose_action_ros.lab.training.action.visible import needs_of
from pose_action_ros.lab.training.export import export
from pose_action_ros.models.card import ModelCard, read_card
from pose_action_ros.recognition.classifier import INPUT, OUTPUT, SILENT
from pose_action_ros.recognition.spmf_settings import SpmfSettings
from pose_action_ros.settings import from_mapping

WEIGHTS = ".weights.npz"
"""Suffix of the file of weights beside the .onnx file, from which training can be continued."""
MEMBER = "members."
"""Prefix of the names of weights of an ensemble, before the number of the member."""
NONE = "none"
"""Name of no action among the labels of a prior."""
FRESH = 0.01  # standard deviation of the weights of a new label


@dataclass(frozen=True, eq=False)
class ActionModel:
    """A network with the values that its card holds.

    Attributes:
        network: images to logits, with spare outputs also one of the background, see join_spare.
        labels: the actions, in the order of the logits.
        spmf: how images are drawn.
        window: length of a window [s].
        temperature: of the calibrated probabilities.
        unknown_below: probability below which the answer is "unknown"; one for all labels, or one
            for each.
        silent: labels that are learnt, but never answered.
        prior: how many times more frequent a label is before a robot than in training, NONE for no
            action; 1 where missing.
    """

    network: ActionNetwork | Ensemble
    labels: tuple[str, ...]
    spmf: SpmfSettings
    window: float
    temperature: float
    unknown_below: float | Mapping[str, float]
    silent: tuple[str, ...] = ()
    prior: Mapping[str, float] = field(default_factory=dict)

    @property
    def weights(self) -> npt.NDArray[np.float64]:
        """Prior of each output of the network: the labels, then the background if it has one."""
        names = (*self.labels, NONE) if self.background else self.labels
        return np.array([self.prior.get(name, 1.0) for name in names])

    def probabilities(self, logits: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
        """Calibrated probabilities (N, L), or (N, L + 1) with the background, of logits."""
        scaled = logits / self.temperature + np.log(self.weights)
        return np.asarray(softmax(scaled, axis=1), np.float64)

    @property
    def thresholds(self) -> npt.NDArray[np.float64]:
        """(L,) probability of each label below which the answer is "unknown"; see SILENT."""
        table = self.unknown_below
        values = [table[name] if isinstance(table, Mapping) else table for name in self.labels]
        silent = np.isin(self.labels, self.silent)
        return np.where(silent, SILENT, values)

    @property
    def threshold(self) -> float:
        """The threshold of all labels; their median, without silent labels, if they differ."""
        values = self.thresholds
        return float(np.median(values[values < SILENT])) if (values < SILENT).any() else 1.0

    @property
    def background(self) -> bool:
        """True if the logits of the labels are followed by one of the background."""
        return self.network.shape.spare > 0


def with_labels(
    network: ActionNetwork, old: Sequence[str], new: Sequence[str], spare: int | None = None
) -> ActionNetwork:
    """Copy a network with other labels: common labels keep their rows, new rows are random.

    Args:
        network: not changed.
        old: its labels, in the order of its logits.
        new: labels of the copy.
        spare: number of spare outputs of the copy; None for the same number.
    """
    old_spare = network.shape.spare
    new_spare = old_spare if spare is None else spare
    changed = network.with_outputs(len(new), new_spare)
    state = deepcopy(network.state_dict())
    rows: list[int | None] = [old.index(label) if label in old else None for label in new]
    rows += [len(old) + number if number < old_spare else None for number in range(new_spare)]
    weight, bias = network.last_layer.weight.detach(), network.last_layer.bias.detach()
    new_weight = FRESH * torch.randn(len(rows), weight.shape[1])
    for row, source in enumerate(rows):
        if source is not None:
            new_weight[row] = weight[source]
    state[f"{network.last}.weight"] = new_weight
    state[f"{network.last}.bias"] = torch.stack(
        [bias.mean() if source is None else bias[source] for source in rows]
    )
    changed.load(state, "the base")
    return changed.eval()


def round_weights(network: nn.Module) -> None:
    """Round weights in place to the precision of the files, so that the scores are the files'."""
    for value in network.state_dict().values():
        value.copy_(_rounded(value))


def _rounded_thresholds(value: float | Mapping[str, float]) -> float | dict[str, float]:
    if isinstance(value, Mapping):
        return {label: round(number, 3) for label, number in value.items()}
    return round(value, 3)


def _rounded(value: Tensor) -> Tensor:
    """Half precision for matrices; vectors, which are small, keep theirs."""
    return value.half() if value.ndim > 1 and value.is_floating_point() else value


def write_model(
    path: Path,
    model: ActionModel,
    training: Mapping[str, Any],
    scores: Mapping[str, Any],
) -> None:
    """Write the .onnx file, its card, and its weights, from which training can be continued.

    Args:
        path: of the .onnx file.
        model: to write; the weights of its network are rounded, see round_weights.
        training: data and settings of the training, for the card.
        scores: results of the tests, for the card.
    """
    round_weights(model.network)
    spmf = asdict(model.spmf)
    settings: dict[str, Any] = {
        "labels": list(model.labels),
        "window": model.window,
        "unknown_below": _rounded_thresholds(model.unknown_below),
        "silent": list(model.silent),
        "needs": needs_of(model.labels) if model.spmf.people == 1 else [],
        "temperature": round(model.temperature, 4),
        "prior": dict(model.prior),
        "spmf": {key: value for key, value in spmf.items() if key != "skeleton"},
        "background": model.background,
        "networks": [network.described() for network in members_of(model.network)],
    }
    card = ModelCard(
        name=path.stem,
        task="action",
        sha256="",
        licence="Apache-2.0",
        source=f"Enhanced-SPMF and {_kind(model.network)}: Pham et al. 2020, Sensors 20(7):1825",
        skeleton=model.spmf.skeleton,
        settings=settings,
        training=training,
        scores=scores,
    )
    rng = np.random.default_rng(0)
    example = torch.from_numpy(rng.integers(0, 256, (4, *model.spmf.shape))).float()
    weights = model.weights.tolist() if model.prior else ()
    calibrated = Calibrated(model.network, model.temperature, weights)
    export(calibrated, example, (INPUT, (OUTPUT,)), path, card)
    state = {name: _rounded(value).numpy() for name, value in model.network.state_dict().items()}
    with path.with_name(path.stem + WEIGHTS).open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **state)


def _kind(network: ActionNetwork | Ensemble) -> str:
    """What the source of a card says of the networks."""
    count = Counter(member.words for member in members_of(network))
    return " and ".join(
        one if number == 1 else f"{number} {several}" for (one, several), number in count.items()
    )


def read_model(path: Path) -> ActionModel:
    """Read a model with its networks, to continue its training.

    Raises:
        ModelError: no such model, one without weights, or weights that do not match the card.
    """
    card, weights = read_card(path, "action"), path.with_name(path.stem + WEIGHTS)
    settings = card.settings
    if not weights.is_file():
        raise ModelError(
            f"{path} has no {weights.name} beside it; start from the shipped model or from one "
            "that was made from it"
        )
    members = [network_of(one, str(path)) for one in settings.get("networks", ())]
    if not members:
        raise ModelError(f"the card of {path} describes no networks; train the model again")
    try:
        with np.load(weights) as file:
            state = {name: torch.from_numpy(file[name]) for name in file.files}
    except Exception as error:  # NumPy and zipfile raise many types for damaged files
        raise ModelError(f"{weights} is damaged: {error}; restore the file") from error
    for number, member in enumerate(members):
        prefix = f"{MEMBER}{number}." if len(members) > 1 else ""
        own = {
            name.removeprefix(prefix): value
            for name, value in state.items()
            if name.startswith(prefix)
        }
        member.eval().load(own, str(weights))
    return ActionModel(
        network=joined(members),
        labels=tuple(settings["labels"]),
        spmf=from_mapping(SpmfSettings, {**settings["spmf"], "skeleton": card.skeleton}),
        window=float(settings["window"]),
        temperature=float(settings["temperature"]),
        unknown_below=settings["unknown_below"],
        silent=tuple(settings.get("silent", ())),
        prior=dict(settings.get("prior", {})),
    )
