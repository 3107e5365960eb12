"""What the stages and the whole chain cost on this machine."""
