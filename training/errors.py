"""The error of model folders."""


class CheckpointError(Exception):
    """A model folder cannot be used; the message says what is wrong with it and what to do."""
