"""Simulated people, cameras and images with known 2D, 3D and actions."""
