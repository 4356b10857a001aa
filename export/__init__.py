"""Export of ODIN to ONNX: the Optimum configuration, int8, verification and scoring."""
