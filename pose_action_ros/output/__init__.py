"""Files of results: annotated video, table, recording, bag and OpenPose's JSON."""
