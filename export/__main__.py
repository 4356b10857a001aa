"""`python -m export --model odin-nano --out DIR`: the folder that the web app serves."""

import argparse
import sys
from pathlib import Path

from training.checkpoint import CheckpointError

from .build import build
from .precisions import PRECISIONS


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m export", description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="model folder written by save_pretrained")
    parser.add_argument("--out", type=Path, required=True, help="folder to write; replaced whole if it is an export")
    parser.add_argument("--dtypes", default=",".join(PRECISIONS), help=f"comma-separated, of {', '.join(PRECISIONS)}")
    parser.add_argument("--force", action="store_true", help="export even when nothing has changed")
    args = parser.parse_args(argv)
    try:
        written = build(args.model, args.out, tuple(args.dtypes.split(",")), args.force)
    except CheckpointError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{args.out}: {'exported' if written else 'already up to date'}")
    for path in sorted(args.out.rglob("*.onnx")):
        print(f"  {path.relative_to(args.out)}  {path.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
