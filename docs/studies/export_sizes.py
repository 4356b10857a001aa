"""What a visitor downloads in each precision: `python docs/studies/export_sizes.py EXPORT`.

EXPORT is a folder of `python -m export`. Writes docs/measurements/export-sizes.json, which the model card shows.
"""

import argparse
import json
import sys
from pathlib import Path


HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from training.io import write_json  # noqa: E402


RESULT = HERE.parent / "measurements/export-sizes.json"


def sizes(manifest: dict) -> dict:
    """Bytes of the graph in each precision, with the model's name and the hash of the weights it was made of."""
    files = manifest["files"]
    return {
        "model": manifest["model"],
        "weights_sha256": manifest["weights_sha256"],
        "made_with": manifest["made_with"],
        "sizes": {dtype: files[name]["bytes"] for dtype, name in manifest["dtypes"].items()},
    }


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("export", type=Path, metavar="EXPORT")
    options = parser.parse_args(arguments)
    try:
        found = sizes(json.loads((options.export / "manifest.json").read_text()))
    except (OSError, ValueError, KeyError) as error:
        sys.exit(f"export_sizes: {options.export} is no folder of `python -m export` ({error})")
    write_json(RESULT, found)
    for dtype, size in found["sizes"].items():
        print(f"{dtype:8} {size / 1e6:8.2f} MB")


if __name__ == "__main__":
    main()
