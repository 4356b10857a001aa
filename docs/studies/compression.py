"""How small the exported files get on the wire: `python docs/studies/compression.py --onnx EXPORT [EXPORT ...]`.

Compresses every larger file of export folders as a web server would, once and beforehand, and times both ways in
processor seconds of one core. Writes docs/measurements/compression.json and a table of docs/export.md. A file that was
measured is not measured again; a file that has changed is. Nothing is said about how fast a network is.
"""

import argparse
import gzip
import json
import sys
import time
from functools import partial
from pathlib import Path


HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

import brotli  # noqa: E402
from tqdm import tqdm  # noqa: E402

from export.build import hash_files  # noqa: E402
from training.checkpoint import MANIFEST  # noqa: E402
from training.io import replace_block, write_json  # noqa: E402


DOCUMENT = HERE.parent / "export.md"
RESULTS = HERE.parent / "measurements/compression.json"
SMALLEST = 100_000  # bytes; what is smaller does not count beside weights
# The window of brotli is the largest that browsers take, 16 MB.
CODECS = {
    "gzip 9": (partial(gzip.compress, compresslevel=9, mtime=0), gzip.decompress),
    "brotli 5": (partial(brotli.compress, quality=5, lgwin=24), brotli.decompress),
    "brotli 11": (partial(brotli.compress, quality=11, lgwin=24), brotli.decompress),
}


def measure(path: Path) -> dict:
    """Size and hash of a file, and for each codec `bytes`, `compress_s` and `decompress_s`.

    Raises:
        RuntimeError: a codec does not give back what it was given.
    """
    data = path.read_bytes()
    record: dict = {"bytes": len(data), "sha256": hash_files([path]), "codecs": {}}
    for name, (compress, decompress) in tqdm(CODECS.items(), desc=path.name, leave=False):
        start = time.process_time()
        compressed = compress(data)
        middle = time.process_time()
        restored = decompress(compressed)
        end = time.process_time()
        if restored != data:
            raise RuntimeError(f"{name} did not give back '{path}': update the package and run this again")
        record["codecs"][name] = {
            **{"bytes": len(compressed), "compress_s": round(middle - start, 3)},
            **{"decompress_s": round(end - middle, 3)},
        }
    return record


def files_of(export: Path) -> tuple[str, dict[str, Path]]:
    """The name of the exported model, and by their names the files of the folder that are worth compressing.

    Raises:
        ValueError: not an export folder.
    """
    manifest = export / MANIFEST
    if not manifest.is_file():
        raise ValueError(f"'{export}' has no {MANIFEST}: give a folder written by `python -m export --out {export}`")
    listed = json.loads(manifest.read_text())
    names = sorted(name for name, file in listed["files"].items() if file["bytes"] >= SMALLEST)
    return listed["model"], {name: export / name for name in names}


def table(results: dict[str, dict[str, dict]]) -> str:
    """Markdown: a row for each file and codec."""
    lines = [
        "| file | MB | codec | compressed, MB | share | compress, s | decompress, s |",
        "| --- | ---: | --- | ---: | ---: | ---: | ---: |",
    ]
    for model, files in results.items():
        for file, record in files.items():
            for codec, found in record["codecs"].items():
                size, share = found["bytes"] / 1e6, found["bytes"] / record["bytes"]
                lines.append(
                    f"| {model}/{file} | {record['bytes'] / 1e6:.2f} | {codec} | {size:.2f} | {share:.1%} "
                    f"| {found['compress_s']:.1f} | {found['decompress_s']:.2f} |"
                )
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--onnx", type=Path, nargs="+", required=True, metavar="EXPORT", help="export folders")
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--document", type=Path, default=DOCUMENT, help="Markdown file with a block 'compression'")
    options = parser.parse_args(arguments)
    results = json.loads(options.out.read_text()) if options.out.is_file() else {}
    try:
        exports = [files_of(export) for export in options.onnx]
    except (ValueError, OSError) as error:
        sys.exit(f"compression: {error}")
    for model, files in exports:
        old, results[model] = results.get(model, {}), {}
        for name, path in tqdm(files.items(), desc=model):
            known = old.get(name)
            current = known and known["sha256"] == hash_files([path]) and known["codecs"].keys() == CODECS.keys()
            results[model][name] = known if current else measure(path)
            write_json(options.out, results)
    results = json.loads(options.out.read_text())  # in the order in which the file has it
    replace_block(options.document, "compression", table(results))
    print(table(results))
    print(json.dumps(results))


if __name__ == "__main__":
    main()
