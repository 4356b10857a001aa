"""Keeps the token out of everything that the process prints."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager


SHOWN = "<token>"
# The token, and where it is: programs that are started for a publication get the environment without these.
VARIABLES = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_TOKEN_PATH")


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
        try:
            text = made.getMessage()
        except Exception:  # a library's wrong call of logging, which would be told by the handler, not raised
            text = f"{made.msg} {made.args}"
        made.msg, made.args = hide(text), ()
        if made.stack_info:
            made.stack_info = hide(made.stack_info)
        if made.exc_info:
            made.exc_text = hide(logging.Formatter().formatException(made.exc_info))
        return made

    logging.setLogRecordFactory(record)
    try:
        yield hide
    finally:
        logging.setLogRecordFactory(before)
