"""BlazePose: a person finder and a landmark network, for several people."""
