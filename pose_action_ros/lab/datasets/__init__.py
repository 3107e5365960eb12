"""Loaders of the official data formats."""
