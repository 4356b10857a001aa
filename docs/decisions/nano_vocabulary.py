"""Measures what the size of odin-nano's vocabulary costs: `python docs/decisions/nano_vocabulary.py --data CORPUS`.

For each size: a tokenizer trained on the corpus, its tokens per training document and per question of outside English
(when a JSONL file with `question` is given), the share of parameters in the embedding, and training and decoding speed
relative to the first size, from interleaved runs. Writes nano-vocabulary.json beside this file and the table in the
decision.
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


SIZES = (1024, 2048, 4096, 8192, 32768)
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
    parser.add_argument("--data", required=True, help="corpus folder")
    parser.add_argument("--outside", type=Path, help="JSONL file with `question`, to see unseen English")
    parser.add_argument("--documents", type=int, default=20000)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    torch.manual_seed(0)
    items = data_chef.load(options.data, "train").select(range(options.documents))
    texts = [chat(item["question"], response(item)) for item in items]
    outside = []
    if options.outside:
        outside = [json.loads(line)["question"] for line in options.outside.read_text().strip().split("\n")]

    rows, models = [], []
    for size in tqdm(SIZES, desc="tokenizers"):
        tokenizer = train_tokenizer(texts, size)
        models.append(OdinForCausalLM(OdinConfig.from_preset("odin-nano", vocab_size=size)))
        parameters = models[-1].num_parameters()
        embedding = models[-1].get_input_embeddings().weight.numel()
        rows.append(
            {
                "asked": size,
                "learned": len(tokenizer),
                "tokens_per_document": sum(map(len, tokenizer(texts)["input_ids"])) / len(texts),
                "tokens_per_outside_question": sum(map(len, tokenizer(outside)["input_ids"])) / len(outside)
                if outside
                else None,
                "parameters": parameters,
                "embedding_share": embedding / parameters,
            }
        )
    ids = torch.randint(3, min(SIZES), (8, 256))
    times: dict[str, list[list[float]]] = {"train": [[] for _ in SIZES], "decode": [[] for _ in SIZES]}
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
    write_json(HERE / "nano-vocabulary.json", rows)
    replace_block(HERE / "0001-nano-vocabulary.md", "measured", table(rows))


def table(rows: list[dict]) -> str:
    lines = [
        "| vocabulary | tokens a document | tokens a GSM8K-train question | parameters | in the embedding "
        "| training time a document | decode time a token |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        outside = row["tokens_per_outside_question"]
        lines.append(
            f"| {row['learned']:,} | {row['tokens_per_document']:.1f} | {f'{outside:.1f}' if outside else '-'} "
            f"| {row['parameters'] / 1e6:.2f}M | {row['embedding_share']:.0%} "
            f"| x{row['train_time_per_document_ratio']:.2f} | x{row['decode_time_per_token_ratio']:.2f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
