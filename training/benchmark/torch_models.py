"""Models in PyTorch: ODIN by the recurrent writer, any other causal language model by transformers' `generate`."""

from __future__ import annotations

import warnings
from pathlib import Path

import torch
from transformers import GenerationConfig, LogitsProcessor, StoppingCriteria

from .decoding import left_pad, write
from .local_models import LocalAnswerer, hash_files, versions


# Weights, configuration, tokenizer, and for ODIN its code.
DESCRIBED = (
    *("*.safetensors", "*.bin", "*config.json", "*.index.json", "*.py"),
    *("tokenizer.json", "special_tokens_map.json", "vocab.*", "merges.txt", "*.model", "*.jinja"),
)


class TorchAnswerer(LocalAnswerer):
    """A model in PyTorch."""

    kind = "pytorch"

    def __init__(self, name: str, model, tokenizer, folder: Path):
        ends = {
            token
            for config in (model.config, model.generation_config)
            for token in as_list(getattr(config, "eos_token_id", None))
        }
        super().__init__(name, tokenizer, ends | set(as_list(tokenizer.eos_token_id)))
        self.model = model
        self.folder = folder

    def describe(self) -> dict:
        return {
            "kind": self.kind,
            "name": self.name,
            "model_type": self.model.config.model_type,
            "parameters": sum(parameter.numel() for parameter in self.model.parameters()),
            "dtype": str(self.model.dtype).removeprefix("torch."),
            "device": describe_device(self.model.device),
            "prompts": "plain" if self.plain else "chat template",
            "calculator": True,
            "files": hash_files(self.folder, DESCRIBED),
            "versions": versions("torch", "transformers", "tokenizers"),
        }


class RecurrentAnswerer(TorchAnswerer):
    """ODIN: rows of constant state, in a batch that stays full."""

    def generate(self, prompts, writer, bar):
        return write(TorchRecurrent(self.model), prompts, writer, bar=bar)


class TorchRecurrent:
    """ODIN as a `decoding.RecurrentModel`."""

    def __init__(self, model):
        self.model = model

    def read(self, prompts):
        ids, mask = (torch.from_numpy(array).to(self.model.device) for array in left_pad(prompts))
        return self._unpack(self.model(ids, attention_mask=mask, logits_to_keep=1, use_cache=True))

    def step(self, tokens, states):
        half = len(states) // 2
        cache = self.cache(states[:half], states[half:])
        ids = torch.tensor(tokens, device=self.model.device)[:, None]
        return self._unpack(self.model(ids, past_key_values=cache, use_cache=True))

    def _unpack(self, outputs):
        cache = outputs.past_key_values
        self.cache = type(cache)  # of the model's own code, wherever that was loaded from
        return outputs.logits[:, -1], [*cache.conv_states, *cache.recurrent_states]


class AttentionAnswerer(TorchAnswerer):
    """Any other causal language model: left-padded batches through `generate`, in which the writer has its say."""

    def __init__(self, name: str, model, tokenizer, folder: Path):
        super().__init__(name, model, tokenizer, folder)
        if not self.end_tokens:
            warnings.warn(f"{name} names no end token: its answers end by stop texts or by length", stacklevel=2)
        self.pad = (as_list(tokenizer.pad_token_id) or self.end_tokens or [0])[0]
        # Its own settings (sampling, penalties) must not mix with what is asked for.
        model.generation_config = GenerationConfig(pad_token_id=self.pad, do_sample=False, use_cache=True)
        self.window = getattr(model.config, "max_position_embeddings", None)

    def describe(self) -> dict:
        return super().describe() | {"context": self.window}

    def generate(self, prompts, writer, bar):
        prompts = self.fit(prompts, writer.decoding.max_new_tokens)
        order = sorted(range(len(prompts)), key=lambda i: -len(prompts[i]))
        rows = [writer.row(item, sample) for item in order for sample in range(writer.decoding.drawn)]
        size = writer.decoding.batch_size
        for batch in (rows[start : start + size] for start in range(0, len(rows), size)):
            self._write([prompts[row.item] for row in batch], writer, batch)
            bar.update(len(batch))
        return rows

    def fit(self, prompts: list[list[int]], new: int) -> list[list[int]]:
        """The prompts, cut at the beginning where prompt and answer exceed the context.

        Raises:
            ValueError: a prompt without tokens, or answers that leave no place for a prompt.
        """
        if not all(prompts):
            raise ValueError("a prompt has no tokens; write at least one character")
        if self.window is None:
            return prompts
        if new >= self.window:
            raise ValueError(f"{self.name} has a context of {self.window} tokens: {new} new ones leave no place")
        if long := sum(len(prompt) + new > self.window for prompt in prompts):
            warnings.warn(
                f"{long} prompts do not fit into the context of {self.name}, {self.window} tokens of which {new} are "
                "for the answer: they are cut at the beginning",
                stacklevel=2,
            )
        return [prompt[new - self.window :] for prompt in prompts]

    @torch.inference_mode()
    def _write(self, prompts, writer, rows):
        ids, mask = (torch.from_numpy(array).to(self.model.device) for array in left_pad(prompts, self.pad))
        turn = Turn(writer, rows, self.pad)
        self.model.generate(
            ids,
            attention_mask=mask,
            max_new_tokens=writer.decoding.max_new_tokens,
            logits_processor=[turn],
            stopping_criteria=[turn.stop],
        )


class Turn(LogitsProcessor):
    """Lets the writer choose: greedy decoding finds one token possible in each row, the one chosen."""

    def __init__(self, writer, rows, pad: int):
        self.writer, self.rows, self.pad = writer, rows, pad
        self.going = list(range(len(rows)))
        self.stop = Stop(self)

    def __call__(self, input_ids, scores):
        tokens = self.writer.choose([self.rows[i] for i in self.going], scores[self.going])
        chosen = torch.full_like(input_ids[:, 0], self.pad)
        chosen[self.going] = torch.tensor(tokens, device=chosen.device)
        self.going = [
            i for i, token in zip(self.going, tokens, strict=True) if not self.writer.accept(self.rows[i], token)
        ]
        return torch.full_like(scores, -torch.inf).scatter(1, chosen[:, None], 0.0)


class Stop(StoppingCriteria):
    """Rows that the writer has ended."""

    def __init__(self, turn: Turn):
        self.turn = turn

    def __call__(self, input_ids, scores, **kwargs):
        done = torch.ones(len(input_ids), dtype=torch.bool, device=input_ids.device)
        done[self.turn.going] = False
        return done


def as_list(tokens) -> list[int]:
    """An id, several or none, as a list."""
    return [] if tokens is None else [tokens] if isinstance(tokens, int) else list(tokens)


def describe_device(device: torch.device) -> str:
    """`cpu, 2 threads`, or the name of the GPU."""
    if device.type == "cuda":
        return f"{device}, {torch.cuda.get_device_name(device)}"
    return f"{device}, {torch.get_num_threads()} threads" if device.type == "cpu" else str(device)
