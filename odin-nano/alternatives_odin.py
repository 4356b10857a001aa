"""The time mixings that ODIN was weighed against."""

ALTERNATIVES: dict = {}
