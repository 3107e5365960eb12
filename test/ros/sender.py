"""A camera driver in a process of its own: sends images of one grey at a rate.

Usage: sender.py WIDTH HEIGHT RATE COUNT
"""

import sys
import time

import numpy as np
import rclpy
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from pose_action_ros.nodes.images import image_message


def main() -> None:
    """Send when somebody subscribes."""
    width, height, rate, count = map(int, sys.argv[1:])
    rclpy.init()
    node = rclpy.create_node("sender")
    publisher = node.create_publisher(Image, "image", qos_profile_sensor_data)
    while not publisher.get_subscription_count():
        time.sleep(0.01)
    time.sleep(1.0)  # the other side must have found this one too
    image = np.full((height, width, 3), 90, np.uint8)
    begin = time.monotonic()
    for number in range(count):
        time.sleep(max(0.0, begin + number / rate - time.monotonic()))
        stamp = node.get_clock().now().to_msg()
        publisher.publish(image_message(image, Header(stamp=stamp, frame_id="camera")))
    time.sleep(1.0)
    rclpy.try_shutdown()


if __name__ == "__main__":
    main()
