"""Image to people: 2D poses [px]."""
