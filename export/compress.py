"""`python -m export.compress space/dist`: compressed copies beside files, for servers that send them as they are.

That is what nginx does with `gzip_static` and `brotli_static`. Left alone are pictures and archives, which gain
nothing, and weights (`.onnx`, `.safetensors`): browsers ask for parts of them, and a part of a compressed file is of
no use. In chunk layout (`export.chunks`) models can be compressed.
"""

import argparse
import gzip
import os
import sys
import zlib
from collections.abc import Iterable
from pathlib import Path

from tqdm import tqdm

from .errors import ExportError


LEAST_SAVED = 0.05
LEFT_ALONE = {".png", ".zip", ".tgz", ".onnx", ".safetensors"}
# What does not shrink to this at once is no text and no code: brotli's best takes a hundred times as long and gets
# weights 1 to 4% smaller (measured on odin-nano's files); of code it is a fifth.
WORTH_THE_BEST = 0.5


def compress(files: Iterable[Path], encodings: Iterable[str] = ("br", "gz")) -> list[Path]:
    """Writes `FILE.br` and `FILE.gz` beside each file where that saves at least 5%; removes those that do not belong.

    A copy that is right already stays untouched. Each is written beside and renamed, with the time of its file.

    Returns:
        What was written.

    Raises:
        ExportError: an encoding is unknown, or brotli is not installed.
    """
    encodings = list(encodings)
    if unknown := [encoding for encoding in encodings if encoding not in ("br", "gz")]:
        raise ExportError(f"unknown encoding {unknown}: choose from br, gz")
    if "br" in encodings:
        _brotli()
    written = []
    for path in tqdm([path for path in files if not is_copy(path)], desc="compressing", disable=None, leave=False):
        content = path.read_bytes()
        for encoding in encodings:
            copy = path.with_name(f"{path.name}.{encoding}")
            if decoded(copy) == content:
                continue
            smaller = None if path.suffix in LEFT_ALONE else encoded(content, encoding)
            if smaller is None:
                copy.unlink(missing_ok=True)
                continue
            partial = copy.with_name(f".{copy.name}.{os.getpid()}.partial")
            try:
                partial.write_bytes(smaller)
                os.utime(partial, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
                partial.rename(copy)
            finally:
                partial.unlink(missing_ok=True)
            written.append(copy)
    return written


def encoded(content: bytes, encoding: str) -> bytes | None:
    """`content` in an encoding, the same for the same content; None where that saves less than 5%."""
    if encoding == "gz":
        smaller = gzip.compress(content, mtime=0)
    else:
        smaller = _brotli().compress(content, quality=5)
        if len(smaller) < WORTH_THE_BEST * len(content):
            smaller = _brotli().compress(content, quality=11)
    return smaller if len(smaller) <= (1 - LEAST_SAVED) * len(content) else None


def decoded(copy: Path) -> bytes | None:
    """What is in a compressed copy; None when it is not there or damaged."""
    damage: tuple[type[Exception], ...] = (OSError, EOFError, zlib.error)
    decode = gzip.decompress
    if copy.suffix == ".br":
        decode, damage = _brotli().decompress, (OSError, _brotli().error)
    try:
        return decode(copy.read_bytes())
    except damage:
        return None


def sizes(files: Iterable[Path], encodings: Iterable[str]) -> str:
    """Bytes of the files in words, and what a visitor loads who takes an encoding."""
    files = [path for path in files if not is_copy(path)]
    words = f"{len(files)} files, {sum(path.stat().st_size for path in files) / 1e6:.1f} MB"
    for encoding in encodings:
        copies = [path.with_name(f"{path.name}.{encoding}") for path in files]
        sent = sum((copy if copy.exists() else path).stat().st_size for path, copy in zip(files, copies, strict=True))
        words += f", {sent / 1e6:.1f} MB in {encoding}"
    return words


def is_copy(path: Path) -> bool:
    """Whether it is the compressed copy of a file beside it."""
    return path.suffix in (".br", ".gz") and path.with_suffix("").exists()


def _brotli():
    try:
        import brotli
    except ImportError as error:
        raise ExportError("brotli is not installed: `pip install brotli`, or choose gz alone") from error
    return brotli


def main(argv: list[str] | None = None) -> int:
    about, _, rest = __doc__.partition("\n\n")
    parser = argparse.ArgumentParser(prog="python -m export.compress", description=about, epilog=rest)
    parser.add_argument("folder", type=Path, help="a built site, such as space/dist")
    parser.add_argument("--encodings", default="br,gz", help="of br, gz, separated by commas (default: %(default)s)")
    args = parser.parse_args(argv)
    try:
        if not args.folder.is_dir():
            raise ExportError(f"'{args.folder}' is not a folder: build the site first (`npm run build` in space/)")
        files = sorted(path for path in args.folder.rglob("*") if path.is_file())
        encodings = args.encodings.split(",")
        written = compress(files, encodings)
    except (ExportError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    state = f"{len(written)} compressed copies written" if written else "up to date"
    print(f"{args.folder}: {state}; {sizes(files, encodings)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
