"""Exported graphs of a size whose weights do not matter: what the studies of speed and of operators measure."""

from export.random_weights import export_random


__all__ = ["export_random"]
