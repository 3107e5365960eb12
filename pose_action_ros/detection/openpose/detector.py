"""OpenPose: joints of all people from heat maps and part affinity fields of a whole image.

Source: Cao et al. 2019, "OpenPose", arXiv:1812.08008.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from pose_action_ros.detection.base import Image, Stateless, check_image
from pose_action_ros.detection.letterbox import Letterbox, input_size
from pose_action_ros.detection.openpose.decode import DecodedPeople, decode
from pose_action_ros.detection.openpose.layout import to_pixels
from pose_action_ros.detection.openpose.network import MapNetwork
from pose_action_ros.detection.openpose.settings import DecodingSettings, default_settings
from pose_action_ros.detection.settings import DetectorSettings
from pose_action_ros.engines import load_engine
from pose_action_ros.errors import InputError
from pose_action_ros.models.openpose_card import find_detector
from pose_action_ros.poses import Pose2D

_THRESHOLDS = ("peak_threshold", "line_threshold", "line_share", "min_parts", "min_mean_score")
"""Fields of DecodingSettings that settings of the detector replace, with openpose_ before them."""


class OpenPose(Stateless):
    """Several people's joints in the skeleton of the network; see Detector.

    It has no state, so that it can process images of several cameras at once.

    Attributes:
        engine, settings: see Detector; the network and the size of its input stay.
    """

    def __init__(self, settings: DetectorSettings) -> None:
        """Load the network.

        Raises:
            ModelError: there is no network, or it does not fit its card.
            EngineError: the engine is not available.
        """
        path, card = find_detector(settings.detector_model)
        threads, provider = settings.detector_threads, settings.providers
        self._engine = load_engine(path, settings.detector_engine, threads, provider)
        self._network = MapNetwork(self._engine, card)
        self._card = card
        self._size = settings.detector_width, settings.detector_height
        own = default_settings(self._network.layout)
        self._defaults = replace(own, **card.thresholds())
        self.skeleton = self._network.layout.skeleton
        self.settings = settings
        self.surplus = 0

    @property
    def engine(self) -> str:
        """Name of the current inference engine; see Detector."""
        return self._engine.name

    def __call__(self, image: Image) -> tuple[Pose2D, ...]:
        """People in an image; see Detector."""
        return self.together([image])[0]

    def together(self, images: Sequence[Image]) -> list[tuple[Pose2D, ...]]:
        """People in images of several cameras, processed as one batch.

        Args:
            images: (H, W, 3) uint8, BGR, all of one size.

        Returns:
            The result of a call for each image.

        Raises:
            InputError: other images, or outputs of the network that are not finite.
            EngineError: the inference engine failed.
        """
        for image in images:
            check_image(image)
        sizes = {(image.shape[1], image.shape[0]) for image in images}
        if not sizes:
            return []
        if len(sizes) > 1:
            shown = ", ".join(f"{width}x{height}" for width, height in sorted(sizes))
            raise InputError(f"got images of {shown} px in one batch, expected one size")
        size = sizes.pop()
        box = Letterbox(size, self._network.size or self._input_size(size))
        maps = self._network([box.shrink(image) for image in images], box.input)
        layout, decoding = self._network.layout, _decoding(self._defaults, self.settings)
        return [self._poses(decode(one, layout, decoding), box) for one in maps]

    def _input_size(self, size: tuple[int, int]) -> tuple[int, int]:
        return input_size(size, self._size, self._card.multiple_of)

    def _poses(self, people: DecodedPeople, box: Letterbox) -> tuple[Pose2D, ...]:
        """At most max_people people in pixels of the image, highest score first."""
        # A negative setting leaves the choice to the rules of decoding.
        least_person, least_joint = self.settings.min_person_score, self.settings.min_joint_score
        points = box.to_image(to_pixels(people.points, self._card.stride))  # (P, J, 2)
        edge = np.array(box.image) - 0.5
        with np.errstate(invalid="ignore"):
            inside = ((points >= -0.5) & (points <= edge)).all(axis=-1)
        scores = np.where(inside & (people.joint_scores >= least_joint), people.joint_scores, 0.0)
        order = np.argsort(-people.person_scores, kind="stable")
        rows = [
            row
            for row in order.tolist()
            if scores[row].any() and people.person_scores[row] >= least_person
        ]
        self.surplus = max(len(rows) - self.settings.max_people, 0)
        return tuple(
            Pose2D(self.skeleton, points[row], scores[row], score=float(people.person_scores[row]))
            for row in rows[: self.settings.max_people]
        )


@lru_cache(maxsize=8)
def _decoding(defaults: DecodingSettings, settings: DetectorSettings) -> DecodingSettings:
    """The network's thresholds with those that the settings replace.

    A least score of people in `min_person_score` replaces OpenPose's least score by joint.
    """
    given = {name: getattr(settings, f"openpose_{name}") for name in _THRESHOLDS}
    chosen = {name: value for name, value in given.items() if value >= 0}
    if settings.min_person_score >= 0:
        chosen.setdefault("min_mean_score", 0.0)
    return replace(defaults, fragments=settings.openpose_fragments, **chosen)
