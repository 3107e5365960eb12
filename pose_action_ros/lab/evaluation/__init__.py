"""Metrics and comparisons with the truth."""
