"""Everyday movements without a label of the model; the right answer to them is `unknown`."""
