"""Is the exported graph the model? `python -m export.verify --model odin-nano --onnx DIR [--dtype int8]`.

Compares with PyTorch the logits, the greedy tokens and the states after a long text; and the graph with itself: a
prompt read at once and token by token, a left-padded batch and its rows one by one. Says where the first difference is
(prompt, token, layer); exit status 1 if there is one.

fp32 has to agree up to rounding, token for token, unless two tokens are as likely as each other. The other precisions
have to stay near the model, and how often they choose its token is reported. What that costs in right answers is not
measured here but by `export.score` and the benchmark suite.
"""

import argparse
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np

from training.benchmark.local_models import versions
from training.benchmark.onnx_session import FILES
from training.checkpoint import CheckpointError, load_model, load_tokenizer
from training.io import write_json

from .build import hash_files
from .comparisons import (
    batch_errors,
    check_source,
    decode_errors,
    differing,
    ended,
    is_tie,
    logit_errors,
    model_errors,
    state_errors,
    token_agreement,
    torch_greedy,
)
from .divergence import locate
from .precisions import PRECISIONS, Limits
from .prompts import chat_prompt, random_prompts, read_questions
from .runner import OnnxRunner, find_graph


SLOW = 20  # prompts that are compared token by token


class Verification:
    """The checks of one graph; each adds a dict with `check`, `passed`, `detail` and `measures` to `checks`."""

    def __init__(self, model, runner: OnnxRunner, prompts: list[list[int]], limits: Limits):
        self.model, self.runner, self.prompts, self.limits = model, runner, prompts, limits
        self.checks: list[dict] = []

    def report(self, check: str, passed, detail: str, measures: dict) -> None:
        self.checks.append({"check": check, "passed": bool(passed), "detail": detail, "measures": measures})

    def judge(self, check: str, errors: list[np.ndarray], scale: float, limit: float) -> int | None:
        """Reports differences of logits, `[T, 2]` (max and mean) of each prompt; the prompt to look at on failure."""
        largest = [float(error[:, 0].max()) for error in errors]
        means = [float(error[:, 1].mean()) / scale for error in errors]
        every = np.concatenate(errors)
        measures = {"max": float(every[:, 0].max()), "mean": float(every[:, 1].mean()), "prompts": len(errors)}
        measures |= {"mean_in_standard_deviations": measures["mean"] / scale, "limit": limit}
        score = measures["max"] if self.limits.exact else measures["mean_in_standard_deviations"]
        detail = f"max {measures['max']:.1e}, mean {measures['mean']:.1e}, {len(errors)} prompts"
        if not self.limits.exact:
            detail += f"; mean {score:.2%} of a standard deviation"
        if score <= limit:
            self.report(check, True, detail, measures)
            return None
        if self.limits.exact:
            prompt = next(i for i, error in enumerate(largest) if not error <= limit)
            token = int(np.argmax(~(errors[prompt][:, 0] <= limit)))
        else:
            prompt = int(np.argmax(means))
            token = int(np.argmax(errors[prompt][:, 1]))
        measures |= {"prompt": prompt, "token": token}
        place = "first over the limit at" if self.limits.exact else "worst at"
        self.report(check, False, f"{detail}; {place} prompt {prompt}, token {token}", measures)
        return prompt

    def logits(self) -> None:
        errors, scale, largest = model_errors(self.runner, self.model, self.prompts)
        worst = self.judge("logits", errors, scale, self.limits.logits)
        if worst is None:
            return
        relative = float(errors[worst][:, 0].max()) / largest
        place, stream = locate(
            self.runner.graph, self.runner.empty_states(1), self.model, self.prompts[worst], relative
        )
        words = f"it begins in: {place}" if place else "the graph does not show in which layer"
        self.checks[-1]["detail"] += f"; {words}"
        self.checks[-1]["measures"] |= {"begins_in": place, "relative_error_after": stream}

    def tokens(self, check: str, expected, actual, agreement: float | None = None) -> None:
        """Greedy tokens of two runs; where PyTorch finds both tokens equally likely, either is right."""
        places = differing(expected, actual)
        wrong = [
            (prompt, place)
            for prompt, place in places
            if not is_tie(self.model, self.prompts[prompt], expected[prompt], actual[prompt], place)
        ]
        count = len(expected)
        measures: dict = {"prompts": count, "differ": len(places), "differ_at_ties": len(places) - len(wrong)}
        detail = f"{count - len(places)} of {count} prompts equal"
        if len(places) > len(wrong):
            detail += f", {len(places) - len(wrong)} differ between equally likely tokens"
        if agreement is not None:
            measures["token_agreement"] = agreement
            detail += f", {agreement:.2%} of PyTorch's tokens chosen after its own text"
        if wrong:
            prompt, place = wrong[0]
            tokens = expected[prompt][place], actual[prompt][place]
            measures |= {"prompt": prompt, "token": place}
            detail += f"; first at prompt {prompt}, new token {place}: expected {tokens[0]}, got {tokens[1]}"
        self.report(check, not wrong or not self.limits.exact, detail, measures)

    def greedy(self, max_new_tokens: int) -> None:
        """Against PyTorch, and batches against single rows."""
        eos = self.model.config.eos_token_id
        expected = ended(torch_greedy(self.model, self.prompts, max_new_tokens, eos), max_new_tokens, eos)
        single, batched = (
            ended(self.runner.generate(self.prompts, max_new_tokens, eos, size, name), max_new_tokens, eos)
            for size, name in ((1, "greedy, one by one"), (16, "greedy, in batches"))
        )
        agreement = token_agreement(self.runner, self.prompts, expected)
        self.tokens("greedy tokens", expected, single, agreement)
        self.tokens("greedy tokens in batches", single, batched)

    def states(self, length: int) -> None:
        tokens = np.resize(np.concatenate([np.array(prompt) for prompt in self.prompts]), length)
        found = state_errors(self.runner, self.model, tokens)
        end, last = max(found), found[max(found)]
        worst = max(last, key=lambda name: np.nan_to_num(last[name], nan=np.inf))
        measures: dict = {"tokens": end, "limit": self.limits.states, "relative_error": last}
        over = [(n, name) for n, states in found.items() for name, e in states.items() if not e <= self.limits.states]
        detail = f"after {end} tokens max {last[worst]:.1e} of the largest value ({worst})"
        if over:
            kind, layer = over[0][1].removeprefix("past_").split(".")
            measures |= {"first_over": over[0][1], "after": over[0][0]}
            detail += f"; first over the limit: {kind} state of layer {layer}, by token {over[0][0]}"
        self.report("states", not over, detail, measures)

    def itself(self) -> None:
        """How the tokens are fed must not matter."""
        for check, compare in (("prefill = decode", decode_errors), ("batch = one by one", batch_errors)):
            self.judge(check, *compare(self.runner, self.prompts[:SLOW]), self.limits.own)


