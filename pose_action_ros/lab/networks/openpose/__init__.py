"""OpenPose's networks: images to heat maps of the joints and part affinity fields of the limbs."""
