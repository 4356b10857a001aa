"""How the loss falls with size and tokens, and what that predicts for odin-100m.

Small models with odin-100m's tokenizer and recipe are trained on its mixture for several numbers of tokens each, with
the decay to zero every time. The loss is that of whole held-out answers (nats an answer, mean over families), so that
vocabularies can be compared too.

    python -m data_chef build --preset standard --num-examples 60000 --out corpus/scaling
    python docs/studies/scaling.py tokenizers        # of 2,048, 8,192 and 32,768 tokens, beside the corpus
    python docs/studies/scaling.py run               # resumable; a folder of runs/scaling a run
    python docs/studies/scaling.py table             # docs/measurements/scaling.json and the tables
"""

import argparse
import json
import os
import random
import subprocess
import sys
from itertools import islice
from pathlib import Path

import numpy as np
import torch


ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tqdm import tqdm  # noqa: E402

from training.io import replace_block, write_json  # noqa: E402


CORPUS, RUNS = ROOT / "corpus" / "scaling", ROOT / "runs" / "scaling"
RESULT = ROOT / "docs" / "measurements" / "scaling.json"
VOCABULARY = 8192
TOKENS_A_STEP = 2048
# Name: width, layers. Heads of 32, the inner width three times the width, as in odin-nano.
SHAPES = {"A": (64, 3), "B": (96, 4), "C": (160, 5)}
# Shape, steps, vocabulary. The last run is not fitted: it tells how far the fit can be trusted beyond what it saw.
RUNS_OF_FIT = [(shape, steps, VOCABULARY) for shape, steps in
               [("A", 250), ("A", 500), ("A", 1000), ("A", 2000), ("B", 250), ("B", 500), ("B", 1000), ("B", 2000),
                ("C", 500)]]  # fmt: skip
HELD_BACK = [("C", 1000, VOCABULARY)]
RUNS_OF_VOCABULARY = [("B", 500, vocabulary) for vocabulary in (2048, 32768)]
ITEMS_A_TASK, ROWS_A_FAMILY, ROW = 3, 48, 512
# Where odin-100m may come to rest: tokens of half an hour of a GPU at the projected rates, and of a long one.
TARGETS = (200e6, 400e6, 700e6, 2e9)


def name_of(shape: str, steps: int, vocabulary: int) -> str:
    return f"{shape}-{steps}-{vocabulary}"