def load_prompts(source, folder: Path, vocab_size: int) -> list[list[int]]:
    """Token lists: so many random ones, or 200 questions of a corpus folder or JSONL file."""
    if not isinstance(source, Path):
        return random_prompts(source, vocab_size)
    tokenizer = load_tokenizer(folder, vocab_size)
    items = read_questions(source, count=200)
    return [tokenizer(chat_prompt(tokenizer, item["question"]))["input_ids"] for item in items]


def verify(
    model_folder: Path,
    onnx_folder: Path,
    prompts: Path | int = 200,
    dtype: str = "fp32",
    max_new_tokens: int = 64,
    state_tokens: int = 4096,
) -> dict:
    """Runs all checks.

    Args:
        prompts: a corpus folder or JSONL file, or a number of random prompts.
        dtype: one of PRECISIONS.
        state_tokens: length of the text after which states are compared.

    Returns:
        What was compared, and `checks`: a dict for each with `check`, `passed`, `detail` and `measures`.

    Raises:
        ExportError: the model or the export cannot be used at all.
    """
    model = load_model(model_folder)
    path = find_graph(onnx_folder, dtype)
    check_source(model_folder, onnx_folder)
    limits, runner = PRECISIONS[dtype].limits, OnnxRunner(path)
    verification = Verification(model, runner, load_prompts(prompts, model_folder, model.config.vocab_size), limits)
    verification.logits()
    verification.states(state_tokens)
    verification.itself()
    verification.greedy(max_new_tokens)
    return {
        "model": model_folder.resolve().name,
        "graph": path.name,
        "sha256": hash_files([path]),
        "dtype": dtype,
        "prompts": prompts.name if isinstance(prompts, Path) else f"{prompts} random",
        "max_new_tokens": max_new_tokens,
        "limits": asdict(limits),
        "versions": versions("torch", "transformers", "onnxruntime"),
        "passed": all(check["passed"] for check in verification.checks),
        "checks": verification.checks,
    }


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m export.verify", description=__doc__.split("\n\n")[0])
    parser.add_argument("--model", type=Path, required=True, help="model folder that was exported")
    parser.add_argument("--onnx", type=Path, required=True, help="export folder")
    parser.add_argument("--dtype", choices=list(FILES), default="fp32", help="precision of the graph")
    parser.add_argument("--prompts", default="200", help="corpus folder or JSONL file, or a number of random prompts")
    parser.add_argument("--max-new-tokens", type=int, default=64)
    parser.add_argument("--state-tokens", type=int, default=4096, help="length after which states are compared")
    parser.add_argument("--out", type=Path, help="JSON file to write")
    args = parser.parse_args(argv)
    prompts = int(args.prompts) if args.prompts.isdecimal() else Path(args.prompts)
    if prompts == 0 or args.max_new_tokens < 1 or args.state_tokens < 1:
        parser.error("--prompts, --max-new-tokens and --state-tokens must be at least 1")
    try:
        result = verify(args.model, args.onnx, prompts, args.dtype, args.max_new_tokens, args.state_tokens)
    except CheckpointError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    for check in result["checks"]:
        print(f"{'ok  ' if check['passed'] else 'FAIL'}  {check['check']:<25} {check['detail']}")
    if args.out is not None:
        write_json(args.out, result)
    return 0 if result["passed"] else 1


__all__ = ["Limits", "Verification", "find_graph", "logit_errors", "main", "verify"]


if __name__ == "__main__":
    sys.exit(main())
