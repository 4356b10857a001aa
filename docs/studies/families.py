"""Does each family of the corpus help? A small model is trained on the mixture, and on the mixture without each family
in turn, for the same number of tokens, and its loss is measured on real questions that nobody here wrote.

    python docs/studies/families.py pool --eval ../shared/eval      # items, tokenizer and foreign texts, once
    python docs/studies/families.py run --seeds 2                    # resumable; one JSON line a run
    python docs/studies/families.py table                            # docs/measurements/families.json, docs/corpus.md

Exact match is noise at this size; the loss per token on the worked solutions of GSM8K-dev500, on ASDiv's questions and
on MBPP's programs is not. The foreign texts are read, never trained on.
"""

import argparse
import json
import random
import statistics
import sys
from pathlib import Path


HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

import torch  # noqa: E402
from ablation import Settings, logits_of, train  # noqa: E402
from own_tasks import next_batch  # noqa: E402
from torch.nn import functional as F  # noqa: E402
from tqdm import tqdm  # noqa: E402

from configuration_odin import OdinConfig  # noqa: E402
from modeling_odin import OdinForCausalLM  # noqa: E402
from training.io import replace_block, write_json  # noqa: E402


POOL = HERE.parents[1] / "runs" / "families"
RESULT = HERE.parent / "measurements" / "families.json"
ITEMS, VOCAB, SEQ_LEN, TOKENS = 40_000, 4096, 384, 400_000
SHAPE = {"hidden_size": 128, "num_hidden_layers": 3, "head_dim": 32, "intermediate_size": 256}
SETS = ("gsm8k", "asdiv", "mbpp")


def foreign(folder: Path) -> dict[str, list[tuple[str, str]]]:
    """(what is given, what is asked for) of each set: a loss is taken on the second."""

    def rows(name: str) -> list[dict]:
        return [json.loads(line) for line in (folder / name).read_text().split("\n") if line]

    return {
        "gsm8k": [(row["question"], row["solution"]) for row in rows("gsm8k_train_dev500.jsonl")[:120]],
        "asdiv": [("", row["question"]) for row in rows("asdiv_open_clean.jsonl")[:250]],
        "mbpp": [
            (row["prompt"], f"```python\n{row['canonical_solution']}```") for row in rows("mbpp_open.jsonl")[:120]
        ],
    }


def pool(folder: Path) -> None:
    """Items of the standard mixture, a tokenizer trained on them, and the foreign texts."""
    from data_chef import items as stream
    from data_chef.curriculum import load_curriculum
    from data_chef.registry import get_task
    from data_chef.text import chat, response
    from data_chef.tokenizer import train_tokenizer

    POOL.mkdir(parents=True, exist_ok=True)
    curriculum = load_curriculum("standard")
    rows = []
    for row in tqdm(stream(curriculum, "train", 0, 0, 1), total=ITEMS, desc="items"):
        rows.append({**row, "family": get_task(row["task"]).family})
        if len(rows) == ITEMS:
            break
    (POOL / "items.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    train_tokenizer((chat(row["question"], response(row)) for row in rows[:20_000]), VOCAB).save_pretrained(
        POOL / "tokenizer"
    )
    write_json(POOL / "foreign.json", foreign(folder))


class Shuffled:
    """Blocks of 2,000 rows, each drawn anew."""

    def __init__(self, rows: list[dict], seed: int):
        self.rows, self.seed = rows, seed

    def block(self, number: int) -> list[dict]:
        return random.Random(f"{self.seed}/{number}").sample(self.rows, min(2000, len(self.rows)))


