"""Settings of training, teaching and evaluating action models. No heavy imports."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pose_action_ros.settings import Settings, setting

DATASETS = ("msr_action3d", "sbu_kinect")
CELLS, HAND_MADE = "cells", "cnn"
RANDOM = "random:"


KINDS = ("actions", "others", "gestures", "idle", "captured")
"""Kinds of people: in actions, in other movements, in unnamed gestures that are additional training
classes, standing about, and of motion capture."""
WAYS = ("simulated", "rendered")
"""Ways to keypoints: a simulated detector, or images and the real one."""


@dataclass(frozen=True)
class WindowChoice(Settings):
    """Windows that are cut from recordings."""

    window: float = setting(2.0, "length of the windows", unit="s", low=0.2, high=30.0)
    every: float = setting(0.3, "time between windows of a recording", unit="s", low=0.01)
    settle: float = setting(
        0.3, "least time since the label changed, at the end of a window", unit="s", low=0.0
    )
    shortest: float = setting(1.0, "least part of a window with poses", unit="s", low=0.0)


@dataclass(frozen=True)
class ActionData(WindowChoice):
    """People that the action model is trained, calibrated and tested on."""

    seed: int = setting(1, "random seed", low=0)
    workers: int = setting(0, "processes that make people; 0 for this one", low=0, high=64)
    simulated_actions: int = setting(
        1200, "people in actions, with a simulated detector, for training", low=0
    )
    simulated_others: int = setting(300, "the same in movements that are no action", low=0)
    simulated_gestures: int = setting(300, "the same in unnamed gestures", low=0)
    simulated_idle: int = setting(100, "the same standing about", low=0)
    simulated_captured: int = setting(300, "the same from motion capture", low=0)
    rendered_actions: int = setting(
        0, "people in actions, as images through the detector, for training", low=0
    )
    rendered_others: int = setting(0, "the same in movements that are no action", low=0)
    rendered_gestures: int = setting(0, "the same in unnamed gestures", low=0)
    rendered_idle: int = setting(0, "the same standing about", low=0)
    rendered_captured: int = setting(0, "the same from motion capture", low=0)
    held_out: int = setting(
        10, "people for calibration, and as many for testing, per 100 for training", low=1, high=100
    )
    simulated_each: int = setting(6, "movements of each simulated person", low=1)
    rendered_each: int = setting(3, "movements of each rendered person", low=1)
    gestures: int = setting(
        48, "unnamed gestures that are additional training classes; 0 for none", low=0, high=1000
    )
    captures: str = setting(
        "",
        "files of motion capture (.npz), and folders of .bvh files without any of the actions, "
        "separated by commas; empty for none",
    )
    validation_subjects: str = setting(
        "", "their subjects for calibration, separated by commas; training omits them"
    )
    test_subjects: str = setting("", "their subjects for testing, separated by commas")
    actions_share: float = setting(
        0.52, "share of the images, relative to those of the other kinds", low=0, high=1
    )
    others_share: float = setting(0.2, "the same of movements that are no action", low=0, high=1)
    gestures_share: float = setting(0.12, "the same of unnamed gestures", low=0, high=1)
    idle_share: float = setting(0.06, "the same of people who stand about", low=0, high=1)
    captured_share: float = setting(0.1, "the same of motion capture", low=0, high=1)
    rendered_share: float = setting(
        0.4, "share of rendered people in a kind that has any", low=0, high=1
    )


@dataclass(frozen=True)
class NetworkChoice(Settings):
    """Network architecture and size."""

    network: str = setting(
        CELLS, "cells of a genotype, or a hand-made CNN", choices=(CELLS, HAND_MADE)
    )
    genotype: str = setting(
        "searched",
        "file of a genotype, random:SEED for a random one, or `searched` for the one found on JET "
        "images with square cells",
    )
    full_height: bool = setting(
        False, "the first layers read all rows of a column at once, the others work along time"
    )
    row_channels: int = setting(
        8, "features of each row in the first layer of such a network", low=1, high=64
    )
    channels: int = setting(16, "channels of the first block of cells, or first layer", low=1)
    blocks: int = setting(2, "blocks of cells", low=1, high=6)
    cells: int = setting(1, "normal cells in a block", low=1, high=12)
    dropout: float = setting(0.4, "dropout before the last layer", low=0.0, high=0.95)
    drop_path: float = setting(0.1, "drop rate of operations in cells", low=0.0, high=0.9)
    members: int = setting(
        1,
        "networks that are trained apart, from other random weights and on other windows; their "
        "probabilities are averaged",
        low=1,
        high=8,
    )
    hand_made: int = setting(
        0, "hand-made networks that are trained as further members", low=0, high=8
    )
    hand_made_channels: int = setting(96, "channels of their first layer", low=1)

    @property
    def count(self) -> int:
        """Number of networks."""
        return self.members + self.hand_made

    def of_member(self, number: int) -> NetworkChoice:
        """Architecture of the member with the number, from 0: the hand-made ones come last."""
        if number < self.members:
            return self
        return replace(self, network=HAND_MADE, channels=self.hand_made_channels)


@dataclass(frozen=True)
class Fitting(Settings):
    """Optimisation of an action network."""

    seed: int = setting(1, "random seed", low=0)
    epochs: int = setting(60, "passes", low=1)
    stop: int = setting(
        0,
        "passes after which the training ends, before its learning rate has fallen; 0 for all",
        low=0,
    )
    keep: int = setting(
        0,
        "passes between checkpoints that are kept, from which `stop` can be chosen on films after "
        "the training; 0 for none",
        low=0,
    )
    samples: int = setting(8000, "augmented images per pass", low=2)
    repeats: int = setting(2, "passes over the same images", low=1)
    batch: int = setting(64, "images per step", low=2)
    learning_rate: float = setting(6e-3, "peak of the schedule", low=0.0)
    weight_decay: float = setting(2e-2, "of AdamW", low=0.0)
    label_smoothing: float = setting(0.1, "of the cross entropy", low=0.0, high=0.9)
    averaging: float = setting(
        0.99, "decay of the averaged weights per step; 0 for no averaging", low=0.0, high=1
    )
    workers: int = setting(0, "processes that draw images besides the training process", low=0)


@dataclass(frozen=True)
class AnswerChoice(Settings):
    """When the model answers."""

    unknown_below: float = setting(
        -1.0,
        "probability below which the answer is 'unknown', as chosen on films; negative for the "
        "lowest with which at most a share `wrong` of the answers is wrong on held-out people",
        low=-1.0,
        high=1.0,
    )
    wrong: float = setting(0.1, "allowed share of wrong answers", low=0.001, high=0.9)
    lost: float = setting(
        0.0,
        "share of its right answers on held-out people that each label gives up: labels that "
        "simulated people make easy get a higher threshold",
        low=0.0,
        high=0.9,
    )
    wrong_each: float = setting(
        0.25,
        "allowed share of wrong answers of each label on held-out people; a label without such a "
        "threshold is learnt and never answered",
        low=0.001,
        high=0.9,
    )
    early: str = setting(
        "",
        "labels with a threshold of their own, as chosen on films and falls, such as "
        "'falling=0.2'; separated by commas, empty for none",
    )
    silent: str = setting(
        "", "labels that are learnt and never answered, separated by commas; empty for none"
    )
    prior: str = setting(
        "",
        "how many times more frequent labels are before a robot than in training, such as "
        "'raising_hand=2.5, arm_circles=0.3', `none` for no action; separated by commas, 1 for "
        "the others",
    )


@dataclass(frozen=True)
class Augmentation(Settings):
    """Random changes to sequences of a data set."""

    mirror: bool = setting(False, "mirror half of the sequences; for labels without a side")
    crop: float = setting(0.1, "largest part cut off at each end", low=0.0, high=0.4)
    warp: float = setting(0.15, "time warping, standard deviation", low=0.0, high=0.5)
    tilt: float = setting(6.0, "tilt of the camera, standard deviation", unit="deg", low=0.0)
    turn: float = setting(15.0, "about the vertical, standard deviation", unit="deg", low=0.0)
    scale: float = setting(0.08, "largest stretch of an axis", low=0.0, high=0.9)
    offset: float = setting(
        0.01, "constant error of a joint, standard deviation", unit="m", low=0.0
    )
    jitter: float = setting(
        0.005, "error that varies in time, standard deviation", unit="m", low=0.0
    )


@dataclass(frozen=True)
class Protocol(Settings):
    """Training and test-time augmentation on a data set."""

    copies: int = setting(10, "augmented copies of each training sequence in a pass", low=1)
    samples: int = setting(
        0,
        "augmented images in a pass, so that small splits are trained for as many steps as large "
        "ones; 0 for those copies",
        low=0,
    )
    views: int = setting(
        10, "augmented copies of a sequence; their probabilities are averaged with its own", low=0
    )


@dataclass(frozen=True)
class TeachSettings(Settings):
    """Teaching."""

    base: str = setting("action", "model to start from: shipped name, or path to an .onnx file")
    keep: str = setting(
        "all", "actions of the base to keep: all, none, or names separated by commas"
    )
    mirror: bool = setting(
        True,
        "also train on mirrored recordings: an action without left or right in its name keeps its "
        "label, other labels change to the opposite side where the model has that label",
    )
    seed: int = setting(1, "random seed", low=0)
    epochs: int = setting(
        0, "passes over all weights, after the last layer was fitted; takes minutes", low=0
    )
    samples: int = setting(4000, "augmented images per pass", low=2)
    learning_rate: float = setting(1e-3, "peak learning rate of these passes", low=0.0)
    people: int = setting(300, "simulated people who perform the base's actions", low=1)
    threads: int = setting(2, "CPU threads", low=1, high=64)
