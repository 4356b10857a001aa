"""What stands in the way of a publication, collected so that all of it is told at once."""

from collections.abc import Iterator
from contextlib import contextmanager

from training.checkpoint import CheckpointError

from ..errors import ExportError


class PublishError(ExportError):
    """The publication cannot begin, or cannot go on; the message says what to do."""


class Unreachable(PublishError):
    """The Hub cannot be asked at all."""


class Problems(list[str]):
    """Messages, each of which says what is wrong and what to do."""

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Notes the block's refusal of bad input, and goes on after it; without a Hub the block raises Unreachable."""
        try:
            yield
        except Unreachable:
            raise
        except (CheckpointError, ValueError, OSError, RuntimeError) as error:
            self.append(str(error))
        except KeyError as error:
            self.append(f"the key {error} is missing")
        except (TypeError, AttributeError) as error:
            self.append(f"a JSON file has another form than it should ({error}): make its folder again")
