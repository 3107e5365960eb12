"""Settings of `pose-action evaluate` and its lifter, chain, detector, recogniser, falls."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TypeVar

from pose_action_ros.errors import SettingError
from pose_action_ros.pipeline_settings import PipelineSettings
from pose_action_ros.settings import Settings, from_mapping, kind_of, limits_of, setting

EXACT, DETECTOR, FILES = "exact", "detector", "files"
ALL_IMAGES, NEWEST = "all", "newest"


@dataclass(frozen=True)
class LifterRun(Settings):
    """People of any data set, before virtual cameras or before those of the data set."""

    keypoints: str = setting(
        EXACT,
        "2D of the people: projected joints; the 2D detector's and tracker's in rendered images; "
        "or the detections in the files of Human3.6M and of recordings",
        choices=(EXACT, DETECTOR, FILES),
    )
    images: str = setting(
        ALL_IMAGES,
        "images that the lifter gets: all up to the present one, or the newest alone",
        choices=(ALL_IMAGES, NEWEST),
    )
    subjects: str = setting("", "subjects to measure, with a comma between two; empty for all")
    joint_names: str = setting("", "YAML file of the joint names in .bvh files, empty for none")
    rate: float = setting(15.0, "images per second", unit="Hz", low=1.0, high=240.0)
    cameras: int = setting(2, "virtual cameras of each sequence", low=1, high=100)
    lowest: float = setting(0.3, "least height of a virtual camera", unit="m", low=-2.0, high=10.0)
    highest: float = setting(1.8, "greatest height of one", unit="m", low=-2.0, high=10.0)
    nearest: float = setting(
        1.5,
        "least distance of one along the floor; more where a standing person would not fit into "
        "the image",
        unit="m",
        low=0.5,
        high=100.0,
    )
    farthest: float = setting(6.0, "greatest distance of one", unit="m", low=0.5, high=100.0)
    most: int = setting(
        0,
        "images of each data set, chosen evenly from its subjects and actions; 0: 2000 rendered "
        "ones, 50000 others",
        low=0,
    )
    seed: int = setting(4000, "of virtual cameras, bodies and choice", low=0)

    def check_limits(self) -> None:
        """Raise SettingError if a least value is above the greatest one."""
        for low, high in (("lowest", "highest"), ("nearest", "farthest")):
            if getattr(self, low) > getattr(self, high):
                raise SettingError(
                    f"got {low} {getattr(self, low)} m above {high} {getattr(self, high)} m, "
                    "expected the first to be the smaller one"
                )

    @property
    def images_each(self) -> int:
        """Most images of a data set."""
        return self.most or (2000 if self.keypoints == DETECTOR else 50000)


@dataclass(frozen=True)
class ChainRun(Settings):
    """Scenes with one person each."""

    scenes: int = setting(40, "scenes, each with its own body, camera, light and actions", low=1)
    seconds: float = setting(6.0, "length of a scene", unit="s", low=2.0, high=600.0)
    rate: float = setting(15.0, "images per second", unit="Hz", low=1.0, high=120.0)
    postures: float = setting(
        0.4,
        "share of the scenes with a person who sits, kneels, squats, bends, crawls, leans, lies or "
        "gets up, as in homes and hospitals, instead of two actions",
        low=0.0,
        high=1.0,
    )
    seed: int = setting(1000, "of the scenes", low=0)


@dataclass(frozen=True)
class DetectorRun(PipelineSettings):
    """Scenes with one to six performers of actions, and crowds of passers-by."""

    scenes: int = setting(24, "scenes; 1, 2, 4 and 6 performers in turn", low=1)
    seconds: float = setting(4.0, "length of a scene", unit="s", low=0.1, high=60.0)
    crowds: int = setting(10, "scenes of passers-by; two to six of them in turn", low=0)
    crowd_seconds: float = setting(16.0, "length of one of them", unit="s", low=0.1, high=600.0)
    images_per_second: float = setting(15.0, "of all scenes", unit="Hz", low=0.1, high=120.0)
    seed: int = setting(3000, "of the scenes", low=0)
    film_step: int = setting(1, "use every so many images of a film", low=1)
    max_people: int = setting(20, "most people reported per image", low=1, high=32)


@dataclass(frozen=True)
class RecogniserRun(PipelineSettings):
    """Scenes with one person each, active or idle, or recorded motions."""

    scenes: int = setting(60, "scenes with actions", low=1)
    actions_each: int = setting(4, "successive actions in each", low=1, high=18)
    action_seconds: float = setting(4.0, "mean length of an action", unit="s", low=2.0, high=60.0)
    near: float = setting(
        0.25, "share of the scenes with actions that show the upper body only", low=0.0, high=1.0
    )
    idle_scenes: int = setting(10, "scenes with an idle person", low=0)
    idle_seconds: float = setting(60.0, "length of each", unit="s", low=2.0, high=3600.0)
    rate: float = setting(15.0, "images per second", unit="Hz", low=2.0, high=120.0)
    cameras: int = setting(1, "virtual cameras of each motion of --data", low=1, high=100)
    seed: int = setting(5000, "of the scenes", low=0)


@dataclass(frozen=True)
class FallRun(PipelineSettings):
    """Scenes with one person each, with a fall or other movements."""

    falls: int = setting(20, "rendered scenes with a fall", low=0)
    scenes: int = setting(20, "rendered scenes with other movements", low=0)
    exact_falls: int = setting(200, "falls as exact 3D poses, without images", low=0)
    exact_scenes: int = setting(400, "scenes with other movements as exact 3D poses", low=0)
    rate: float = setting(15.0, "images per second", unit="Hz", low=2.0, high=120.0)
    seed: int = setting(8000, "of the scenes", low=0)


@dataclass(frozen=True)
class InteractionRun(PipelineSettings):
    """Scenes with two people each."""

    action_model: str = setting("interaction", "shipped model of interactions, or .onnx file")
    pairs_each: int = setting(6, "pairs for each interaction", low=1)
    others: int = setting(24, "pairs that do none of the interactions", low=0)
    rate: float = setting(15.0, "images per second", unit="Hz", low=2.0, high=120.0)
    seed: int = setting(9000, "of the pairs", low=0)


@dataclass(frozen=True)
class VisibilityRun(PipelineSettings):
    """Short clips of one person each, partly hidden or outside the image."""

    clips: int = setting(200, "rendered clips, or clips of each film", low=1)
    images_each: int = setting(3, "images of a clip", low=1, high=100)
    seed: int = setting(7000, "of the clips", low=0)
    min_joint_score: float = setting(
        0.0, "least score of a joint; 0 to see what all thresholds give", low=0.0, high=1.0
    )


Run = TypeVar("Run", bound=PipelineSettings)


def variant(name: str, settings: Run) -> Run:
    """Settings of one detector.

    Args:
        name: a detector, or the name or .onnx file of an OpenPose network; then, each after a
            comma, settings that differ: "blazepose,search_interval=1".
        settings: all others.

    Raises:
        SettingError: an unknown setting, or a value that is not allowed.
    """
    first, *others = name.split(",")
    limits = {item.name: limits_of(item) for item in fields(settings)}
    known = first in limits["detector"].choices
    values: dict[str, object] = {**vars(settings), "detector": first if known else "openpose"}
    values["detector_model"] = "" if known else first
    for other in others:
        key, _, text = other.partition("=")
        values[key] = _value(type(settings), key, text)
    return from_mapping(type(settings), values)


def _value(settings: type, name: str, text: str) -> object:
    """Text as a value of the setting; unchanged where it is none, which from_mapping reports."""
    kind = kind_of(settings, name) if name in {item.name for item in fields(settings)} else str
    if kind is bool:
        return {"true": True, "false": False}.get(text, text)
    try:
        return kind(text)
    except ValueError:
        return text


def short_name(name: str) -> str:
    """The name of a variant in a table: files without folder and suffix."""
    first, *others = name.split(",")
    return ",".join([Path(first).stem, *others])
