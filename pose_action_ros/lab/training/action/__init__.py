"""Training, teaching and calibrating the action model."""
