"""ROS messages to the types of this package and back, without ROS: for nodes and for bag files."""
