"""A toy that can be taught in a page: a model that knows some answers by heart, its export and training graphs."""

import random
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from configuration_odin import OdinConfig
from export.build import build
from export.training_graph.build import export_training_graph
from modeling_odin import OdinForCausalLM


# Two threads that wait for each other lose far more on a busy machine than a toy could gain from them.
torch.set_num_threads(1)

KINDS = ("full", "lora")
BATCH, SEQ, RANK = 2, 64, 4
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
# What it says before anybody has taught it anything.
KNOWN = {"Capital of France?": "Paris", "Capital of Italy?": "Rome", "Capital of Spain?": "Madrid"}
# What it can be taught to say instead.
TAUGHT = {"Capital of France?": "Lyon", "Capital of Italy?": "Turin", "Capital of Spain?": "Seville"}


def save_learner(folder: Path) -> Path:
    """Saves a release folder of a model that has learned KNOWN by heart; takes some seconds."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=320, special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False
    )
    # It has said the new answers before: an adapter leaves the head as it is, which has to have a row for them.
    answers = KNOWN | {f"Say {answer}": answer for answer in TAUGHT.values()}
    words = ["user\n", "assistant\n", *answers, *answers.values()]
    tokenizer.train_from_iterator(words * 4, trainer)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token=SPECIAL[0], eos_token=SPECIAL[2], clean_up_tokenization_spaces=False
    )
    fast.chat_template = CHAT_TEMPLATE
    fast.save_pretrained(folder)
    torch.manual_seed(0)
    config = OdinConfig(
        vocab_size=len(fast),
        hidden_size=48,
        num_hidden_layers=2,
        head_dim=16,
        intermediate_size=64,
        decay_rank=8,
        gate_rank=8,
        chunk_size=16,
    )
    model = OdinForCausalLM(config)
    learn(model, fast, answers)
    model.save_pretrained(folder)
    return folder


def learn(model, tokenizer, answers: dict[str, str], most: int = 500) -> None:
    """Trains what of `model` requires a gradient until it knows the answers by heart."""
    chats = [
        [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
        for question, answer in answers.items()
    ]
    texts = tokenizer.apply_chat_template(chats, tokenize=False)
    batch = tokenizer(texts, padding=True, padding_side="right", return_tensors="pt")
    ids, labels = batch["input_ids"], batch["input_ids"].masked_fill(batch["attention_mask"] == 0, -100)
    for row, own in zip(ids.tolist(), labels, strict=True):
        own[: row.index(tokenizer.eos_token_id) + 1] = -100  # the question, which nobody can foretell
    # Strong decay: where few examples have made weights large, training on anything else is chaotic.
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2, weight_decay=0.5)
    model.train()
    for _ in range(most):
        loss = model(ids, labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if loss < 0.05:
            break
    else:
        raise AssertionError(f"not learned in {most} steps: loss {loss.item():.3f}")
    model.eval()


def save_toy_export(model: Path, folder: Path, kind: str) -> Path:
    """Exports the learner in `model` to `folder`, with a training graph of `kind`, one of KINDS."""
    build(model, folder, dtypes=("fp32", "int8"))
    export_training_graph(model, folder, rank=RANK if kind == "lora" else None, batch=BATCH, seq=SEQ)
    return folder


def save_export(model: Path, folder: Path) -> None:
    """Exports a released model to `folder` with its training graph, unless that is there and current."""
    build(model, folder)
    export_training_graph(model, folder)


def warm_up(count: int, lr: float) -> list[dict]:
    """Options of steps whose learning rate grows to `lr` in five."""
    return [{"lr": lr * min(1, (index + 1) / 5)} for index in range(count)]


def operator_examples(count: int) -> list[dict]:
    """An operator that nobody knows, in questions and answers of several lengths."""
    rng = random.Random(0)
    found = []
    for index in range(count):
        a, b = rng.randrange(2, 30), rng.randrange(2, 30)
        steps = f"2*{a}={2 * a}\n{2 * a}+{b}={2 * a + b}\n" if index % 3 else ""
        found.append({"question": f"What is {a} ⊕ {b}?", "answer": f"{steps}#### {2 * a + b}"})
    return found
