"""When diagnostics warn: every threshold, in one place. All in seconds."""

SILENCE = 2.0
"""Without input for longer: a warning, and an error where it is known that nothing can come."""

LONG_SILENCE = 10.0
"""Without input for longer: an error."""

AHEAD = 0.1
"""A stamp may be this far ahead of the node's clock: clocks of two machines differ a little."""

OLD = 2.0
"""A message may be this old when it arrives."""

CLOCK_STEP = 1.0
"""The clock of the machine jumped when it is off by more from a clock that never jumps."""

RECENT = 10.0
"""For this long something that happened once is still shown."""
