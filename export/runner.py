"""An export in onnxruntime from Python: which file, fed step by step, and plain greedy decoding.

`OdinORTModel` is what users want, with all of transformers' generation; this is what checks and timings need.
"""

from contextlib import contextmanager
from pathlib import Path

from tqdm import tqdm

from training.benchmark import onnx_session
from training.benchmark.decoding import Decoding, Writer, write
from training.benchmark.onnx_session import FILES, OnnxRecurrent, RecurrentSession, check_manifest, folder_of
from training.checkpoint import CheckpointError

from .errors import ExportError


@contextmanager
def as_export_errors():
    """What a part that is shared with training finds wrong with an export is an ExportError here."""
    try:
        yield
    except ExportError:
        raise
    except CheckpointError as error:
        raise ExportError(str(error)) from error


def checked_graph(folder: Path, dtype: str | None = None) -> tuple[Path, str]:
    """The graph of a precision in an export folder, or optimum-cli's single `model.onnx`, and its precision.

    Args:
        dtype: as for `OdinORTModel.from_pretrained`.

    Raises:
        ExportError: it is not there, or is not the file that the export's manifest describes.
        ValueError: an unknown precision.
    """
    with as_export_errors():
        graph, dtype = onnx_session.find_graph(Path(folder), dtype)
        check_manifest(folder_of(graph), graph)
    return graph, dtype


def find_graph(folder: Path, dtype: str) -> Path:
    """The file alone of `checked_graph`, which raises the same."""
    return checked_graph(folder, dtype)[0]


def exported_dtypes(folder: Path) -> list[str]:
    """The precisions that an export folder holds.

    Raises:
        ExportError: none, or there is no such folder.
    """
    places = folder, folder / "onnx"
    found = [dtype for dtype, name in FILES.items() if any((place / name).is_file() for place in places)]
    return found or [checked_graph(folder)[1]]


class OnnxRunner(RecurrentSession):
    """An exported graph, fed step by step.

    Raises:
        ExportError: no such file, or not an ODIN graph.
    """

    def __init__(self, path: Path, threads: int = 0):
        with as_export_errors():
            super().__init__(path, threads)

    def generate(
        self, prompts, max_new_tokens: int, eos_token_id: int | None, batch_size: int = 1, progress: str | None = None
    ) -> list[list[int]]:
        """Greedy continuations of token lists, each up to and without `eos_token_id`.

        An int8 graph scales activations over the whole batch, so only batch size 1 is what a single user would get.
        """
        ends = [] if eos_token_id is None else [eos_token_id]
        decoding = Decoding(max_new_tokens=max_new_tokens, batch_size=batch_size)
        writer = Writer(None, ends, decoding, [""] * len(prompts))
        with tqdm(total=len(prompts), desc=progress, disable=progress is None) as bar:
            rows = write(OnnxRecurrent(self), prompts, writer, bar)
        return [row.ids for row in sorted(rows, key=lambda row: row.item)]


__all__ = ["OnnxRunner", "as_export_errors", "checked_graph", "exported_dtypes", "find_graph"]
