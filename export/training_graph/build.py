"""Makes the files of a training graph, and shows that it trains as PyTorch does."""

import json
import math
import sys
from pathlib import Path

import onnx
import torch

from training.checkpoint import hash_files, load_model, weights_sha256
from training.io import write_json
from training.precision import policy

from ..adapted import write_adapted
from ..build import is_export
from ..errors import ExportError
from ..frozen import EMBEDDING, HEAD, INT8, PROJECTIONS, attach_frozen, frozen_values
from ..selection import DESCRIPTION
from .check import verify
from .files import (
    ADAPTED,
    GRAPH,
    PARAMETERS,
    check_folder,
    extending,
    is_current,
    source_hash,
    write_parameters,
)
from .step import BETAS, EPS, Lora, Step
from .trace import trace


FORMAT = 1
# Larger models get adapters: all their parameters, with two moments each, are too much for a browser's tab.
LARGEST_FULL = 10_000_000
RANK = 8


def export_training_graph(
    model_folder: Path,
    out: Path,
    *,
    rank: int | None = None,
    batch: int = 4,
    seq: int = 128,
    seed: int = 0,
    force: bool = False,
) -> dict:
    """Writes the training graph of a model to an export folder, once it trains as PyTorch does; not where an export
    has it already.

    Args:
        out: the export folder; the model folder itself, or a new one, does for models that are trained whole.
        rank: of low-rank adapters, which are then all that is trained. By default models of up to LARGEST_FULL
            parameters are trained whole, others by adapters of RANK.
        batch, seq: shape of a batch, rows and tokens.
        seed: of the first values of the adapters, and of the batches of the comparison; 32 bits.
        force: write it even when nothing has changed.

    Returns:
        What `onnx/train.json` says.

    Raises:
        ExportError: there is no training graph for the model, it is not as exact as it should be, or what it needs of
            the export is missing; nothing is written.
    """
    if rank is not None and rank < 1:
        raise ExportError(f"adapters of rank {rank} hold nothing: give 1 or more")
    if batch < 1:
        raise ExportError(f"a batch of {batch} rows holds nothing: give 1 or more")
    if not 0 <= seed < 2**32:
        raise ExportError(f"the seed is {seed}: give a whole number of 0 to {2**32 - 1}")
    check_folder(out, model_folder)
    source = source_hash(out, rank, batch, seq, seed) if is_export(out) else None
    if source is not None and not force and is_current(out, source):
        print(f"{out}: the training graph is up to date", file=sys.stderr)
        return json.loads((out / DESCRIPTION).read_text())
    model = load_model(model_folder)
    if rank is None and model.num_parameters() > LARGEST_FULL:
        rank = RANK
    lora = None if rank is None else Lora(rank)
    step = Step(model, batch, seq, lora)
    parameters = {name: parameter.detach() for name, parameter in model.named_parameters()}
    trained, frozen = (parameters, {}) if lora is None else (adapters(lora, parameters, seed), parameters)
    if lora is not None and not (out / INT8).is_file():
        export = "EXPORT" if out.resolve() == model_folder.resolve() else out
        raise ExportError(
            f"adapters are trained on the int8 weights of an export, and '{out / INT8}' is missing: "
            f"run `python -m export --model {model_folder} --out {export}`, then this with `--onnx {export}`"
        )
    try:
        with extending(out, source) as folder:
            print("tracing the training step", file=sys.stderr)
            graph = trace(step, trained, frozen)
            if lora is not None:
                graph, frozen = attach_frozen(graph, folder, model), frozen_values(folder, model)
            onnx.save(graph, folder / GRAPH)
            verified = verify(folder / GRAPH, model, step, trained, frozen, seed)
            write_parameters(folder / PARAMETERS, trained)
            about = describe(model_folder, step, seed, hash_files([folder / GRAPH])) | {"verified": verified}
            print("tracing the generating graph", file=sys.stderr)
            write_adapted(model=model_folder, folder=folder, kind=about["kind"], lora=about["lora"])
            write_json(folder / DESCRIPTION, about)
    except OSError as error:
        raise ExportError(
            f"'{out}' could not be written: {error.strerror or error}. What was there before is still there"
        ) from error
    return about


def adapters(lora: Lora, parameters: dict[str, torch.Tensor], seed: int) -> dict[str, torch.Tensor]:
    """The first values of A and B by PEFT's names, drawn as PEFT does: B is zero, so nothing is changed at first."""
    generator = torch.Generator().manual_seed(seed)
    values: dict[str, torch.Tensor] = {}
    for name in filter(lora.adapts, parameters):
        outputs, inputs = parameters[name].shape
        a, b = torch.empty(lora.rank, inputs), torch.zeros(outputs, lora.rank)
        torch.nn.init.kaiming_uniform_(a, a=math.sqrt(5), generator=generator)
        values |= dict(zip(lora.names(name), (a, b), strict=True))
    return values


def describe(model_folder: Path, step: Step, seed: int, graph_sha256: str) -> dict:
    """`onnx/train.json`, but for `verified`."""
    config, lora = step.config, step.lora
    adapted = lora and {"rank": lora.rank, "alpha": lora.alpha, "targets": list(PROJECTIONS)}
    return {
        "format": FORMAT,
        "kind": "lora" if lora else "full",
        "batch": step.batch,
        "seq": step.seq,
        "graph": GRAPH,
        "adapted": ADAPTED,
        "parameters": PARAMETERS,
        "frozen": INT8 if lora else None,
        "dtype": "q8" if lora else "fp32",
        "vocab_size": config.vocab_size,
        "pad_token_id": config.pad_token_id,
        "eos_token_id": config.eos_token_id,
        "lora": adapted,
        "optimizer": {"name": "AdamW", "betas": list(BETAS), "eps": EPS, "weight_decay": 0.0},
        "precision": policy("no"),
        "seed": seed,
        "weights_sha256": weights_sha256(model_folder),
        "graph_sha256": graph_sha256,
        "tied": [HEAD, EMBEDDING] if config.tie_word_embeddings else None,
    }
