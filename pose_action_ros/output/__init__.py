"""Files of results: annotated video or picture, table, recording, bag, exports."""
