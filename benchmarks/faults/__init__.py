"""What happens to a robot, done to the nodes: faults one after another, over DDS."""
