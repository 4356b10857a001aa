"""A language model's graph at one place of a text, ready to be fed: what `export.benchmark` times.

Inputs and outputs of every model are bound to buffers made beforehand, as a good runtime does, so a step allocates and
copies nothing that the graph itself does not. `python -m export.feeding JSON` measures loading time and memory in a
process of its own, which imports neither PyTorch nor transformers.
"""

import dataclasses
import json
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime

from .errors import ExportError


NUMPY = {"tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(int64)": np.int64}
CHUNK = 1024  # tokens of a prompt fed at once
WARM_STEPS = 3


@dataclasses.dataclass(frozen=True)
class Model:
    """A file to measure.

    Args:
        name: how it is called in tables.
        dtype: its precision.
        path: an `.onnx` file, or a `.gguf` file for llama.cpp.
        positions: how many position ids it has; they start again at 0 beyond. None when any will do.
        in_place: past and present keys and values are one buffer, in which the graph writes only what is new.
    """

    name: str
    dtype: str
    path: str
    positions: int | None = None
    in_place: bool = False


@dataclasses.dataclass(frozen=True)
class Place:
    """`tokens` new tokens after `past` tokens."""

    past: int
    tokens: int


def load(model: Model, threads: int, longest: int):
    """The model in memory: it has `at(place, read_past=True)`, which gives a step to be called any number of times.

    Args:
        longest: tokens of the longest text.

    Raises:
        ExportError: the file cannot be loaded.
    """
    if model.path.endswith(".gguf"):
        from .llama_cpp import LlamaCpp

        return LlamaCpp(model.path, threads, longest)
    return Session(model, threads)


class Session:
    """A graph in onnxruntime on `threads` threads of the CPU."""

    def __init__(self, model: Model, threads: int):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.log_severity_level = 3
        self.model = model
        try:
            self.session = onnxruntime.InferenceSession(model.path, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's exceptions share no base but Exception
            reason = str(error).partition("\n")[0]
            raise ExportError(f"'{model.path}' is not a model that onnxruntime can load: {reason}") from error

    def at(self, place: Place, read_past: bool = True) -> "Step":
        return Step(self, place, read_past)


class Step:
    """A call of the graph at `place`, always with the same result.

    Keys and values of an attention are random (seed 0), as only their number costs. A state of constant size comes
    from feeding `past` random tokens, or is zero without `read_past`, where only its size matters. `inputs` and
    `outputs` are the bound arrays by name; after a call `outputs["logits"]` is `[1, 1, vocab_size]`.

    Raises:
        ExportError: the graph has inputs that are not a language model's.
    """

    def __init__(self, runtime: Session, place: Place, read_past: bool, seed: int = 0):
        self.session, self.model, self.place = runtime.session, runtime.model, place
        self.random = np.random.default_rng(seed)
        total = place.past + place.tokens
        sizes = {"batch_size": 1, "sequence_length": place.tokens}
        sizes["past_sequence_length"] = total if self.model.in_place else place.past
        sizes["past_sequence_length + sequence_length"] = total
        self.inputs = {value.name: self._input(value, sizes) for value in self.session.get_inputs()}
        self.outputs = {value.name: self._output(value, total) for value in self.session.get_outputs()}
        grows = any("past_sequence_length" in value.shape for value in self.session.get_inputs())
        if read_past and place.past > 0 and not grows:
            self._read_past()
        self.binding = self.session.io_binding()
        for bind, arrays in ((self.binding.bind_input, self.inputs), (self.binding.bind_output, self.outputs)):
            for name, array in arrays.items():
                bind(name, "cpu", 0, array.dtype.type, array.shape, array.ctypes.data)

    def __call__(self) -> None:
        self.session.run_with_iobinding(self.binding)

    def _input(self, value, sizes: dict[str, int]) -> np.ndarray:
        unknown = [size for size in value.shape if not isinstance(size, int) and size not in sizes]
        if unknown or value.type not in NUMPY:
            raise ExportError(
                f"'{self.model.path}' has an input '{value.name}' {value.type} {value.shape}, expected those of a "
                "language model with its past: export it with the task text-generation-with-past"
            )
        shape, dtype = [sizes.get(size, size) for size in value.shape], NUMPY[value.type]
        if value.name.startswith("past_key_values"):
            return self.random.standard_normal(shape, np.float32).astype(dtype, copy=False)
        if value.name == "input_ids":
            return self._tokens(shape[1])
        if value.name == "position_ids":
            ids = np.arange(self.place.past, self.place.past + self.place.tokens)[None]
            return ids if self.model.positions is None else ids % self.model.positions
        if value.name in ("attention_mask", "num_logits_to_keep"):
            return np.ones(shape, dtype)
        return np.zeros(shape, dtype)

    def _tokens(self, count: int) -> np.ndarray:
        vocab_size = next(value.shape[2] for value in self.session.get_outputs() if value.name == "logits")
        return self.random.integers(3, vocab_size, (1, count))

    def _output(self, value, total: int) -> np.ndarray:
        if value.name == "logits":
            return np.empty([1, 1, value.shape[2]], NUMPY[value.type])
        past = self.inputs[past_name(value.name, self.inputs)]
        if self.model.in_place:
            return past
        if value.name.startswith("present."):
            return np.empty([*past.shape[:2], total, past.shape[3]], past.dtype)
        return np.empty_like(past)

    def _read_past(self) -> None:
        """Feeds the text before `place`, so that the states are those after it."""
        for start in range(0, self.place.past, CHUNK):
            ids = self._tokens(min(CHUNK, self.place.past - start))
            feeds = self.inputs | {"input_ids": ids, "attention_mask": np.ones_like(ids)}
            feeds = {value.name: feeds[value.name] for value in self.session.get_inputs()}
            for output, result in zip(self.outputs, self.session.run(None, feeds), strict=True):
                if output != "logits":
                    self.inputs[past_name(output, self.inputs)][...] = result


def past_name(present: str, inputs) -> str:
    """`present.0.key` follows on `past_key_values.0.key`, `present_conv.0` on `past_conv.0`."""
    name = present.replace("present.", "past_key_values.").replace("present_", "past_")
    if name not in inputs:
        raise ExportError(f"output '{present}' has no input '{name}' that it could become: this graph cannot decode")
    return name


def resident_bytes(peak: bool = False) -> int:
    """Resident memory of this process, now or at its highest, in bytes; without a /proc always the latter."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        import resource

        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else 1024 * most
    field = "VmHWM:" if peak else "VmRSS:"
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(field))


def measure_alone(model: Model, place: Place, threads: int) -> dict:
    """Loads the model and takes a few steps at `place`: `load_ms`, `before_bytes`, `peak_bytes` of this process.

    How the past was read does not count towards the peak, except in llama.cpp, which has no other way to it.
    """
    before = resident_bytes()
    start = time.perf_counter()
    runtime = load(model, threads, place.past + place.tokens)
    load_ms = 1e3 * (time.perf_counter() - start)
    step = runtime.at(place, read_past=False)
    for _ in range(WARM_STEPS):
        step()
    return {"load_ms": load_ms, "before_bytes": before, "peak_bytes": resident_bytes(peak=True)}


def main(argv: list[str] | None = None) -> int:
    (text,) = sys.argv[1:] if argv is None else argv
    task = json.loads(text)
    try:
        result = measure_alone(Model(**task["model"]), Place(**task["place"]), task["threads"])
    except ExportError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
