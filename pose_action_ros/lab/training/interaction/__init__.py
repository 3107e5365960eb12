"""Training of the model of interactions on simulated pairs of people."""
