"""ODIN-Bench: what is asked of a model, how it answers, and how the answers are marked."""
