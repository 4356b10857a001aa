"""How answers are written, token by token: the same rules for every kind of model, in batches that stay full.

`Writer` decides what a row writes next: the likeliest token, a drawn one, or one that the calculator forces. `write`
drives a recurrent model with it. Because a state has the same size whatever has been read, a row that has ended leaves
the batch at once and the next prompts take its place.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Protocol

import numpy as np
import torch
from tqdm import tqdm

from .calculator import complete


READ_TOKENS = 8192  # of prompts that are read at once, padding included: bounds the memory of the prefill
NUCLEUS = 256  # tokens that are looked at first for top-p: far cheaper than sorting a vocabulary
REFILL = 4  # new prompts come in when one in so many places of the batch is free: joining states copies them


@dataclass(frozen=True)
class Decoding:
    """How an answer is written.

    Attributes:
        max_new_tokens: at most so many tokens an answer.
        temperature: 0 takes the likeliest token.
        top_p: draw only among the likeliest tokens that together reach this probability.
        samples: answers to each prompt.
        seed: with the prompt's place and the answer's number it decides what is drawn, whatever the batch.
        calculator: fill in results after `<<48/2=` and `8*4=`; see `calculator` for what counts as a call.
        stop: texts that end an answer, besides the end token; they are not part of it.
        batch_size: answers that are written at once.

    Raises:
        ValueError: a value out of its range.
    """

    max_new_tokens: int = 256
    temperature: float = 0.0
    top_p: float = 1.0
    samples: int = 1
    seed: int = 0
    calculator: bool = False
    stop: tuple[str, ...] = ()
    batch_size: int = 128

    def __post_init__(self):
        for name in ("max_new_tokens", "samples", "batch_size"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        if not self.temperature >= 0:
            raise ValueError(f"temperature must be at least 0, got {self.temperature}")
        if not 0 < self.top_p <= 1:
            raise ValueError(f"top_p must lie in (0, 1], got {self.top_p}")
        if self.seed < 0:
            raise ValueError(f"seed must be at least 0, got {self.seed}")
        if isinstance(self.stop, str) or not all(self.stop):
            raise ValueError(f"stop must be a tuple of texts that are not empty, got {self.stop!r}")

    @property
    def drawn(self) -> int:
        """Answers to each prompt that differ: without temperature all are the same one."""
        return self.samples if self.temperature > 0 else 1


@dataclass
class Row:
    """An answer that is being written."""

    item: int
    sample: int
    plain: bool = True  # whether plain equations may call the calculator
    uniforms: np.ndarray | None = None  # [max_new_tokens] in [0, 1): what chance says at each token
    ids: list[int] = field(default_factory=list)
    forced: deque[int] = field(default_factory=deque)  # tokens of the calculator that are still to be written
    sealed: bool = False  # a result has just been written, and a digit would change it


class Writer:
    """Which token a row writes next, and whether the row has then ended.

    Args:
        tokenizer: of the model; needed for the texts, for stop texts and for the calculator.
        end_tokens: ids that end an answer.
        prompts: texts of the prompts; one that shows `<<...>>` makes that the only way to call the calculator.
    """

    def __init__(self, tokenizer, end_tokens: Sequence[int], decoding: Decoding, prompts: Sequence[str]):
        self.tokenizer = tokenizer
        self.end_tokens = frozenset(end_tokens)
        self.decoding = decoding
        self.prompts = prompts
        self.lock = Lock()  # rows may be written by several threads, and a tokenizer does not like to be shared
        # A token may be a byte of a character: so many of the newest tokens certainly hold a stop text.
        self.tail = 4 * max(map(len, decoding.stop), default=0) + 8
        if decoding.calculator:
            pieces = tokenizer.convert_ids_to_tokens(range(len(tokenizer)))
            digits = [i for i, piece in enumerate(pieces) if piece and piece[0].isdigit()]
            self.digits = torch.tensor(digits, dtype=torch.long)
            self.points = {i for i, piece in enumerate(pieces) if piece in (".", ",")}
            self.equals = {
                i for i, piece in enumerate(pieces) if piece and piece.rstrip(" \u0120\u2581").endswith("=")
            }

    def row(self, item: int, sample: int) -> Row:
        """An empty answer. What is drawn for it depends on (seed, item, sample) alone."""
        uniforms = None
        if self.decoding.temperature > 0:
            seeds = np.random.SeedSequence([self.decoding.seed, item, sample])
            uniforms = np.random.Generator(np.random.Philox(seeds)).random(self.decoding.max_new_tokens)
        return Row(item, sample, plain="<<" not in self.prompts[item], uniforms=uniforms)

    def choose(self, rows: Sequence[Row], logits: torch.Tensor) -> list[int]:
        """The next token of each row, from logits `[rows, vocab_size]`."""
        sealed = [i for i, row in enumerate(rows) if row.sealed]
        if sealed:
            logits = logits.clone()
            logits[torch.tensor(sealed)[:, None], self.digits] = -torch.inf
        if self.decoding.temperature > 0:
            uniforms = [float(row.uniforms[len(row.ids)]) for row in rows if row.uniforms is not None]
            tokens = draw(logits, uniforms, self.decoding.temperature, self.decoding.top_p)
        else:
            tokens = logits.argmax(-1).tolist()
        return [row.forced[0] if row.forced else token for row, token in zip(rows, tokens, strict=True)]

    def accept(self, row: Row, token: int) -> bool:
        """Writes the token; returns whether the row has ended."""
        row.sealed = row.sealed and token in self.points
        if token in self.end_tokens:
            return True
        row.ids.append(token)
        if row.forced:
            row.forced.popleft()
            row.sealed = row.plain and not row.forced
        elif self.decoding.calculator and token in self.equals:
            self._calculate(row)
        if len(row.ids) == self.decoding.max_new_tokens:
            return True
        if not self.decoding.stop:
            return False
        tail = self.tokenizer.decode(row.ids[-self.tail :], skip_special_tokens=True)
        return any(stop in tail for stop in self.decoding.stop)

    def _calculate(self, row: Row) -> None:
        completion = complete(self.tokenizer.decode(row.ids, skip_special_tokens=True), row.plain)
        if completion is None:
            return
        row.plain = row.plain and not completion.closed
        # Behind a sign of equality, because some tokenizers put a space before a text that stands alone.
        with self.lock:
            before, after = (
                self.tokenizer(text, add_special_tokens=False)["input_ids"] for text in ("=", "=" + completion.text)
            )
        if after[: len(before)] == before:
            row.forced.extend(after[len(before) :])

    def text(self, row: Row) -> str:
        """What has been written, up to the first stop text."""
        text = self.tokenizer.decode(row.ids, skip_special_tokens=True)
        ends = [place for place in map(text.find, self.decoding.stop) if place >= 0]
        return text[: min(ends, default=len(text))]

    def texts(self, rows: Sequence[Row]) -> list[list[str]]:
        """Of each prompt all answers, from rows in any order."""
        found = {(row.item, row.sample): self.text(row) for row in rows}
        drawn, samples = self.decoding.drawn, self.decoding.samples
        return [[found[item, sample % drawn] for sample in range(samples)] for item in range(len(self.prompts))]


def draw(logits: torch.Tensor, uniforms: Sequence[float], temperature: float, top_p: float) -> list[int]:
    """A token of each row of `[rows, vocab_size]`, by inverting the distribution function over ids at `uniforms`.

    Top-p keeps the likeliest tokens up to and including the one that reaches p, and all that are exactly as likely as
    that one (Holtzman et al., arXiv:1904.09751).
    """
    likely = torch.softmax(logits.double() / temperature, -1)
    if top_p < 1:
        largest = likely.topk(min(NUCLEUS, likely.shape[-1])).values
        if bool((largest.sum(-1) < top_p).any()):
            largest = likely.sort(-1, descending=True).values
        last = (largest.cumsum(-1) - largest < top_p).sum(-1, keepdim=True) - 1
        likely = likely.where(likely >= largest.gather(-1, last), 0.0)
    reached = likely.cumsum(-1)
    total = reached[:, -1:].contiguous()
    wanted = torch.tensor(uniforms, dtype=torch.float64, device=logits.device)[:, None] * total
    # Rounding may take `wanted` up to the total, which only the last token that can be drawn reaches first.
    chosen = torch.searchsorted(reached, wanted, right=True).minimum(torch.searchsorted(reached, total))
    return chosen[:, 0].tolist()


class RecurrentModel(Protocol):
    """A model that reads on from states of constant size.

    States are tensors `[rows, ...]`, a list of them for all layers; logits are `[rows, vocab_size]` of the last token.
    """

    def read(self, prompts: Sequence[Sequence[int]]) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """Logits and states after each prompt."""

    def step(self, tokens: Sequence[int], states: list[torch.Tensor]) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """Logits and states after one more token of each row."""


class Reader:
    """Reads prompts in order, each once, and hands out its state as often as there are samples."""

    def __init__(self, model: RecurrentModel, prompts: Sequence[Sequence[int]], order: list[int], samples: int):
        self.model, self.prompts = model, prompts
        self.queue = deque((item, sample) for item in order for sample in range(samples))
        # The prompt of which some samples are still to come.
        self.kept: tuple[int, torch.Tensor, list[torch.Tensor]] | None = None

    def take(self, count: int) -> tuple[list[tuple[int, int]], torch.Tensor, list[torch.Tensor]]:
        """At least one and at most `count` (item, sample), with the logits and states after their prompts."""
        taken: list[tuple[int, int]] = []
        new: list[int] = []
        kept = None if self.kept is None else self.kept[0]
        while self.queue and len(taken) < count:
            item = self.queue[0][0]
            if item != kept and item not in new[-1:]:
                longest = max(len(self.prompts[i]) for i in [*new, item])
                if taken and longest * (len(new) + 1) > READ_TOKENS:
                    break
                new.append(item)
            taken.append(self.queue.popleft())
        parts = [] if self.kept is None else [self.kept[1:]]
        items = [] if kept is None else [kept]
        if new:
            parts.append(self.model.read([self.prompts[item] for item in new]))
            items += new
        logits = torch.cat([part[0] for part in parts])
        states = [torch.cat(layer) for layer in zip(*(part[1] for part in parts), strict=True)]
        last = items[-1]
        if self.queue and self.queue[0][0] == last:
            self.kept = last, logits[-1:].clone(), [state[-1:].clone() for state in states]
        else:
            self.kept = None
        place = {item: i for i, item in enumerate(items)}
        index = torch.tensor([place[item] for item, _ in taken], device=logits.device)
        return taken, logits[index], [state[index] for state in states]


@torch.inference_mode()
def write(
    model: RecurrentModel,
    prompts: Sequence[Sequence[int]],
    writer: Writer,
    bar: tqdm | None = None,
    items: Sequence[int] | None = None,
    batch_size: int | None = None,
) -> list[Row]:
    """All answers to token lists, in the order in which they end.

    Long prompts come first: prompts of like length are read together, with little padding, and what tends to take
    longest does not begin last.

    Args:
        bar: moves by one for each answer.
        items: places of the prompts to be answered; all when None.
        batch_size: in place of the writer's.

    Raises:
        ValueError: a prompt without tokens.
    """
    order = sorted(range(len(prompts)) if items is None else items, key=lambda i: -len(prompts[i]))
    if not all(len(prompts[item]) for item in order):
        raise ValueError("a prompt has no tokens; write at least one character")
    size = batch_size or writer.decoding.batch_size
    reader = Reader(model, prompts, order, writer.decoding.drawn)
    ended: list[Row] = []
    rows: list[Row] = []
    logits: torch.Tensor = torch.empty(0)
    states: list[torch.Tensor] = []
    while reader.queue or rows:
        while reader.queue and (not rows or (size - len(rows)) * REFILL >= size):
            taken, new_logits, new_states = reader.take(size - len(rows))
            logits = torch.cat([logits, new_logits]) if rows else new_logits
            states = [torch.cat(pair) for pair in zip(states, new_states, strict=True)] if rows else new_states
            rows += [writer.row(item, sample) for item, sample in taken]
        tokens = writer.choose(rows, logits)
        going = []
        for i, (row, token) in enumerate(zip(rows, tokens, strict=True)):
            if writer.accept(row, token):
                ended.append(row)
            else:
                going.append(i)
        if len(going) < len(rows):
            if bar is not None:
                bar.update(len(rows) - len(going))
            index = torch.tensor(going, device=logits.device, dtype=torch.long)
            rows, tokens = [rows[i] for i in going], [tokens[i] for i in going]
            states = [state[index] for state in states]
        if rows:
            logits, states = model.step(tokens, states)
        else:
            logits = logits[:0]
    return ended


def left_pad(prompts: Sequence[Sequence[int]], pad: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Token lists to ids `[B, T]` and mask `[B, T]`, padded on the left with id `pad` under mask 0."""
    length = max(map(len, prompts))
    ids: np.ndarray = np.full([len(prompts), length], pad, np.int64)
    mask = np.zeros_like(ids)
    for row, prompt in enumerate(prompts):
        ids[row, length - len(prompt) :] = prompt
        mask[row, length - len(prompt) :] = 1
    return ids, mask
