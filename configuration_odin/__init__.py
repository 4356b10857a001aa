"""Configuration of ODIN models and the named sizes."""

from .configuration_odin import PRESETS, OdinConfig


__all__ = ["PRESETS", "OdinConfig"]
