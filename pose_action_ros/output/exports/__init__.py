"""Further files of results, in formats of other programs: one file for each format."""
