"""Greedy generation on onnxruntime with the recurrent cache: the reference for what a browser should produce."""

from pathlib import Path

import numpy as np
import onnxruntime
from tqdm import tqdm

from .errors import ExportError


class OnnxRunner:
    """An exported graph, fed step by step.

    Args:
        path: the `.onnx` file.
        threads: threads of one operator; 0 leaves it to onnxruntime.

    Raises:
        ExportError: no such file, or not an ODIN graph.
    """

    def __init__(self, path: Path, threads: int = 0):
        if not Path(path).is_file():
            raise ExportError(f"there is no '{path}': export it with `python -m export --model MODEL --out DIR`")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        try:
            self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's exceptions share no base but Exception
            raise ExportError(f"'{path}' is not a model that onnxruntime can load: {error}") from error
        self.state_shapes = {x.name: x.shape[1:] for x in self.session.get_inputs() if x.name.startswith("past_")}
        if not self.state_shapes:
            raise ExportError(f"'{path}' has no past_* inputs: export it with the task text-generation-with-past")
        self.outputs = [output.name for output in self.session.get_outputs()]

    def empty_states(self, batch_size: int) -> dict[str, np.ndarray]:
        """Zero states: sequences that have not begun."""
        return {name: np.zeros([batch_size, *shape], np.float32) for name, shape in self.state_shapes.items()}

    def step(self, input_ids, states, attention_mask=None, num_logits_to_keep=0):
        """Feeds tokens `[B, T]` (int64) after `states`.

        Args:
            attention_mask: `[B, T]` or longer, of which the last T columns count; 0 for padding on the left.
            num_logits_to_keep: logits of only the last so many tokens; 0 for all.

        Returns:
            logits `[B, T or num_logits_to_keep, vocab_size]` and the new states.
        """
        mask = np.ones_like(input_ids) if attention_mask is None else attention_mask
        keep = np.array(num_logits_to_keep, np.int64)
        feeds = {"input_ids": input_ids, "attention_mask": mask, "num_logits_to_keep": keep, **states}
        results = dict(zip(self.outputs, self.session.run(None, feeds), strict=True))
        logits = results.pop("logits")
        return logits, {name.replace("present", "past", 1): value for name, value in results.items()}

    def generate(
        self, prompts, max_new_tokens: int, eos_token_id: int | None, batch_size: int = 1, progress: str | None = None
    ):
        """Greedy continuations of token lists, each up to and without `eos_token_id`.

        An int8 graph scales activations over the whole batch, so only batch size 1 is what a single user would get.
        """
        results: list[list[int]] = [[] for _ in prompts]
        # Prompts of like length share a batch, so that little of it is padding.
        order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
        with tqdm(total=len(prompts), desc=progress, disable=progress is None) as bar:
            for start in range(0, len(order), batch_size):
                rows = order[start : start + batch_size]
                batch = self._generate_batch([prompts[i] for i in rows], max_new_tokens, eos_token_id)
                for row, tokens in zip(rows, batch, strict=True):
                    results[row] = tokens
                bar.update(len(rows))
        return results

    def _generate_batch(self, prompts, max_new_tokens, eos_token_id):
        input_ids, mask = left_pad(prompts)
        states = self.empty_states(len(prompts))
        tokens: list[list[int]] = [[] for _ in prompts]
        running = np.arange(len(prompts))
        for _ in range(max_new_tokens):
            logits, states = self.step(input_ids, states, mask, num_logits_to_keep=1)
            newest = logits[:, -1].argmax(-1)
            going = newest != eos_token_id
            if not going.any():
                break
            if not going.all():  # a row that has ended leaves the batch
                running, newest = running[going], newest[going]
                states = {name: state[going] for name, state in states.items()}
            for row, token in zip(running, newest, strict=True):
                tokens[row].append(int(token))
            input_ids, mask = newest[:, None].astype(np.int64), None
        return tokens


def left_pad(prompts) -> tuple[np.ndarray, np.ndarray]:
    """Token lists to ids `[B, T]` and mask `[B, T]`, padded on the left with id 0 under mask 0.

    Raises:
        ValueError: a prompt is empty.
    """
    if not all(prompts):
        raise ValueError("a prompt is empty: give at least one token")
    length = max(map(len, prompts))
    ids = np.zeros([len(prompts), length], np.int64)
    mask = np.zeros_like(ids)
    for row, prompt in enumerate(prompts):
        ids[row, length - len(prompt) :] = prompt
        mask[row, length - len(prompt) :] = 1
    return ids, mask
