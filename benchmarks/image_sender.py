"""A camera driver as a process: sends images at a rate, with the current time as stamp.

Usage: python -m benchmarks.image_sender WIDTH HEIGHT RATE COUNT [PEOPLE [raw|compressed]]; grey
without people. Images wider than 1920 pixels are rendered at a quarter of their size and enlarged.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace

import cv2
import numpy as np
import rclpy
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

from benchmarks.clips import ACTIONS, Clip, make_clip
from pose_action_ros.camera import Intrinsics
from pose_action_ros.nodes.images import compressed_message, image_message

WIDEST = 1920
"""Greatest width at which images are rendered in full size [px]."""


def main() -> None:
    """Send images once there is a subscription."""
    compressed = sys.argv[6:] == ["compressed"]
    width, height, rate, count, *people = map(int, sys.argv[1:6])
    clip = _clip(width, height, sum(people))
    make = compressed_message if compressed else image_message
    messages = {id(image): make(image, Header(frame_id="camera")) for image in clip.images}
    rclpy.init()
    node = rclpy.create_node("sender")
    kind, topic = (CompressedImage, "image/compressed") if compressed else (Image, "image")
    publisher = node.create_publisher(kind, topic, qos_profile_sensor_data)
    while not publisher.get_subscription_count():
        time.sleep(0.01)
    time.sleep(1.0)  # for the discovery on the other side
    begin = time.monotonic()
    for number in range(count):
        time.sleep(max(0.0, begin + number / rate - time.monotonic()))
        message = messages[id(clip.at(number / rate))]
        message.header.stamp = node.get_clock().now().to_msg()
        publisher.publish(message)
    time.sleep(1.0)
    rclpy.try_shutdown()


def _clip(width: int, height: int, people: int) -> Clip:
    if people:
        scale = 4 if width > WIDEST else 1
        size = width // scale, height // scale
        clip = make_clip(1, ACTIONS[0], people=people, seconds=1.0, size=size)
        if scale == 1:
            return clip
        images = tuple(cv2.resize(one, (width, height)).astype(np.uint8) for one in clip.images)
        return replace(clip, images=images)
    grey = np.full((height, width, 3), 90, np.uint8)
    return Clip((grey,), "", Intrinsics.from_field_of_view(width, height, 60.0))


if __name__ == "__main__":
    main()
