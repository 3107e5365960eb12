"""Image to action: detector, tracker, lifter and recogniser, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pose_action_ros.camera import Intrinsics
from pose_action_ros.detection import DetectorSettings, make_detector
from pose_action_ros.lifting import Lifter, LifterSettings
from pose_action_ros.poses import Pose2D, Pose3D
from pose_action_ros.recognition import ActionEstimate, Recogniser, RecogniserSettings
from pose_action_ros.tracking import Tracker, TrackerSettings


@dataclass(frozen=True)
class PosePipelineSettings(DetectorSettings, TrackerSettings, LifterSettings):
    """Image to poses."""


@dataclass(frozen=True)
class PipelineSettings(PosePipelineSettings, RecogniserSettings):
    """Image to action."""


@dataclass(frozen=True, eq=False)
class Seen:
    """The people in one image.

    Attributes:
        keypoints: the people [px], with ids.
        poses: the same people in space [m], same ids.
        intrinsics: of the camera, as given or assumed.
    """

    keypoints: tuple[Pose2D, ...]
    poses: tuple[Pose3D, ...]
    intrinsics: Intrinsics


@dataclass(frozen=True, eq=False)
class Result(Seen):
    """What the pipeline knows about one image.

    Attributes:
        actions: the answers that are new with this image.
    """

    actions: tuple[ActionEstimate, ...]


class PoseStages:
    """People in images to poses in space; give it those of one camera in their order.

    Attributes:
        tracker, lifter: the stages; they may be replaced between images.

    Raises:
        ModelError: a model is missing or damaged.
        EngineError: an inference engine cannot be had.
    """

    def __init__(self, settings: PosePipelineSettings) -> None:
        self._field_of_view = settings.field_of_view
        self.tracker = Tracker(settings)
        self.lifter = Lifter(settings)

    def follow(
        self,
        people: Sequence[Pose2D],
        size: tuple[int, int],
        stamp: float,
        intrinsics: Intrinsics | None = None,
    ) -> Seen:
        """Process the people of the next image.

        Args:
            people: found in it [px], of one skeleton.
            size: width and height of the image [px].
            stamp: when it was taken [s].
            intrinsics: of the camera; without them the setting field_of_view is assumed.

        Raises:
            InputError: not such people or stamp.
            EngineError: an inference engine failed.
        """
        keypoints = self.tracker.update(people, stamp)
        camera = intrinsics or Intrinsics.from_field_of_view(*size, self._field_of_view)
        return Seen(keypoints, self.lifter(keypoints, camera, stamp), camera)

    def reset(self) -> None:
        """Forget all earlier images."""
        self.tracker.reset()
        self.lifter.reset()


class Stages(PoseStages):
    """People in images to what they do: see PoseStages.

    Attributes:
        recogniser: the last stage; it may be replaced between images.
    """

    def __init__(self, settings: PipelineSettings) -> None:
        super().__init__(settings)
        self.recogniser = Recogniser(settings)

    def follow(
        self,
        people: Sequence[Pose2D],
        size: tuple[int, int],
        stamp: float,
        intrinsics: Intrinsics | None = None,
    ) -> Result:
        """Process the people of the next image; see PoseStages."""
        seen = super().follow(people, size, stamp, intrinsics)
        actions = self.recogniser.update(seen.poses, stamp)
        return Result(seen.keypoints, seen.poses, seen.intrinsics, actions)

    def reset(self) -> None:
        """Forget all earlier images."""
        super().reset()
        self.recogniser.reset()


class PosePipeline(PoseStages):
    """Image to poses in one object; give it the images of one camera in their order.

    Attributes:
        detector: the first stage; it may be replaced between images.

    Raises:
        ModelError, EngineError: see PoseStages.
    """

    def __init__(self, settings: PosePipelineSettings) -> None:
        self.detector = make_detector(settings)
        super().__init__(settings)

    def __call__(
        self, image: npt.NDArray[np.uint8], stamp: float, intrinsics: Intrinsics | None = None
    ) -> Seen:
        """Process the next image.

        Args:
            image: (H, W, 3) BGR.
            stamp: when it was taken [s].
            intrinsics: of the camera; without them the setting field_of_view is assumed.

        Raises:
            InputError: not such an image or stamp.
            EngineError: an inference engine failed.
        """
        people = self.detector(image)  # checks the image
        return self.follow(people, (image.shape[1], image.shape[0]), stamp, intrinsics)

    def reset(self) -> None:
        """Forget all earlier images."""
        self.detector.reset()
        super().reset()


class Pipeline(Stages):
    """The whole chain in one object: image to what people do.

    Attributes:
        detector: the first stage; it may be replaced between images.
    """

    def __init__(self, settings: PipelineSettings) -> None:
        self.detector = make_detector(settings)
        super().__init__(settings)

    def __call__(
        self, image: npt.NDArray[np.uint8], stamp: float, intrinsics: Intrinsics | None = None
    ) -> Result:
        """Process the next image; see PosePipeline."""
        people = self.detector(image)
        return self.follow(people, (image.shape[1], image.shape[0]), stamp, intrinsics)

    def apply(self, settings: PipelineSettings) -> None:
        """Use what is live in other settings from the next image on, another action model too.

        Raises:
            ModelError: that model cannot be used; nothing changes.
            EngineError: its engine cannot be had; nothing changes.
        """
        self.recogniser = self.recogniser.with_settings(settings)
        for stage in (self.detector, self.tracker, self.lifter):
            stage.settings = settings

    def reset(self) -> None:
        """Forget all earlier images."""
        self.detector.reset()
        super().reset()
