"""One training step of a model as an ONNX graph beside its export; docs/training-in-the-browser.md tells of it."""
