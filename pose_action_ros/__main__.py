"""`python -m pose_action_ros`: the command `pose-action`."""

import sys

from pose_action_ros.cli import main

sys.exit(main())
