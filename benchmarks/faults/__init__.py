"""Faults of a robot's camera, network and processes, one after another over DDS."""
