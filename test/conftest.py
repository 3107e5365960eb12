from hypothesis import settings

from action_models import action_model, interaction_model, other_action_model

__all__ = ["action_model", "interaction_model", "other_action_model"]

# A busy machine is no failure; pytest-timeout still ends what hangs.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
