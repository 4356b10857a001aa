"""Is the exported float32 graph the model? `python -m export.verify --model odin-nano --onnx DIR`.

Compares logits and greedy tokens with PyTorch, a prompt read at once with the same prompt read token by token, and a
left-padded batch with its rows one by one. Says where the first difference is; exit status 1 if anything differs.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from training.checkpoint import CheckpointError, load_model, load_tokenizer, weight_files

from .build import GRAPHS, MANIFEST, TOLERANCE, hash_files
from .errors import ExportError
from .prompts import chat_prompt, random_prompts, read_questions
from .runner import OnnxRunner, left_pad


def find_graph(folder: Path, dtype: str) -> Path:
    """The graph of a precision in an export folder, or optimum-cli's single `model.onnx`.

    Raises:
        ExportError: the folder, its weights or a file of its manifest is missing or damaged.
    """
    if not folder.is_dir():
        raise ExportError(f"there is no export folder '{folder}': make it with `python -m export --out {folder}`")
    path = folder / GRAPHS[dtype]
    if not path.is_file() and dtype == "fp32":
        path = folder / "model.onnx"
    if not path.is_file():
        raise ExportError(f"the export '{folder}' has no weights for {dtype} ({GRAPHS[dtype]}): export it again")
    if (folder / MANIFEST).is_file():
        name, files = path.relative_to(folder).as_posix(), json.loads((folder / MANIFEST).read_text())["files"]
        if name in files and hash_files([path]) != files[name]["sha256"]:
            raise ExportError(f"'{path}' is not the file of the manifest (damaged or changed): export it again")
    return path


def check_source(model: Path, folder: Path) -> None:
    """Raises ExportError when the export folder says that it was made from other weights."""
    manifest = folder / MANIFEST
    if manifest.is_file() and json.loads(manifest.read_text())["weights_sha256"] != hash_files(weight_files(model)):
        raise ExportError(f"'{folder}' was exported from other weights than those in '{model}': export it again")


def logit_errors(runner: OnnxRunner, model, prompts) -> np.ndarray:
    """`[prompts, 2]`: the largest and the mean absolute difference of the logits of each prompt."""
    errors = []
    for prompt in tqdm(prompts, desc="logits"):
        ids = np.array([prompt])
        with torch.inference_mode():
            expected = model(torch.from_numpy(ids), use_cache=False).logits.numpy()
        difference = np.abs(runner.step(ids, runner.empty_states(1))[0] - expected)
        errors.append((difference.max(), difference.mean()))
    return np.array(errors)


def decode_errors(runner: OnnxRunner, prompts) -> np.ndarray:
    """`[prompts]`: the largest difference between the logits of a prompt fed at once and fed token by token."""
    errors = []
    for prompt in tqdm(prompts, desc="prefill = decode"):
        at_once, _ = runner.step(np.array([prompt]), runner.empty_states(1))
        states, steps = runner.empty_states(1), []
        for token in prompt:
            logits, states = runner.step(np.array([[token]]), states)
            steps.append(logits)
        errors.append(np.abs(np.concatenate(steps, 1) - at_once).max())
    return np.array(errors)


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


def first_difference(expected, actual) -> str | None:
    """Where two lists of token lists first differ, in words; None when they are equal."""
    for i, (left, right) in enumerate(zip(expected, actual, strict=True)):
        if left != right:
            place = next((j for j, pair in enumerate(zip(left, right, strict=False)) if pair[0] != pair[1]), None)
            if place is None:
                return f"prompt {i}: {len(left)} tokens expected, {len(right)} generated"
            return f"prompt {i}, new token {place}: expected {left[place]}, got {right[place]}"
    return None


def verify(model_folder: Path, onnx_folder: Path, prompts=None, max_new_tokens=64, atol=TOLERANCE) -> list[dict]:
    """Runs the four comparisons.

    Args:
        prompts: a corpus folder or JSONL file, a number of random prompts, or None for 100 random prompts.
        atol: largest difference of a logit that still counts as equal.

    Returns:
        One dict for each comparison: `check`, `passed`, `detail`.

    Raises:
        ExportError: the model or the export cannot be used at all.
    """
    model = load_model(model_folder)
    path = find_graph(onnx_folder, "fp32")
    check_source(model_folder, onnx_folder)
    runner, eos = OnnxRunner(path), model.config.eos_token_id
    if isinstance(prompts, Path):
        tokenizer = load_tokenizer(model_folder, model.config.vocab_size)
        items = read_questions(prompts, count=100)
        prompts = [tokenizer(chat_prompt(tokenizer, item["question"]))["input_ids"] for item in items]
    else:
        prompts = random_prompts(100 if prompts is None else prompts, model.config.vocab_size)

    results = []

    def report(check: str, passed: bool, detail: str) -> None:
        results.append({"check": check, "passed": bool(passed), "detail": detail})

    errors = logit_errors(runner, model, prompts)
    worst = int(errors[:, 0].argmax())
    detail = f"max {errors[worst, 0]:.1e} (prompt {worst}), mean {errors[:, 1].mean():.1e}, {len(prompts)} prompts"
    report("logits", errors[worst, 0] <= atol, detail)

    single = runner.generate(prompts, max_new_tokens, eos, progress="greedy, ONNX")
    difference = first_difference(torch_greedy(model, prompts, max_new_tokens, eos), single)
    total = sum(map(len, single))
    report("greedy tokens", difference is None, difference or f"all {total} equal, {len(prompts)} prompts")

    errors = decode_errors(runner, prompts[:20])
    report("prefill = decode", errors.max() <= atol, f"max {errors.max():.1e} (prompt {int(errors.argmax())})")

    batched = runner.generate(prompts, max_new_tokens, eos, batch_size=16, progress="greedy, batches")
    difference = first_difference(single, batched)
    report("batch = one by one", difference is None, difference or "equal in left-padded batches of 16")
    return results


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m export.verify", description=__doc__.split("\n\n")[0])
    parser.add_argument("--model", type=Path, required=True, help="model folder that was exported")
    parser.add_argument("--onnx", type=Path, required=True, help="export folder")
    parser.add_argument("--prompts", default="100", help="corpus folder or JSONL file, or a number of random prompts")
    parser.add_argument("--max-new-tokens", type=int, default=64)
    parser.add_argument(
        "--atol", type=float, default=TOLERANCE, help="largest difference of a logit that counts as equal"
    )
    args = parser.parse_args(argv)
    prompts = int(args.prompts) if args.prompts.isdecimal() else Path(args.prompts)
    try:
        results = verify(args.model, args.onnx, prompts, args.max_new_tokens, args.atol)
    except CheckpointError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    for result in results:
        print(f"{'ok  ' if result['passed'] else 'FAIL'}  {result['check']:<20} {result['detail']}")
    return 0 if all(result["passed"] for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
