"""`python -m export.training_graph --model odin-nano --onnx DIR`: one training step as an ONNX graph, for browsers."""

import argparse
import sys
from pathlib import Path

from training.errors import CheckpointError

from ..build import is_export
from .build import LARGEST_FULL, export_training_graph
from .files import GRAPH


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m export.training_graph", description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="model folder written by save_pretrained")
    parser.add_argument("--onnx", type=Path, help="export folder to add to; the model folder without")
    parser.add_argument(
        "--lora-rank", type=int, help=f"train adapters of this rank; by default above {LARGEST_FULL:,} parameters"
    )
    parser.add_argument("--seq", type=int, default=128, help="tokens of a row")
    parser.add_argument("--batch", type=int, default=4, help="rows of a batch")
    parser.add_argument("--seed", type=int, default=0, help="of adapters and of the comparison; 0 to 2^32 - 1")
    parser.add_argument("--force", action="store_true", help="write it even when nothing has changed")
    args = parser.parse_args(argv)
    out = args.onnx or args.model
    try:
        about = export_training_graph(
            args.model,
            out,
            rank=args.lora_rank,
            batch=args.batch,
            seq=args.seq,
            seed=args.seed,
            force=args.force,
        )
    except CheckpointError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    verified = about["verified"]
    print(f"{out / GRAPH}: {about['kind']}, {about['batch']} x {about['seq']} tokens")
    print(f"  {verified['steps']} steps as {verified['against']}: losses within {verified['loss_difference']:.1e}")
    if not is_export(out):
        print("  a page serves an export: add it there with `--onnx EXPORT`")
    return 0


if __name__ == "__main__":
    sys.exit(main())
