"""Files of results: annotated video or picture, table, recording, bag and OpenPose's JSON."""
