"""OpenPose networks: those of the user's Caffe files, and the light one that is trained here."""