def run(without: str, seed: int) -> dict:
    """One training and its losses. `without` is a family, or empty for the whole mixture."""
    from transformers import AutoTokenizer

    from data_chef.text import chat

    torch.manual_seed(seed)
    tokenizer = AutoTokenizer.from_pretrained(POOL / "tokenizer")
    rows = [json.loads(line) for line in (POOL / "items.jsonl").read_text().split("\n") if line]
    kept = [row for row in rows if row["family"] != without]
    model = OdinForCausalLM(OdinConfig(vocab_size=len(tokenizer), decay_rank=16, gate_rank=16, **SHAPE))
    batches = next_batch(Shuffled(kept, seed), tokenizer, SEQ_LEN, 8, train_on_prompts=True)
    seen = train(model, batches, TOKENS, Settings(batch_tokens=8 * SEQ_LEN))
    model.eval()
    losses = {}
    with torch.inference_mode():
        for name, texts in json.loads((POOL / "foreign.json").read_text()).items():
            total, count = 0.0, 0
            for given, asked in texts:
                prompt = tokenizer(chat(given) if given else "<|im_start|>user\n")["input_ids"]
                ids = torch.tensor([prompt + tokenizer(asked)["input_ids"]])[:, :768]
                logits = logits_of(model, ids)[0, len(prompt) - 1 : -1]
                total += F.cross_entropy(logits, ids[0, len(prompt) :], reduction="sum").item()
                count += logits.shape[0]
            losses[name] = round(total / count, 4)
    return {"without": without, "seed": seed, "loss": losses, "tokens": seen["tokens"], "curve": seen["loss_curve"]}


def results() -> list[dict]:
    path = POOL / "results.jsonl"
    return [json.loads(line) for line in path.read_text().split("\n") if line] if path.is_file() else []


def run_all(seeds: int) -> None:
    from data_chef.registry import FAMILIES

    done = {(row["without"], row["seed"]) for row in results()}
    jobs = [(without, seed) for seed in range(seeds) for without in ("", *FAMILIES) if (without, seed) not in done]
    for without, seed in tqdm(jobs, desc="runs"):
        record = run(without, seed)
        with (POOL / "results.jsonl").open("a") as file:
            file.write(json.dumps(record) + "\n")


def summary(rows: list[dict]) -> dict:
    """Of the runs: settings, mean loss over seeds for each mixture and set, and the largest difference of seeds."""
    arms = list(dict.fromkeys(row["without"] for row in rows))
    losses = {
        arm: {name: [row["loss"][name] for row in rows if row["without"] == arm] for name in SETS} for arm in arms
    }
    return {
        "items": ITEMS, "tokens": TOKENS, "vocab_size": VOCAB, "shape": SHAPE, "runs": rows,
        "mean": {arm: {name: statistics.fmean(found) for name, found in sets.items()} for arm, sets in losses.items()},
        "largest_difference_of_seeds": {
            name: max(max(sets[name]) - min(sets[name]) for sets in losses.values()) for name in SETS
        },
    }  # fmt: skip


def table(measured: dict) -> str:
    """Markdown: mean loss over seeds, and in brackets what leaving a family out changes."""
    mean = measured["mean"]
    lines = ["| mixture | " + " | ".join(SETS) + " |", "| --- |" + " ---: |" * len(SETS)]
    for arm in dict.fromkeys(row["without"] for row in measured["runs"]):
        cells = [
            f"{mean[arm][name]:.3f}" + (f" ({mean[arm][name] - mean[''][name]:+.3f})" if arm else "") for name in SETS
        ]
        lines.append(f"| {'without ' + arm if arm else 'whole'} | {' | '.join(cells)} |")
    seeds = {row["seed"] for row in measured["runs"]}
    if len(seeds) > 1:
        spread = measured["largest_difference_of_seeds"]
        lines.append(f"| largest difference of seeds | {' | '.join(f'{spread[name]:.3f}' for name in SETS)} |")
    return "\n".join([*lines, "", f"Seeds: {len(seeds)}."])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["pool", "run", "table"])
    parser.add_argument("--eval", type=Path, help="folder of the evaluation sets, for `pool`")
    parser.add_argument("--seeds", type=int, default=2)
    options = parser.parse_args()
    if options.action == "pool":
        if options.eval is None:
            parser.error("pool needs --eval FOLDER")
        pool(options.eval)
    elif options.action == "run":
        run_all(options.seeds)
    else:
        measured = summary(results())
        write_json(RESULT, measured)
        replace_block(HERE.parent / "corpus.md", "families", table(measured))


if __name__ == "__main__":
    main()
