"""What stands in the way of a publication, collected so that all of it is told at once."""

from collections.abc import Iterator
from contextlib import contextmanager

from training.checkpoint import CheckpointError

from ..errors import ExportError


class PublishError(ExportError):
    """The publication cannot begin, or cannot go on; the message says what to do."""


class Problems(list[str]):
    """Messages, each of which says what is wrong and what to do."""

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Notes the block's refusal of bad input, and goes on after it."""
        try:
            yield
        except (CheckpointError, ValueError, KeyError, TypeError, OSError, RuntimeError) as error:
            self.append(str(error) if not isinstance(error, KeyError) else f"the key {error} is missing")
