"""MoveNet MultiPose: one network that gives the joints of all people in an image."""
