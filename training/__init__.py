"""Training, evaluation and release of ODIN models."""
