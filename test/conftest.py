import os

# Before NumPy and PyTorch are imported: with one thread each, workers of pytest do not compete.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from hypothesis import settings

from action_models import action_model, interaction_model, other_action_model

__all__ = ["action_model", "interaction_model", "other_action_model"]

# No deadline: a busy machine is no failure, and pytest's timeout ends a test that is stuck.
settings.register_profile("quick", deadline=None, max_examples=25)
settings.register_profile("thorough", deadline=None, max_examples=200)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
