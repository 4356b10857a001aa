"""Typed operations that compose into specified Python functions; `draw_function` makes one."""

from data_chef.programs.compose.draw import draw_function


__all__ = ["draw_function"]
