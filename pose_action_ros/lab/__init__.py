"""Data sets, networks, training, search and evaluation; a robot does without them."""
