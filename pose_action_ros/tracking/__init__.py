"""Ids over time and smoothing."""
