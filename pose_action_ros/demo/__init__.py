"""The demo: a simulated person through all nodes, compared with the truth, or a video."""
