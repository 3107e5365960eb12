"""The demo: a simulated person or a video through all nodes, compared with the truth."""
