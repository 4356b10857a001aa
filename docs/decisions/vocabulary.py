"""Measures what the size of a model's vocabulary costs.

    python docs/decisions/vocabulary.py --model odin-nano --data corpus/nano --outside QUESTIONS.jsonl
    python docs/decisions/vocabulary.py --model odin-100m --data corpus/scaling --outside QUESTIONS.jsonl --rounds 3

For each size: a tokenizer trained on the corpus, its tokens per training document and per question of outside English
(when a JSONL file with `question` is given), the tokens that the documents never use and the share of those questions
that have one of them, the share of parameters in the embedding, and training and decoding speed relative to the first
size, from interleaved runs. Writes MODEL-vocabulary.json beside this file and the table in the model's decision.
"""

import argparse
import json
import time
from pathlib import Path
from statistics import median

import torch
from tqdm import tqdm

import data_chef
from configuration_odin import OdinConfig
from data_chef.text import chat, response
from data_chef.tokenizer import train_tokenizer
from modeling_odin import OdinForCausalLM
from training.io import replace_block, write_json


SIZES = {"odin-nano": (1024, 2048, 4096, 8192, 32768), "odin-100m": (2048, 4096, 8192, 16384, 32768)}
DECISION = {"odin-nano": "0001-nano-vocabulary.md", "odin-100m": "0005-vocabulary.md"}
HERE = Path(__file__).parent


def seconds(function) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def train_step(model, ids):
    model(ids, labels=ids, use_cache=False, skip_logits=True).loss.backward()
    model.zero_grad()


@torch.inference_mode()
def decode(model, steps: int = 20):
    past = None
    for _ in range(steps):
        past = model(torch.tensor([[5]]), past_key_values=past, use_cache=True).past_key_values


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--model", required=True, choices=SIZES)
    parser.add_argument("--data", required=True, help="corpus folder")
    parser.add_argument("--outside", type=Path, help="JSONL file with `question`, to see unseen English")
    parser.add_argument("--documents", type=int, default=20000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--batch", type=int, default=8, help="rows of 256 tokens in a training step")
    options = parser.parse_args()
    sizes = SIZES[options.model]
    torch.manual_seed(0)
    items = data_chef.load(options.data, "train").select(range(options.documents))
    texts = [chat(item["question"], response(item)) for item in items]
    outside = []
    if options.outside:
        outside = [json.loads(line)["question"] for line in options.outside.read_text().strip().split("\n")]

    rows, models = [], []
    for size in tqdm(sizes, desc="tokenizers"):
        tokenizer = train_tokenizer(texts, size)
        models.append(OdinForCausalLM(OdinConfig.from_preset(options.model, vocab_size=size)))
        parameters = models[-1].num_parameters()
        embedding = models[-1].get_input_embeddings().weight.numel()
        documents = tokenizer(texts)["input_ids"]
        asked = tokenizer(outside)["input_ids"] if outside else []
        seen = set().union(*documents)
        rows.append(
            {
                "asked": size,
                "learned": len(tokenizer),
                "unused": len(tokenizer) - len(seen),
                "questions_with_unseen": sum(not seen.issuperset(ids) for ids in asked) / len(asked)
                if asked
                else None,
                "tokens_per_document": sum(map(len, documents)) / len(texts),
                "tokens_per_outside_question": sum(map(len, asked)) / len(asked) if asked else None,
                "parameters": parameters,
                "embedding_share": embedding / parameters,
            }
        )
    ids = torch.randint(3, min(sizes), (options.batch, 256))
    times: dict[str, list[list[float]]] = {"train": [[] for _ in sizes], "decode": [[] for _ in sizes]}
    for round_ in tqdm(range(options.rounds + 1), desc="interleaved rounds"):
        for i, model in enumerate(models):
            train, step = (
                seconds(lambda m=model: train_step(m.train(), ids)),
                seconds(lambda m=model: decode(m.eval())),
            )
            if round_:  # the first round warms up
                times["train"][i].append(train)
                times["decode"][i].append(step)
    for kind, measured in times.items():
        for row, own in zip(rows, measured, strict=True):
            row[f"{kind}_time_per_token_ratio"] = median(a / b for a, b in zip(own, measured[0], strict=True))
    for row in rows:
        row["train_time_per_document_ratio"] = (
            row["train_time_per_token_ratio"] * row["tokens_per_document"] / rows[0]["tokens_per_document"]
        )
    write_json(HERE / f"{options.model}-vocabulary.json", rows)
    replace_block(HERE / DECISION[options.model], "measured", table(rows))


def table(rows: list[dict]) -> str:
    lines = [
        "| vocabulary | tokens a document | tokens a GSM8K-train question | tokens never used | questions with one "
        "| parameters | in the embedding | training time a document | decode time a token |",
        "| ---: |" + " ---: |" * 8,
    ]
    for row in rows:
        outside, unseen = row["tokens_per_outside_question"], row.get("questions_with_unseen")
        unused = f"{row['unused']:,}" if "unused" in row else "-"
        lines.append(
            f"| {row['learned']:,} | {row['tokens_per_document']:.1f} | {f'{outside:.1f}' if outside else '-'} "
            f"| {unused} | {'-' if unseen is None else f'{unseen:.0%}'} "
            f"| {row['parameters'] / 1e6:.2f}M | {row['embedding_share']:.0%} "
            f"| x{row['train_time_per_document_ratio']:.2f} | x{row['decode_time_per_token_ratio']:.2f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
