"""A camera driver as a process: sends images at a rate, with the current time as stamp.

Usage: python -m benchmarks.image_sender WIDTH HEIGHT RATE COUNT [PEOPLE]; grey without people.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import rclpy
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from benchmarks.clips import ACTIONS, Clip, make_clip
from pose_action_ros.camera import Intrinsics
from pose_action_ros.nodes.images import image_message


def main() -> None:
    """Send images once there is a subscription."""
    width, height, rate, count, *people = map(int, sys.argv[1:])
    clip = _clip(width, height, sum(people))
    rclpy.init()
    node = rclpy.create_node("sender")
    publisher = node.create_publisher(Image, "image", qos_profile_sensor_data)
    while not publisher.get_subscription_count():
        time.sleep(0.01)
    time.sleep(1.0)  # for the discovery on the other side
    begin = time.monotonic()
    for number in range(count):
        time.sleep(max(0.0, begin + number / rate - time.monotonic()))
        message = image_message(clip.at(number / rate), Header(frame_id="camera"))
        message.header.stamp = node.get_clock().now().to_msg()
        publisher.publish(message)
    time.sleep(1.0)
    rclpy.try_shutdown()


def _clip(width: int, height: int, people: int) -> Clip:
    if people:
        return make_clip(1, ACTIONS[0], people=people, seconds=1.0, size=(width, height))
    grey = np.full((height, width, 3), 90, np.uint8)
    return Clip((grey,), "", Intrinsics.from_field_of_view(width, height, 60.0))


if __name__ == "__main__":
    main()
