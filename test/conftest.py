from hypothesis import settings

# A busy machine is no failure; pytest-timeout still ends what hangs.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
