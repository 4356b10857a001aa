"""What a page has to answer, computed in Python."""

from functools import cache
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from export.runner import OnnxRunner


QUESTION = "Tom has 12 apples and buys 3 bags of 7. How many apples does he have?"


@cache
def reference(folder: Path, question: str, tokens: int):
    """Prompt and greedy answer of a model folder in PyTorch."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, trust_remote_code=True, dtype=torch.float32)
    prompt = tokenizer.apply_chat_template(
        [{"role": "user", "content": question}], add_generation_prompt=True, return_tensors="pt"
    )
    with torch.no_grad():
        output = model.generate(prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=tokens, do_sample=False)
    return prompt[0].tolist(), output[0, prompt.shape[1] :].tolist()


def regrets(runner, prompt, tokens):
    """How far below the highest logit each token was, by Python's onnxruntime reading the same text."""
    found, ids, states = [], prompt, runner.empty_states(1)
    for token in tokens:
        logits, states = runner.step(np.array([ids]), states, num_logits_to_keep=1)
        found.append(float(logits[0, -1].max() - logits[0, -1, token]))
        ids = [token]
    return found


@cache
def torch_model(folder: Path):
    return AutoModelForCausalLM.from_pretrained(folder, trust_remote_code=True, dtype=torch.float32)


@cache
def torch_continuation(folder: Path, ids: tuple[int, ...], tokens: int) -> list[int]:
    """Greedy answer of a model folder to token ids, in PyTorch, which reads them in one go."""
    prompt = torch.tensor([ids])
    with torch.no_grad():
        output = torch_model(folder).generate(
            prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=tokens, do_sample=False
        )
    return output[0, len(ids) :].tolist()


@cache
def onnx_runner(graph: Path) -> OnnxRunner:
    return OnnxRunner(graph, threads=1)


def passes(length: int, size: int = 64) -> tuple[tuple[int, int], ...]:
    """How the runtime reads a prompt of `length` tokens: passes of `size`, then the rest, each with how often."""
    full, rest = divmod(length, size)
    return (*([(size, full)] if full else []), *([(rest, 1)] if rest else []))


@cache
def onnx_rows(
    graph: Path,
    ids: tuple[int, ...],
    count: int,
    reads: tuple[tuple[int, int], ...],
    follow: tuple[int, ...] | None = None,
    eos: int | None = None,
) -> list[np.ndarray]:
    """Logits `[vocab_size]` before each token of an answer, by Python's onnxruntime.

    Args:
        count: tokens of the answer, the likeliest each time.
        reads: size and count of the passes that read `ids`. int8 has one scale for all tokens of a pass.
        follow: the answer's tokens, whatever is likeliest.
        eos: the token that ends the answer, as its last.
    """
    runner = onnx_runner(graph)
    states, begin = runner.empty_states(1), 0
    for size in (size for size, times in reads for _ in range(times)):
        logits, states = runner.step(np.array([ids[begin : begin + size]]), states, num_logits_to_keep=1)
        begin += size
    assert begin == len(ids), "the passes read the prompt and nothing else"
    rows = [logits[0, -1]]
    while len(rows) < count and (token := int(rows[-1].argmax()) if follow is None else follow[len(rows) - 1]) != eos:
        logits, states = runner.step(np.array([[token]]), states, num_logits_to_keep=1)
        rows.append(logits[0, -1])
    return rows


def onnx_continuation(
    graph: Path, ids: tuple[int, ...], tokens: int, reads: tuple[tuple[int, int], ...], eos: int | None = None
) -> tuple[list[int], list[float]]:
    """Greedy answer by Python's onnxruntime, and by how much each token's logit is above the next likeliest."""
    rows = onnx_rows(graph, ids, tokens, reads, eos=eos)
    return [int(row.argmax()) for row in rows], [float(np.diff(np.sort(row)[-2:])[0]) for row in rows]
