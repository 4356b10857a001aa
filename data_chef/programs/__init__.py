"""Functions composed of small operations: docstring, body and tests each come from the same parts.

An operation has a phrase, an expression and a meaning. Phrases make the docstring and expressions the program; the
meanings, plain Python functions, compute the expected values of the tests, so a slip between the two fails.
"""
