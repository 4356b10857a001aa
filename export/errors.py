"""What can stop an export."""

from training.checkpoint import CheckpointError


class ExportError(CheckpointError):
    """Something about the export or its data makes the work impossible; the message says what to do."""
