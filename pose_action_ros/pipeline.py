"""The pipeline: image -> people, each with id, keypoints, 3D pose and action."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pose_action_ros.camera import Intrinsics
from pose_action_ros.detection import Detector, make_detector
from pose_action_ros.detection.base import check_image
from pose_action_ros.errors import InputError, SettingError
from pose_action_ros.frame import Frame, Person
from pose_action_ros.lifting import Lifter
from pose_action_ros.pipeline_settings import PipelineSettings, PosePipelineSettings
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.recognition import ActionEstimate, Recogniser
from pose_action_ros.recognition.settings import UNKNOWN
from pose_action_ros.settings import from_mapping
from pose_action_ros.stamp_order import NANOSECONDS, Order, StampOrder
from pose_action_ros.tracking import Tracker

if TYPE_CHECKING:
    from pose_action_ros.sources import Source, SourceFrame

_LOG = logging.getLogger(__name__)

Image = npt.NDArray[np.uint8]


class Pipeline:
    """Detector, tracker, lifter and recogniser in one object, for the images of one camera.

    Args:
        settings: of all stages; the defaults without them.
        detect: False leaves out the detector: pass detections to `follow`.
        recognise: False leaves out the recogniser: all actions are "unknown".
        keywords: single settings by name, checked.

    Attributes:
        detector, tracker, lifter, recogniser: the stages; replaceable between images.

    Raises:
        SettingError: an unknown keyword, a value that is not allowed, or settings without those
            of the recogniser.
        ModelError: a model is missing or damaged.
        EngineError: an inference engine is not available.
    """

    detector: Detector | None
    tracker: Tracker
    lifter: Lifter
    recogniser: Recogniser | None

    def __init__(
        self,
        settings: PosePipelineSettings | None = None,
        *,
        detect: bool = True,
        recognise: bool = True,
        **keywords: object,
    ) -> None:
        settings = settings or PipelineSettings()
        if keywords:
            settings = from_mapping(type(settings), {**vars(settings), **keywords})
        self.detector = make_detector(settings) if detect else None
        self.tracker, self.lifter = Tracker(settings), Lifter(settings)
        self.recogniser = Recogniser(_recogniser_settings(settings)) if recognise else None
        self._field_of_view = settings.field_of_view
        self._index, self._order, self._warned = 0, StampOrder(), False
        self._actions: dict[int, ActionEstimate] = {}

    def __call__(
        self, image: Image, stamp: float | None = None, intrinsics: Intrinsics | None = None
    ) -> Frame:
        """Process one image.

        A late image is not processed: its frame has no people. Where the stamps jump, the pipeline
        restarts. StampOrder has the rule; a warning is logged for the first late image.

        Args:
            image: (H, W, 3) BGR.
            stamp: time of the image in a stream [s]; None for a single image, which is processed
                without memory of earlier ones.
            intrinsics: of the camera; without them the setting field_of_view is assumed.

        Raises:
            SettingError: this pipeline has no detector.
            InputError: not such an image or stamp.
            EngineError: an inference engine failed.
        """
        if self.detector is None:
            raise SettingError("this pipeline has no detector: pass detections to follow()")
        if not isinstance(image, np.ndarray):
            raise InputError(
                f"got {type(image).__name__}, expected an image (H, W, 3) uint8 in BGR; cv2.imread "
                "returns None for a file that it cannot read"
            )
        if stamp is None:
            self.reset()
        check_image(image)
        size = image.shape[1], image.shape[0]
        if stamp is not None and not self._continues(stamp):
            return replace(self._late(size, stamp, intrinsics), image=image)
        people = self.detector(image)
        self._warn_of_limit(len(people), self.detector)
        frame = self._follow(people, size, stamp or 0.0, intrinsics)
        return replace(frame, image=image)

    def _warn_of_limit(self, found: int, detector: Detector) -> None:
        """Log once that max_people leaves people out."""
        if detector.surplus and not self._warned:
            self._warned = True
            most = detector.settings.max_people
            _LOG.warning("%d people found, max_people is %d", found + detector.surplus, most)

    def follow(
        self,
        detections: Sequence[Pose2D],
        size: tuple[int, int],
        stamp: float,
        intrinsics: Intrinsics | None = None,
    ) -> Frame:
        """Process the detections of the next image, unless it is late.

        Args:
            detections: people in the image [px], of one skeleton.
            size: width and height of the image [px].
            stamp: time of the image [s].
            intrinsics: of the camera; without them the setting field_of_view is assumed.

        Raises:
            InputError: detections or a stamp that cannot be used.
            EngineError: an inference engine failed.
        """
        if not self._continues(stamp):
            return self._late(size, stamp, intrinsics)
        return self._follow(detections, size, stamp, intrinsics)

    def _continues(self, stamp: float) -> bool:
        """Place the next image, and restart at a jump; False for a late image."""
        if not isfinite(stamp):
            raise InputError(f"got the time stamp {stamp}, expected seconds")
        order, _ = self._order.place(round(stamp * NANOSECONDS))
        if order is Order.JUMP:
            self._restart()
        if order is Order.LATE and self._order.late == 1:
            _LOG.warning(
                "the image at %g s is not newer than the one before and is not processed, like all "
                "late ones; before another stream, call reset()",
                stamp,
            )
        return order is not Order.LATE

    def _late(self, size: tuple[int, int], stamp: float, intrinsics: Intrinsics | None) -> Frame:
        camera = intrinsics or Intrinsics.from_field_of_view(*size, self._field_of_view)
        index, self._index = self._index, self._index + 1
        return Frame(index, stamp, None, (), camera, late=True)

    def _follow(
        self,
        detections: Sequence[Pose2D],
        size: tuple[int, int],
        stamp: float,
        intrinsics: Intrinsics | None,
    ) -> Frame:
        """Process the detections of an image that is not late."""
        keypoints = self.tracker.update(detections, stamp)
        camera = intrinsics or Intrinsics.from_field_of_view(*size, self._field_of_view)
        poses = self.lifter(keypoints, camera, stamp)
        actions = self._recognise(poses, stamp)
        people = tuple(
            Person(pose.person_id, found, pose, self._action(pose.person_id, stamp))
            for found, pose in zip(keypoints, poses, strict=True)
        )
        index, self._index = self._index, self._index + 1
        return Frame(index, stamp, None, people, camera, actions)

    def _recognise(self, poses: Sequence[Pose3D], stamp: float) -> tuple[ActionEstimate, ...]:
        """Estimate actions, and keep the newest estimate of each person."""
        if self.recogniser is None:
            return ()
        estimates = self.recogniser.update(poses, stamp)
        # A person without estimates for longer has left, or restarts with an empty window.
        oldest = stamp - self.recogniser.settings.stride - self.recogniser.settings.max_gap
        self._actions = {
            person: estimate
            for person, estimate in self._actions.items()
            if oldest <= estimate.stamp <= stamp
        }
        self._actions |= {person: one for one in estimates for person in one.person_ids}
        return estimates

    def _action(self, person: int, stamp: float) -> ActionEstimate:
        """The newest estimate of a person, or the one before the first."""
        if person in self._actions:
            return self._actions[person]
        labels = self.recogniser.labels if self.recogniser else ()
        return ActionEstimate((person,), UNKNOWN, 0.0, labels, np.zeros(len(labels)), stamp, stamp)

    def process(
        self, source: str | int | Path | Iterable[Image | SourceFrame], **source_settings: object
    ) -> Iterator[Frame]:
        """Process all images of a source, one by one as the result is iterated.

        Args:
            source: path of a video, image folder or bag, a webcam's number, a stream's address or
                "simulation", which is closed in the end; or an open source, or images (H, W, 3)
                BGR.
            source_settings: keywords of SourceSettings, such as seconds or image_topic; of images
                only rate [Hz].

        Returns:
            An iterator with one frame per image. The first restarts the pipeline, and so does one
            after a jump of the clock in a bag. Detections that a source contains are used instead
            of the detector.

        Raises:
            SettingError: an unknown keyword, or a value that is not allowed.
            SourceError: the source cannot be opened, or not be read to its end.
            EngineError: an inference engine failed.
        """
        # Imported here since a pipeline in a node reads no files.
        from pose_action_ros.sources import SourceSettings, open_source  # noqa: PLC0415

        if isinstance(source, (str, int, Path)):
            settings = from_mapping(SourceSettings, {"source": str(source), **source_settings})
            return self._closing(open_source(settings))
        settings = from_mapping(SourceSettings, source_settings)
        if source_settings.keys() - {"rate"}:
            raise SettingError(
                f"got {', '.join(source_settings)} for an iterable of images, expected only rate"
            )
        return self._iterate(source, settings.rate)

    def _closing(self, source: Source) -> Iterator[Frame]:
        with closing(source):
            yield from self._iterate(source, source.rate)

    def _iterate(self, source: Iterable[Image | SourceFrame], rate: float) -> Iterator[Frame]:
        from pose_action_ros.sources import SourceFrame  # noqa: PLC0415

        self.reset()
        part = 0
        for index, item in enumerate(source):
            one = item if isinstance(item, SourceFrame) else SourceFrame(index, index / rate, item)
            if one.part != part:
                part = one.part
                self.reset()
            camera: Intrinsics | None = getattr(source, "intrinsics", None)  # a bag's come later
            if not index and (reason := getattr(source, "uncalibrated", "")):
                assumed = f"a field of view of {self._field_of_view:g} degrees is assumed"
                _LOG.warning("%s; %s", reason, assumed)
            if one.people is None:
                frame = self(one.image, one.stamp, camera)
            else:
                size = (one.image.shape[1], one.image.shape[0])
                frame = self.follow(one.people, size, one.stamp, camera)
            yield replace(frame, index=one.index, image=one.image, header=one.header)

    def apply(self, settings: PosePipelineSettings) -> None:
        """Use the live settings, the action model too, from the next image on.

        Raises:
            SettingError: settings without those of the recogniser.
            ModelError: the action model cannot be used; nothing changes.
            EngineError: its engine is not available; nothing changes.
        """
        if self.recogniser is not None:
            self.recogniser = self.recogniser.with_settings(_recogniser_settings(settings))
        if self.detector is not None:
            self.detector.settings = settings
        self.tracker.settings = self.lifter.settings = settings

    def reset(self) -> None:
        """Drop all state of earlier images; the next one may have any stamp."""
        self._restart()
        self._index, self._order = 0, StampOrder()

    def _restart(self) -> None:
        for stage in (self.detector, self.tracker, self.lifter, self.recogniser):
            if stage is not None:
                stage.reset()
        self._actions.clear()


def _recogniser_settings(settings: PosePipelineSettings) -> PipelineSettings:
    if not isinstance(settings, PipelineSettings):
        raise SettingError(
            f"got {type(settings).__name__} without settings of the recogniser; pass "
            "PipelineSettings, or recognise=False"
        )
    return settings
