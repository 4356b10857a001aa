"""Makes the frozen test sets, and checks them.

    python -m training.benchmark.frozen.build --out DIR     # the same bytes again, while the generators are the same
    python -m training.benchmark.frozen.build --check [--against FILES] [--training N]

What counts are the committed files: a model is compared with another one on these very rows. They are made anew only
for a new version.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import data_chef
from training.benchmark.frozen import functions, stories, syllogisms
from training.benchmark.frozen.check import check
from training.benchmark.frozen.rows import FOLDER, FOREIGN, SEED, SETS, VERSION, dumped, read, sha256, shares
from training.io import write_json


# Training functions that the programs are compared with, besides all named algorithms.
SAMPLE = 100_000
HELDOUT = Path(data_chef.__file__).with_name("heldout.json")


def build(out: Path, seed: int = SEED, sample: int = SAMPLE, workers: int = 2) -> dict:
    """Writes the sets, `MANIFEST.json` and `heldout.json` to a folder; returns the manifest.

    Raises ValueError when too few rows of a kind can be found.
    """
    programs, compared = functions.rows(seed, sample, workers)
    made = {
        "gsm8k_style": stories.rows(seed, workers),
        "humaneval_style": programs,
        "syllogisms": syllogisms.rows(seed),
        **{name: read(FOLDER / f"{name}.jsonl") for name in FOREIGN},
    }
    manifest: dict = {
        "version": VERSION,
        "seed": seed,
        "generator_commit": _commit(),
        "compared": compared,
        "sets": {},
    }
    out.mkdir(parents=True, exist_ok=True)
    for name, rows in made.items():
        content = dumped(rows)
        (out / f"{name}.jsonl").write_bytes(content)
        manifest["sets"][name] = {
            "rows": len(rows),
            "sha256": sha256(content),
            **_grades(rows),
            "most_frequent_answer": _baseline(rows),
        }
    write_json(out / "MANIFEST.json", manifest)
    listed = [row for name in SETS for row in made[name]]
    write_json(out / "heldout.json", heldout_of(listed))
    return manifest


def heldout_of(rows: list[dict]) -> dict:
    """What `data_chef/heldout.json` says of these rows."""
    return {
        "version": VERSION,
        "canonical": sorted({row["canonical_hash"] for row in rows}),
        "structure": sorted({row["structure_hash"] for row in rows}),
    }


def _grades(rows: list[dict]) -> dict:
    """How many rows there are of each number of steps, or of each difficulty where steps are not told."""
    column = "steps" if "steps" in rows[0] else "difficulty"
    return {column: shares(rows, column)}


def _baseline(rows: list[dict]) -> dict | None:
    """How often the most frequent answer is right: what guessing gets."""
    if "answer" not in rows[0]:
        return None
    counts = shares(rows, "answer")
    answer = max(counts, key=lambda one: counts[one])
    return {"answer": answer, "percent": round(100 * counts[answer] / len(rows), 1)}


def _commit() -> str:
    done = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, cwd=FOLDER)
    return done.stdout.strip() or "unknown"


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m training.benchmark.frozen.build", description=__doc__)
    parser.add_argument("--out", type=Path, help="folder to write the sets to")
    parser.add_argument("--sample", type=int, default=SAMPLE, help="training functions to compare programs with")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--check", action="store_true", help="check the committed sets, or those in --out")
    parser.add_argument(
        "--against", type=Path, nargs="+", default=[], help="evaluation files to share no 13 words with"
    )
    parser.add_argument("--training", type=int, default=0, help="fresh training items to compare with")
    arguments = parser.parse_args(argv)
    if not arguments.check:
        if arguments.out is None:
            sys.exit("frozen: give --out DIR to make the sets, or --check")
        manifest = build(arguments.out, sample=arguments.sample, workers=arguments.workers)
        if arguments.out.resolve() == FOLDER.resolve():
            (FOLDER / "heldout.json").replace(HELDOUT)
        print(json.dumps(manifest, indent=2))
        return
    try:
        wrong, measured = check(arguments.out or FOLDER, arguments.against, arguments.training)
    except (OSError, ValueError) as error:
        sys.exit(f"frozen: {error}")
    print(json.dumps(measured, indent=2))
    if wrong:
        sys.exit("frozen: " + "\nfrozen: ".join(wrong[:20]))


if __name__ == "__main__":
    main()
