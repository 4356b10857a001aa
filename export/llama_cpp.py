"""llama.cpp at one place of a text, for `export.benchmark`: another engine's speed on a model of the same size.

It needs the package llama-cpp-python and a GGUF file. Of a GGUF only speed and size are taken, not what it answers.
"""

import numpy as np

from .errors import ExportError


def llama_class():
    """`llama_cpp.Llama`; ExportError when the package is not installed."""
    try:
        from llama_cpp import Llama
    except ImportError as error:
        raise ExportError(
            f"a GGUF file needs llama.cpp: `pip install llama-cpp-python`, or leave out --gguf ({error})"
        ) from error
    return Llama


class LlamaCpp:
    """The model of a GGUF file on `threads` threads, for texts of at most `longest` tokens.

    It has one text: the step that was made last is the one that may be called.

    Raises:
        ExportError: the package is not installed, or the file cannot be loaded.
    """

    def __init__(self, path: str, threads: int, longest: int):
        try:
            self.llama = llama_class()(path, n_ctx=longest, n_threads=threads, n_threads_batch=threads, verbose=False)
        except (ValueError, RuntimeError, OSError) as error:
            raise ExportError(f"'{path}' is not a model that llama.cpp can load: {error}") from error

    def at(self, place, read_past: bool = True, seed: int = 0):
        """A step of `place.tokens` random tokens after `place.past` random ones, which are always read first."""
        ids = np.random.default_rng(seed).integers(3, self.llama.n_vocab(), place.past + place.tokens).tolist()
        self.llama.reset()
        if place.past > 0:
            self.llama.eval(ids[: place.past])

        def step() -> None:
            self.llama.n_tokens = place.past  # what is after that is forgotten by eval
            self.llama.eval(ids[place.past :])

        return step
