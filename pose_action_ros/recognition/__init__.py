"""3D pose sequences to actions."""
