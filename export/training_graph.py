"""`python -m export.training_graph --model odin-nano --onnx DIR`: one training step as an ONNX graph, for browsers."""

import argparse
import math
import sys
from pathlib import Path

import onnx
import torch

from training.checkpoint import CheckpointError, hash_files, load_model, weights_sha256
from training.io import write_json
from training.precision import policy

from .adapted import write_adapted
from .errors import ExportError
from .frozen import EMBEDDING, HEAD, INT8, PROJECTIONS, attach_frozen, frozen_values
from .training_check import verify
from .training_files import ADAPTED, DESCRIPTION, GRAPH, PARAMETERS, check_folder, extending, write_parameters
from .training_step import BETAS, EPS, Lora, Step
from .training_trace import trace


FORMAT = 1
# Larger models get adapters: all their parameters, with two moments each, are too much for a browser's tab.
LARGEST_FULL = 10_000_000
RANK = 8


def export_training_graph(
    model_folder: Path, out: Path, rank: int | None = None, batch: int = 4, seq: int = 128, seed: int = 0
) -> dict:
    """Writes the training graph of a model to an export folder, once it trains as PyTorch does.

    Args:
        out: the export folder; the model folder itself, or a new one, does for models that are trained whole.
        rank: of low-rank adapters, which are then all that is trained. By default models of up to LARGEST_FULL
            parameters are trained whole, others by adapters of RANK.
        batch, seq: shape of a batch, rows and tokens.
        seed: of the first values of the adapters, and of the batches of the comparison.

    Returns:
        What `onnx/train.json` says.

    Raises:
        ExportError: there is no training graph for the model, it is not as exact as it should be, or what it needs of
            the export is missing; nothing is written.
    """
    check_folder(out, model_folder)
    model = load_model(model_folder)
    if rank is None and model.num_parameters() > LARGEST_FULL:
        rank = RANK
    if rank is not None and rank < 1:
        raise ExportError(f"adapters of rank {rank} hold nothing: give 1 or more")
    if batch < 1:
        raise ExportError(f"a batch of {batch} rows holds nothing: give 1 or more")
    lora = None if rank is None else Lora(rank)
    step = Step(model, batch, seq, lora)
    parameters = {name: parameter.detach() for name, parameter in model.named_parameters()}
    trained, frozen = (parameters, {}) if lora is None else (adapters(lora, parameters, seed), parameters)
    if lora is not None and not (out / INT8).is_file():
        raise ExportError(
            f"adapters are trained on the int8 weights, and '{out / INT8}' is missing: "
            f"run `python -m export --model {model_folder} --out {out}` first"
        )
    try:
        with extending(out) as folder:
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


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m export.training_graph", description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="model folder written by save_pretrained")
    parser.add_argument("--onnx", type=Path, help="export folder to add to; by default the model folder")
    parser.add_argument(
        "--lora-rank", type=int, help=f"train adapters of this rank; by default above {LARGEST_FULL:,} parameters"
    )
    parser.add_argument("--seq", type=int, default=128, help="tokens of a row")
    parser.add_argument("--batch", type=int, default=4, help="rows of a batch")
    parser.add_argument("--seed", type=int, default=0, help="of adapters and of the comparison")
    args = parser.parse_args(argv)
    out = args.onnx or args.model
    try:
        about = export_training_graph(args.model, out, args.lora_rank, args.batch, args.seq, args.seed)
    except CheckpointError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    verified = about["verified"]
    print(f"{out / GRAPH}: {about['kind']}, {about['batch']} x {about['seq']} tokens")
    print(f"  {verified['steps']} steps as {verified['against']}: losses within {verified['loss_difference']:.1e}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
