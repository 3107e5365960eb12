"""People's 2D keypoints, 3D poses and actions from camera images, for ROS 2 and without it."""

# The generated messages (pose_action_ros.msg) are installed beside, not in, a source checkout.
__path__ = __import__("pkgutil").extend_path(__path__, __name__)

__version__ = "0.1.0"
