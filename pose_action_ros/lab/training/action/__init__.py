"""Training the action model."""
