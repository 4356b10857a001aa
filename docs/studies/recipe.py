"""Which choices of the training recipe pay? A small model is trained on the nano mixture for the same number of tokens
with one setting changed at a time, and the loss on held-out rows is compared with that of two and more seeds.

    python -m data_chef build --preset nano --num-examples 20000 --out corpus/tiny
    python docs/studies/recipe.py run --seeds 2      # resumable; a folder of runs/recipe a run
    python docs/studies/recipe.py table              # docs/measurements/recipe.json and the table of docs/training.md
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path


ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tqdm import tqdm  # noqa: E402

from training.io import replace_block, write_json  # noqa: E402


RUNS = ROOT / "runs" / "recipe"
RESULT = ROOT / "docs" / "measurements" / "recipe.json"
SHAPE = "{hidden_size: 64, num_hidden_layers: 3, head_dim: 32, intermediate_size: 192, decay_rank: 8, gate_rank: 8}"
STEPS, ROWS = 300, 8
COMMON = {
    "data": "corpus/tiny", "model_overrides": SHAPE, "max_steps": STEPS, "batch_size": ROWS, "seq_len": 256,
    "warmup_steps": 20, "decay_share": 0.5, "learning_rate": 0.003, "muon_learning_rate": 0.006, "compile": "false",
    "mixed_precision": "no", "log_every": 50, "eval_every": STEPS, "eval_items": 0, "eval_rows": 24,
    "checkpoint_every": STEPS, "tracker": "none",
}  # fmt: skip
VARIANTS: dict[str, dict] = {
    "the recipe": {},
    "AdamW alone": {"muon_learning_rate": "null"},
    "AdamW alone, learning rate 0.006": {"muon_learning_rate": "null", "learning_rate": 0.006},
    "AdamW alone, learning rate 0.012": {"muon_learning_rate": "null", "learning_rate": 0.012},
    "Muon's learning rate 0.003": {"muon_learning_rate": 0.003},
    "Muon's learning rate 0.012": {"muon_learning_rate": 0.012},
    "Muon's learning rate 0.024": {"muon_learning_rate": 0.024},
    "AdamW's learning rate 0.006": {"learning_rate": 0.006},
    "AdamW's learning rate 0.012": {"learning_rate": 0.012},
    f"AdamW's learning rate 0.006, {ROWS // 2} rows, twice the steps": {
        "learning_rate": 0.006, "batch_size": ROWS // 2, "max_steps": 2 * STEPS,
    },
    "loss on questions too": {"train_on_prompts": "true"},
    f"{ROWS // 2} rows, twice the steps": {"batch_size": ROWS // 2, "max_steps": 2 * STEPS},
    f"{2 * ROWS} rows, half the steps": {"batch_size": 2 * ROWS, "max_steps": STEPS // 2},
    "no decay": {"decay_share": 0},
    "no decay, averaged weights (0.99)": {"decay_share": 0, "ema_decay": 0.99},
    "averaged weights (0.99)": {"ema_decay": 0.99},
    "decay over the last fifth": {"decay_share": 0.2},
    "decay from the start": {"decay_share": 1},
    "no warm-up": {"warmup_steps": 0},
    "weight decay 0": {"weight_decay": 0.0},
    "weight decay 0.1": {"weight_decay": 0.1},
    "rows of 512 tokens, half as many": {"seq_len": 512, "batch_size": ROWS // 2},
    "bfloat16": {"mixed_precision": "bf16"},
    "bfloat16, loss scaled": {"mixed_precision": "bf16", "loss_scaling": "true"},
}  # fmt: skip


def slug(name: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in name.lower())


def run_all(seeds: int, only: list[str]) -> None:
    jobs = [(name, seed) for seed in range(seeds) for name in VARIANTS if not only or name in only]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    for name, seed in tqdm(jobs, desc="runs"):
        output = RUNS / f"{slug(name)}-{seed}"
        if (output / "summary.json").is_file():
            continue
        settings = {**COMMON, **VARIANTS[name], "seed": seed, "output": output}
        command = [sys.executable, "training/train.py", "--config", "training/configs/odin-nano.yaml"]
        overrides = [f"{key}={value}" for key, value in settings.items()]
        with (RUNS / "log.txt").open("a") as log:
            subprocess.run([*command, *overrides], cwd=ROOT, env=environment, stdout=log, stderr=log, check=True)


def collect() -> list[dict]:
    """One record a finished run: its loss per family at the end."""
    records = []
    for name in VARIANTS:
        for path in sorted(RUNS.glob(f"{slug(name)}-[0-9]/summary.json")):
            lines = [json.loads(line) for line in (path.parent / "metrics.jsonl").read_text().splitlines()]
            last = next(line for line in reversed(lines) if any(key.startswith("validation_loss") for key in line))
            losses = {key.partition("/")[2]: value for key, value in last.items() if key.startswith("validation")}
            seed = int(path.parent.name.rpartition("-")[2])
            mean = statistics.fmean(losses.values())
            summary = json.loads(path.read_text())
            records.append(
                {"variant": name, "seed": seed, "loss": mean, "families": losses, "tokens": summary["tokens"]}
            )
    return records


def table(records: list[dict]) -> str:
    """Markdown: a row a variant, and how much seeds alone differ."""
    base = losses_of("the recipe", records)
    rows = ["| variant | validation loss | against the recipe | runs |", "| --- | ---: | ---: | ---: |"]
    for name in VARIANTS:
        if losses := losses_of(name, records):
            mean = statistics.fmean(losses)
            rows.append(f"| {name} | {mean:.3f} | {mean - statistics.fmean(base):+.3f} | {len(losses)} |")
    spread = max(base) - min(base)
    rows += ["", f"Seeds alone differ by {spread:.3f} (largest difference of {len(base)} runs of the recipe)."]
    return "\n".join(rows)


def losses_of(variant: str, records: list[dict]) -> list[float]:
    return [record["loss"] for record in records if record["variant"] == variant]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="train what is missing")
    run.add_argument("--seeds", type=int, default=2)
    run.add_argument("--only", nargs="*", default=[], metavar="VARIANT")
    commands.add_parser("table", help="write the results so far")
    options = parser.parse_args()
    RUNS.mkdir(parents=True, exist_ok=True)
    if options.command == "run":
        run_all(options.seeds, options.only)
        return
    records = collect()
    base = losses_of("the recipe", records)
    common = {key: str(value) for key, value in COMMON.items()}
    write_json(RESULT, {"common": common, "runs": records, "seeds_differ_by": max(base) - min(base)})
    replace_block(ROOT / "docs" / "training.md", "recipe", table(records))
    print(table(records))


if __name__ == "__main__":
    main()
