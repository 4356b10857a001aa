"""Keeps the token out of everything that the process prints."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager


SHOWN = "<token>"
# Programs that are started for a publication get the environment without these.
VARIABLES = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")


@contextmanager
def hidden(token: str | None) -> Iterator[Callable[[str], str]]:
    """Within the block no log record of any library holds the token.

    Yields:
        A function that takes the token out of a text; what is printed about an error goes through it, because an
        error may quote what a server answered.
    """

    def hide(text: str) -> str:
        return text.replace(token, SHOWN) if token else text

    before = logging.getLogRecordFactory()

    def record(*args, **kwargs) -> logging.LogRecord:
        made = before(*args, **kwargs)
        made.msg, made.args = hide(made.getMessage()), ()
        if made.exc_info:
            made.exc_text = hide(logging.Formatter().formatException(made.exc_info))
        return made

    logging.setLogRecordFactory(record)
    try:
        yield hide
    finally:
        logging.setLogRecordFactory(before)
