"""Training the lifter."""
