"""OpenPose networks of the user's Caffe files, converted to ONNX."""
