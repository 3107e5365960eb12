"""Cost of the stages and of the whole pipeline on this machine."""
