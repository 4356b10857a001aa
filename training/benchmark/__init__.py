"""ODIN-Bench: fixed suites of problems, one way to ask, one way to read the answer, for any kind of model."""
