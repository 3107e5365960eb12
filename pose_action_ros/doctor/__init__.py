"""`pose-action doctor`: checks of this machine, with the reason and the remedy of each problem.

Only the standard library is imported before a check that needs more runs, so that a broken NumPy or
ROS is reported, too. Each check is a module with its Problems and check(machine).
"""
