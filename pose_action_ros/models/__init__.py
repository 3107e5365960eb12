"""Model files: those shipped beside this module, each with its card, and a catalogue of others."""
