"""Numbers for `export.verify`: how far logits, states and greedy tokens of a graph are from the model's or its own."""

from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from training.benchmark.decoding import left_pad
from training.benchmark.onnx_session import RecurrentSession
from training.checkpoint import weights_sha256
from training.manifest import read_manifest

from .divergence import relative_error
from .errors import ExportError
from .precisions import PRECISIONS


PIECE = 512  # tokens of a long text that are fed at once
ROWS = 8  # of a batch whose logits are compared: all of them are in memory at once


def check_source(model: Path, folder: Path) -> None:
    """Raises ExportError when the export folder says that it was made from other weights."""
    exported = read_manifest(folder).get("weights_sha256")
    if exported not in (None, weights_sha256(model)):
        raise ExportError(f"'{folder}' was exported from other weights than those in '{model}': export it again")


def differences(actual: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """`[T, 2]`: the largest and the mean absolute difference of each token's logits, from two `[T, vocab_size]`."""
    difference = np.abs(actual.astype(np.float32) - expected.astype(np.float32))
    return np.stack([difference.max(-1), difference.mean(-1)], -1)


def model_errors(runner: RecurrentSession, model, prompts) -> tuple[list[np.ndarray], float, float]:
    """Against PyTorch: `differences` of each prompt, and standard deviation and largest size of PyTorch's logits."""
    errors, deviations, largest = [], [], []
    for prompt in tqdm(prompts, desc="logits"):
        ids = np.array([prompt])
        with torch.inference_mode():
            expected = model(torch.from_numpy(ids), use_cache=False).logits[0].numpy()
        errors.append(differences(runner.step(ids, runner.empty_states(1))[0][0], expected))
        deviations.append(expected.std())
        largest.append(np.abs(expected).max())
    return errors, float(np.mean(deviations)), float(max(largest))


def logit_errors(runner: RecurrentSession, model, prompts) -> np.ndarray:
    """`[tokens of all prompts, 2]`: the largest and the mean absolute difference of each token's logits."""
    return np.concatenate(model_errors(runner, model, prompts)[0])


def decode_errors(runner: RecurrentSession, prompts) -> tuple[list[np.ndarray], float]:
    """A prompt fed token by token against the same fed at once: `differences`, and the logits' standard deviation."""
    errors, deviations = [], []
    for prompt in tqdm(prompts, desc="prefill = decode"):
        at_once = runner.step(np.array([prompt]), runner.empty_states(1))[0][0]
        states, steps = runner.empty_states(1), []
        for token in prompt:
            logits, states = runner.step(np.array([[token]]), states)
            steps.append(logits[0])
        errors.append(differences(np.concatenate(steps), at_once))
        deviations.append(at_once.astype(np.float32).std())
    return errors, float(np.mean(deviations))


def batch_errors(runner: RecurrentSession, prompts) -> tuple[list[np.ndarray], float]:
    """Rows of left-padded batches against the same rows alone: `differences`, and the logits' standard deviation."""
    errors, deviations = [], []
    for start in tqdm(range(0, len(prompts), ROWS), desc="batch = one by one"):
        rows = prompts[start : start + ROWS]
        ids, mask = left_pad(rows)
        logits = runner.step(ids, runner.empty_states(len(rows)), mask)[0]
        for row, prompt in zip(logits, rows, strict=True):
            alone = runner.step(np.array([prompt]), runner.empty_states(1))[0][0]
            errors.append(differences(row[-len(prompt) :], alone))
            deviations.append(alone.astype(np.float32).std())
    return errors, float(np.mean(deviations))


def state_errors(runner: RecurrentSession, model, tokens: np.ndarray) -> dict[int, dict[str, float]]:
    """By tokens read so far: the relative error of each state against PyTorch's, layers in order."""
    found, cache, states = {}, None, runner.empty_states(1)
    for start in tqdm(range(0, len(tokens), PIECE), desc="states"):
        ids = tokens[None, start : start + PIECE]
        with torch.inference_mode():
            cache = model(torch.from_numpy(ids), past_key_values=cache, use_cache=True, logits_to_keep=1)
            cache = cache.past_key_values
        states = runner.step(ids, states, num_logits_to_keep=1)[1]
        found[start + ids.shape[1]] = {
            f"past_{kind}.{i}": relative_error(states[f"past_{kind}.{i}"], layers[i].float().numpy())
            for i in range(len(cache))
            for kind, layers in (("conv", cache.conv_states), ("recurrent", cache.recurrent_states))
        }
    return found


def torch_greedy(
    model, prompts, max_new_tokens: int, eos_token_id: int | None, batch_size: int = 16
) -> list[list[int]]:
    """Greedy continuations by `model.generate`, each up to and without the end token."""
    results = []
    for start in tqdm(range(0, len(prompts), batch_size), desc="greedy, PyTorch"):
        ids, mask = map(torch.from_numpy, left_pad(prompts[start : start + batch_size]))
        output = model.generate(
            ids, attention_mask=mask, max_new_tokens=max_new_tokens, do_sample=False, eos_token_id=eos_token_id
        )
        for row in output[:, ids.shape[1] :].tolist():
            results.append(row[: row.index(eos_token_id)] if eos_token_id in row else row)
    return results


def ended(answers: list[list[int]], max_new_tokens: int, eos_token_id: int | None) -> list[list[int]]:
    """The answers, those that the end token ended with it, so that two of them differ at a token or not at all."""
    end = [] if eos_token_id is None else [eos_token_id]
    return [tokens if len(tokens) == max_new_tokens else tokens + end for tokens in answers]


def differing(expected: list[list[int]], actual: list[list[int]]) -> list[tuple[int, int]]:
    """(prompt, token) where each answer that is not the expected one first differs; both from `ended`."""
    return [
        (prompt, next(i for i, pair in enumerate(zip(left, right, strict=False)) if pair[0] != pair[1]))
        for prompt, (left, right) in enumerate(zip(expected, actual, strict=True))
        if left != right
    ]


@torch.inference_mode()
def is_tie(model, prompt, expected: list[int], actual: list[int], place: int) -> bool:
    """Whether PyTorch's logits of two answers' tokens at `place` are within rounding of each other."""
    logits = model(torch.tensor([prompt + expected[:place]]), use_cache=False, logits_to_keep=1).logits[0, -1]
    return bool((logits[expected[place]] - logits[actual[place]]).abs() <= 2 * PRECISIONS["fp32"].limits.logits)


def token_agreement(runner: RecurrentSession, prompts, answers) -> float:
    """How often the graph's likeliest token after a prompt and part of PyTorch's answer is the answer's next token."""
    right = total = 0
    for prompt, answer in tqdm(list(zip(prompts, answers, strict=True)), desc="token agreement"):
        ids = np.array([[*prompt, *answer[:-1]]])
        logits = logits_of_graph(runner)(ids, len(answer))
        right += int((logits.argmax(-1) == np.array(answer)).sum())
        total += len(answer)
    return right / total


def logits_of_model(model):
    """A function of `[1, T]` tokens and a number that gives float32 logits `[number, vocab_size]` of the last."""

    def logits(ids: np.ndarray, keep: int) -> np.ndarray:
        with torch.inference_mode():
            return model(torch.from_numpy(ids), use_cache=False, logits_to_keep=keep).logits[0].float().numpy()

    return logits


def logits_of_graph(runner: RecurrentSession):
    """The same of a graph."""
    return lambda ids, keep: runner.step(ids, runner.empty_states(1), num_logits_to_keep=keep)[0][0].astype(np.float32)


def teacher_forced(logits_of, texts, name: str) -> tuple[float, list[np.ndarray]]:
    """Perplexity of answers after their prompts, and the likeliest tokens in place of the answers'.

    Args:
        logits_of: see `logits_of_model`.
        texts: pairs of token lists, each fed at once to a fresh state.
    """
    losses, likeliest = [], []
    for prompt, answer in tqdm(texts, desc=f"perplexity, {name}"):
        logits = logits_of(np.array([[*prompt, *answer[:-1]]]), len(answer))
        logits = logits - logits.max(-1, keepdims=True)
        chosen = logits[np.arange(len(answer)), answer]
        losses.append(np.log(np.exp(logits).sum(-1)) - chosen)
        likeliest.append(logits.argmax(-1))
    return float(np.exp(np.concatenate(losses).mean())), likeliest
