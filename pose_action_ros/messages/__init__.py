"""What is in messages of sensor_msgs, for nodes and for who reads them from files, without ROS."""
