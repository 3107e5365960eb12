"""`pose-action doctor`: what is wrong on this machine, why it matters, and what to do about it.

Nothing here imports more than the standard library before a check that needs it runs, so that a
machine on which NumPy or ROS is broken can still be told so. Each check is a module with
its Problems and check(machine).
"""
