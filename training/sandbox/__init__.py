"""Runs programs that nobody has read, with the tests that judge them.

A program and its test run in two processes that share nothing but a socket; both are jailed, the program more tightly.
Threats, layers and what is not defended: `docs/sandbox.md`.
"""

from .suite import isolation, run_untrusted
from .verdict import REASONS, Limits, Verdict
from .worker import SandboxError


__all__ = ["REASONS", "Limits", "SandboxError", "Verdict", "isolation", "run_untrusted"]