def settings(shape: str, steps: int, vocabulary: int) -> list[str]:
    width, layers = SHAPES[shape]
    overrides = {
        "hidden_size": width, "num_hidden_layers": layers, "head_dim": 32, "intermediate_size": 3 * width,
        "decay_rank": 32 if width > 100 else 16, "gate_rank": 32 if width > 100 else 16,
    }  # fmt: skip
    values = {
        "data": CORPUS, "tokenizer": f"{CORPUS}-tokenizer-{vocabulary}", "model_overrides": json.dumps(overrides),
        "output": RUNS / name_of(shape, steps, vocabulary), "batch_size": TOKENS_A_STEP // ROW, "seq_len": ROW,
        "lanes": 4, "data_workers": 1, "max_steps": steps, "max_minutes": "null", "warmup_steps": min(100, steps // 5),
        "eval_every": steps, "eval_items": 0, "checkpoint_every": 500, "keep_checkpoints": 1, "tracker": "none",
    }  # fmt: skip
    return [f"{key}={value}" for key, value in values.items()]


def run_all() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for job in tqdm([*RUNS_OF_FIT, *RUNS_OF_VOCABULARY, *HELD_BACK], desc="runs"):
        output = RUNS / name_of(*job)
        if not (output / "summary.json").is_file():
            command = [sys.executable, "training/train.py", "--config", "training/configs/odin-nano.yaml"]
            with (RUNS / "log.txt").open("a") as log:
                subprocess.run(
                    [*command, *settings(*job)], cwd=ROOT, env=environment, stdout=log, stderr=log, check=True
                )
        if not (output / "measured.json").is_file():
            write_json(output / "measured.json", measure(output, *job))


def measure(output: Path, shape: str, steps: int, vocabulary: int) -> dict:
    """Loss of held-out answers and exact match, by family."""
    import data_chef
    from training.checkpoint import load_model, load_tokenizer
    from training.data import IGNORE
    from training.evaluate import evaluate, first_per_task
    from training.validation import by_family, family_batches, family_losses

    rows = data_chef.table(CORPUS, "validation").to_pylist()
    random.Random(0).shuffle(rows)
    model = load_model(output / "model").eval()
    tokenizer = load_tokenizer(output / "model", model.config.vocab_size)
    packed = family_batches(rows, tokenizer, ROW, ROWS_A_FAMILY)
    losses = family_losses(model, packed, "cpu")
    answers = {}
    for family, batch in packed.items():
        labelled = batch["labels"] != IGNORE
        documents = sum(len(set(ids[mask].tolist())) for ids, mask in zip(batch["seq_idx"], labelled, strict=True))
        answers[family] = losses[family] * int(labelled.sum()) / documents
    scores, _, _ = evaluate(model, tokenizer, first_per_task(rows, ITEMS_A_TASK), 200)
    body = model.num_parameters() - model.get_input_embeddings().weight.numel()
    summary = json.loads((output / "summary.json").read_text())
    return {
        "shape": shape, "steps": steps, "vocabulary": vocabulary, "body": body, "parameters": model.num_parameters(),
        "tokens": summary["tokens"], "minutes": summary["minutes"], "nats_a_token": losses,
        "nats_an_answer": answers, "exact_match": by_family(scores),
    }  # fmt: skip


def loss_of(record: dict) -> float:
    return float(np.mean(list(record["nats_an_answer"].values())))


def surface(parameters, body, tokens):
    """L(N, D) = E + A N^-a + B D^-b (Hoffmann et al., arXiv:2203.15556), positive by construction."""
    e, log_a, a, log_b, b = parameters
    return np.exp(e) + np.exp(log_a - a * np.log(body)) + np.exp(log_b - b * np.log(tokens))


def fit(body, tokens, loss) -> np.ndarray:
    """Least squares of log loss with a Huber penalty, the best of several starts."""
    from scipy.optimize import least_squares

    def residuals(parameters):
        return np.log(surface(parameters, body, tokens)) - np.log(loss)

    starts = [(e, la, a, lb, b) for e in (-2.0, 0.5) for la in (2.0, 6.0) for a in (0.2, 0.5) for lb in (3.0, 8.0)
              for b in (0.3, 0.7)]  # fmt: skip
    bounds = ([-8, -10, 0.02, -10, 0.02], [3, 30, 2, 30, 2])
    found = [least_squares(residuals, start, bounds=bounds, loss="huber", f_scale=0.02) for start in starts]
    return min(found, key=lambda one: one.cost).x


def predictions(records: list[dict], body_100m: int) -> dict:
    """The fit, how it does on the runs held back, and odin-100m, with the middle 80% of bootstrap fits."""
    fitted = [r for r in records if (r["shape"], r["steps"], r["vocabulary"]) in RUNS_OF_FIT]
    held = [r for r in records if (r["shape"], r["steps"], r["vocabulary"]) in HELD_BACK]
    body = np.array([r["body"] for r in fitted], float)
    tokens = np.array([r["tokens"] for r in fitted], float)
    loss = np.array([loss_of(r) for r in fitted])
    whole = fit(body, tokens, loss)
    rng = np.random.default_rng(0)
    samples = []
    while len(samples) < 100:
        chosen = rng.integers(len(fitted), size=len(fitted))
        if len(set(body[chosen])) >= 3 and len(set(tokens[chosen])) >= 3:
            samples.append(fit(body[chosen], tokens[chosen], loss[chosen]))

    def at(n: float, d: float) -> dict:
        spread = sorted(float(surface(sample, n, d)) for sample in samples)
        value = float(surface(whole, n, d))
        low, high = spread[len(spread) // 10], spread[-len(spread) // 10]
        return {"body": n, "tokens": d, "nats_an_answer": value, "low": low, "high": high}

    return {
        "parameters": dict(zip(("E", "A", "alpha", "B", "beta"),
                               [float(np.exp(whole[0])), float(np.exp(whole[1])), float(whole[2]),
                                float(np.exp(whole[3])), float(whole[4])], strict=True)),
        "largest_error": float(np.max(np.abs(np.log(surface(whole, body, tokens)) - np.log(loss)))),
        "held_back": [{**at(r["body"], r["tokens"]), "measured": loss_of(r),
                       "shape": r["shape"]} for r in held],
        "odin_100m": [at(body_100m, d) for d in TARGETS],
    }  # fmt: skip


def collect() -> list[dict]:
    jobs = [*RUNS_OF_FIT, *RUNS_OF_VOCABULARY, *HELD_BACK]
    paths = [RUNS / name_of(*job) / "measured.json" for job in jobs]
    return [json.loads(path.read_text()) for path in paths if path.is_file()]


def tokenizers(count: int = 40_000) -> None:
    """Of each size, trained on the first `count` documents of the mixture."""
    import data_chef
    from data_chef.text import chat, response
    from data_chef.tokenizer import train_tokenizer

    rows = islice(data_chef.table(CORPUS, "train").to_pylist(), count)
    texts = [chat(row["question"], response(row)) for row in rows]
    for size in tqdm(
        sorted({vocabulary for *_, vocabulary in [*RUNS_OF_FIT, *RUNS_OF_VOCABULARY]}), desc="tokenizers"
    ):
        train_tokenizer(texts, size).save_pretrained(f"{CORPUS}-tokenizer-{size}")


def table() -> None:
    """Writes the measurements, the fit and the tables of docs/scaling.md and of decision 0005."""
    from configuration_odin import OdinConfig
    from modeling_odin import OdinForCausalLM

    with torch.device("meta"):
        largest = OdinForCausalLM(OdinConfig.from_preset("odin-100m"))
    body = largest.num_parameters() - largest.get_input_embeddings().weight.numel()
    records = collect()
    found = predictions(records, body)
    write_json(RESULT, {"runs": records, **found})
    document = ROOT / "docs" / "scaling.md"
    for name, text in (("runs", runs_table(records)), ("held-back", held_back_table(found)),
                       ("prediction", prediction_table(found))):  # fmt: skip
        replace_block(document, name, text)
    replace_block(ROOT / "docs" / "decisions" / "0005-vocabulary.md", "accuracy", vocabulary_table(records))


def percent(share: float) -> str:
    return f"{100 * share:.0f}%"


def runs_table(records: list[dict]) -> str:
    families = sorted(records[0]["exact_match"])
    lines = [f"| parameters without embedding | million tokens | nats an answer | {' | '.join(families)} |"]
    lines.append("| ---: |" + " ---: |" * (len(families) + 2))
    for record in records:
        if record["vocabulary"] == VOCABULARY:
            shares = " | ".join(percent(record["exact_match"][family]) for family in families)
            lines.append(
                f"| {record['body'] / 1e6:.2f}M | {record['tokens'] / 1e6:.1f} | {loss_of(record):.2f} | {shares} |"
            )
    return "\n".join(lines)


def held_back_table(found: dict) -> str:
    terms = found["parameters"]
    formula = (
        f"L = {terms['E']:.3g} + {terms['A']:.3g} / N^{terms['alpha']:.2f} + {terms['B']:.3g} / D^{terms['beta']:.2f}"
    )
    lines = [f"`{formula}`; the fitted runs lie within {found['largest_error']:.1%} of it.", ""]
    for one in found["held_back"]:
        predicted = f"{one['nats_an_answer']:.1f} nats ({one['low']:.1f} to {one['high']:.1f})"
        lines.append(
            f"Held back: {one['body'] / 1e6:.2f}M parameters, {one['tokens'] / 1e6:.1f}M tokens: predicted "
            f"{predicted}, measured {one['measured']:.1f}."
        )
    return "\n".join(lines)


def prediction_table(found: dict) -> str:
    lines = ["| million tokens | nats an answer |", "| ---: | ---: |"]
    for one in found["odin_100m"]:
        loss = f"{one['nats_an_answer']:.1f} ({one['low']:.1f} to {one['high']:.1f})"
        lines.append(f"| {one['tokens'] / 1e6:,.0f} | {loss} |")
    return "\n".join(lines)


def vocabulary_table(records: list[dict]) -> str:
    compared = {(shape, steps) for shape, steps, _ in RUNS_OF_VOCABULARY}
    lines = [
        "| vocabulary | nats an answer | exact match, mean of families | minutes |",
        "| ---: | ---: | ---: | ---: |",
    ]
    for record in sorted(records, key=lambda r: r["vocabulary"]):
        if (record["shape"], record["steps"]) in compared:
            match = float(np.mean(list(record["exact_match"].values())))
            lines.append(
                f"| {record['vocabulary']:,} | {loss_of(record):.2f} | {match:.1%} | {record['minutes']:.1f} |"
            )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("command", choices=("tokenizers", "run", "table"))
    options = parser.parse_args()
    RUNS.mkdir(parents=True, exist_ok=True)
    {"tokenizers": tokenizers, "run": run_all, "table": table}[options.command]()


if __name__ == "__main__":
    main()
