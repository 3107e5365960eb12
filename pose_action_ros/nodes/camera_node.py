"""Publishes a video, a webcam, a folder of images or a simulated scene as a camera would."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from threading import Event, Thread
from time import monotonic
from typing import Any

from rclpy.duration import Duration
from rclpy.time import Time
from std_msgs.msg import Header

from pose_action_ros.camera import OPTICAL_FRAME
from pose_action_ros.nodes.base import ManagedNode, NodeSettings
from pose_action_ros.nodes.camera_output import CameraOutput, TruthOutput
from pose_action_ros.nodes.running import run
from pose_action_ros.settings import setting
from pose_action_ros.sources import Source, SourceFrame, SourceSettings, open_source

_LATE = 0.05
"""Delay [s] from which a source counts as slower than its rate: images are left out."""
_LINGER = 0.5
"""Time [s] for the last messages to arrive before the process ends."""


@dataclass(frozen=True)
class CameraNodeSettings(SourceSettings, NodeSettings):
    """Parameters of camera_node."""

    frame_id: str = setting(OPTICAL_FRAME, "frame of the images (optical axes)")
    wait_for_subscriber: bool = setting(
        True, "begin when somebody subscribes to the images, so that a short video is not missed"
    )
    exit_at_end: bool = setting(False, "end the process after the last image instead of idling")
    jpeg_quality: int = setting(
        90, "of image/compressed, which is made when somebody subscribes", low=1, high=100
    )


class CameraNode(ManagedNode[CameraNodeSettings]):
    """See the module; a simulated scene's truth is on ~/truth/keypoints, poses and action."""

    source: Source | None = None
    output: CameraOutput | None = None
    truth: TruthOutput | None = None

    def __init__(self, **arguments: Any) -> None:
        self._stopping = Event()
        self._thread: Thread | None = None
        super().__init__("camera_node", CameraNodeSettings, "frame", **arguments)

    def open(self) -> None:
        """Open the source."""
        self.source = open_source(self.settings)
        self.output = CameraOutput(self, self.settings.jpeg_quality)
        self.truth = TruthOutput(self)
        self.health.facts["source"] = self.settings.source

    def close(self) -> None:
        """Give the source back."""
        for part in (self.source, self.output, self.truth):
            if part is not None:
                part.close()
        self.source = self.output = self.truth = None

    def activate(self) -> None:
        """Play."""
        self._stopping.clear()
        self._thread = Thread(target=self._play, name="camera", daemon=True)
        self._thread.start()

    def rest(self) -> None:
        """Stop playing."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _play(self) -> None:
        try:
            self._play_all()
        except Exception as error:  # noqa: BLE001 - a camera that fails leaves the node alive
            self.failed(error)
            return
        if not self._stopping.is_set():
            self._finished()

    def _play_all(self) -> None:
        """Publish every frame when it is due."""
        assert self.source is not None
        assert self.output is not None
        if not self._wait_for_subscriber(self.output):
            return
        begin, clock_begin = monotonic(), self.get_clock().now()
        for frame in self.source:
            early = begin + frame.stamp - monotonic()
            if self._stopping.wait(max(early, 0.0)):
                return
            if early < -_LATE:
                self.get_logger().warning(f"the source is {-early:.2f} s late", once=True)
                if not self.source.skip_until(frame.stamp - early):
                    # It would never catch up: go on as if it had paused.
                    begin -= early
                    clock_begin += Duration(seconds=-early)
            self._publish(frame, clock_begin + Duration(seconds=frame.stamp))

    def _wait_for_subscriber(self, output: CameraOutput) -> bool:
        """Whether there is one, or none is needed; False when the node is to stop."""
        if self.settings.wait_for_subscriber and not output.wanted:
            self.health.rest("waits for somebody to subscribe to the images")
            while not output.wanted:
                if self._stopping.wait(0.02):
                    return False
            self.health.activate()
        return True

    def _publish(self, frame: SourceFrame, stamp: Time) -> None:
        assert self.source is not None
        assert self.output is not None
        assert self.truth is not None
        began = monotonic()
        self.health.received()
        header = Header(stamp=stamp.to_msg(), frame_id=self.settings.frame_id)
        self.output.publish(frame.image, self.source.intrinsics, header)
        if frame.truth:
            height, width = frame.image.shape[:2]
            self.truth.publish(frame.truth, (width, height), header)
        self.health.processed(monotonic() - began)

    def _finished(self) -> None:
        self.get_logger().info("the source has ended")
        self.health.rest("the source has ended")
        if self.settings.exit_at_end:
            self._stopping.wait(_LINGER)
            self.finished.set_result(None)


def main() -> int:
    """Run the node; its exit code."""
    return run(CameraNode)


if __name__ == "__main__":
    sys.exit(main())
