"""Training loops, checkpoints and export."""
