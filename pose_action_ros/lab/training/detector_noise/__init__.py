"""Simulated errors of a keypoint detector, for time series and for single views."""
