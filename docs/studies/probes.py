"""Synthetic tasks that tell recurrences apart, made on the fly from a seed.

A probe gives batches `(ids, targets)`, both `[B, T]` int64: the model reads ids and is asked for `targets[:, t]` at
token t, where that is not -100. There is no shift: what is asked is not always the next token.
"""

import dataclasses
import itertools
from collections.abc import Callable

import torch


IGNORE = -100


@dataclasses.dataclass(frozen=True)
class Probe:
    """A task with a size knob.

    Attributes:
        make: `(generator, batch, size)` to `(ids, targets)`.
        vocab_size: number of token ids.
        train: smallest and largest size of training; a step's size is drawn evenly between them.
        evaluate: sizes of evaluation; those above `train[1]` were never seen.
        tokens: training tokens of a run.
        chance: accuracy of guessing.
    """

    make: Callable[[torch.Generator, int, int], tuple[torch.Tensor, torch.Tensor]]
    vocab_size: int
    train: tuple[int, int]
    evaluate: tuple[int, ...]
    tokens: int
    chance: float

    def length(self, size: int) -> int:
        """Tokens T of a sequence of that size."""
        return self.make(torch.Generator().manual_seed(0), 1, size)[0].shape[1]


def draw_size(generator, smallest: int, largest: int) -> int:
    """A size of a training step, even between the two."""
    return int(torch.randint(smallest, largest + 1, (1,), generator=generator))


def _draw(generator, high: int, *shape: int):
    return torch.randint(high, shape, generator=generator)


def _distinct(generator, batch: int, of: int, count: int):
    """`[batch, count]` numbers below `of`, different within a row."""
    return torch.rand(batch, of, generator=generator).argsort(1)[:, :count]


KEYS = 64
VALUES = 16


def recall(generator, batch: int, pairs: int):
    """Multi-query associative recall (Zoology, arXiv:2312.04927): pairs of a key and a value, then each key once more
    in another order; asked is its value."""
    keys = _distinct(generator, batch, KEYS, pairs)
    values = _draw(generator, VALUES, batch, pairs)
    order = _distinct(generator, batch, pairs, pairs)
    shown = torch.stack([keys, KEYS + values], 2).flatten(1)
    ids = torch.cat([shown, keys.gather(1, order)], 1)
    targets = torch.cat([torch.full_like(shown, IGNORE), KEYS + values.gather(1, order)], 1)
    return ids, targets


def parity(generator, batch: int, length: int):
    """Bits; asked at each is whether the ones so far are odd in number."""
    bits = _draw(generator, 2, batch, length)
    return bits, bits.cumsum(1) % 2


THINGS = 5
SWAPS = torch.tensor(list(itertools.combinations(range(THINGS), 2)))


def s5(generator, batch: int, length: int):
    """The word problem of S5, which is complete for NC1 (Merrill et al., arXiv:2404.08819), in its generators: swaps
    of two of five places; asked at each is where the thing is that was first in the first place."""
    ids = _draw(generator, len(SWAPS), batch, length)
    place, places = torch.zeros(batch, dtype=torch.long), []
    for t in range(length):
        one, other = SWAPS[ids[:, t]].T
        place = torch.where(place == one, other, torch.where(place == other, one, place))
        places.append(place)
    return ids, torch.stack(places, 1)


SYMBOLS = 16


def copying(generator, batch: int, length: int):
    """Random symbols, a mark, and the same symbols again; asked is each next symbol of the second half."""
    symbols = _draw(generator, SYMBOLS, batch, length)
    mark = torch.full((batch, 1), SYMBOLS)
    ids = torch.cat([symbols, mark, symbols[:, :-1]], 1)
    return ids, torch.cat([torch.full_like(symbols, IGNORE), symbols], 1)


MARKS = 16
NOISE = 16


def order(generator, batch: int, length: int):
    """Two marked tokens among noise, and at the end a question: which came first? Guessing between the two is right
    half of the time."""
    ids = MARKS + _draw(generator, NOISE, batch, length)
    first, second = _distinct(generator, batch, MARKS, 2).T
    places = _distinct(generator, batch, length - 1, 2).sort(1).values
    ids.scatter_(1, places, torch.stack([first, second], 1))
    ids[:, -1] = MARKS + NOISE
    targets = torch.full_like(ids, IGNORE)
    targets[:, -1] = first
    return ids, targets


MODULUS = 10
REGISTERS = 4
SET, ADD, ADD_REGISTER, ASK = range(MODULUS + REGISTERS, MODULUS + REGISTERS + 4)
WORK = ASK + 1


def run_registers(generator, batch: int, statements: int):
    """Random programs `[B, n, 3]` (register, operation, operand), the value `[B, n]` that each statement leaves in its
    register, and the registers `[B, 4]` at the end; all hold 0 at first. Ids 0-9 are numbers, 10-13 registers."""
    register = _draw(generator, REGISTERS, batch, statements)
    operation = _draw(generator, 3, batch, statements)
    number = _draw(generator, MODULUS, batch, statements)
    other = _draw(generator, REGISTERS, batch, statements)
    values = torch.zeros(batch, REGISTERS, dtype=torch.long)
    results = []
    for t in range(statements):
        row = register[:, t : t + 1]
        held, read = values.gather(1, row)[:, 0], values.gather(1, other[:, t : t + 1])[:, 0]
        operand = torch.where(operation[:, t] == 2, read, number[:, t])
        result = torch.where(operation[:, t] == 0, operand, (held + operand) % MODULUS)
        values = values.scatter(1, row, result[:, None])
        results.append(result)
    operand = torch.where(operation == 2, MODULUS + other, number)
    program = torch.stack([MODULUS + register, SET + operation, operand], 2)
    return program, torch.stack(results, 1), values


def registers(generator, batch: int, statements: int):
    """A program over four registers modulo 10 (set, add a number, add a register), then a question for each register
    in random order; asked is its value."""
    program, _, values = run_registers(generator, batch, statements)
    ids = program.flatten(1)
    return _and_questions(generator, ids, torch.full_like(ids, IGNORE), values)


def _and_questions(generator, ids, targets, values):
    """Ids and targets, followed by a question for each register, whose value is asked for."""
    asked = _distinct(generator, len(ids), REGISTERS, REGISTERS)
    question = torch.stack([torch.full_like(asked, ASK), MODULUS + asked], 2).flatten(1)
    answers = torch.stack([torch.full_like(asked, IGNORE), values.gather(1, asked)], 2).flatten(1)
    return torch.cat([ids, question], 1), torch.cat([targets, answers], 1)


def worked_registers(generator, batch: int, statements: int):
    """The same programs, and each statement followed by the value that it leaves, which is asked for and written into
    the text: a scratchpad. Then the same questions."""
    program, results, values = run_registers(generator, batch, statements)
    mark = torch.full_like(results, WORK)
    ids = torch.cat([program, torch.stack([mark, results], 2)], 2).flatten(1)
    targets = torch.full_like(ids, IGNORE).view(batch, statements, 5)
    targets[:, :, 3] = results
    return _and_questions(generator, ids, targets.flatten(1), values)


PROBES = {
    "recall": Probe(recall, KEYS + VALUES, (4, 24), (8, 16, 24, 48), 600_000, 1 / VALUES),
    "parity": Probe(parity, 2, (4, 64), (64, 256, 1024), 200_000, 0.5),
    "s5": Probe(s5, len(SWAPS), (2, 24), (12, 24, 48, 96), 800_000, 1 / THINGS),
    "copying": Probe(copying, SYMBOLS + 1, (4, 24), (12, 24, 48), 600_000, 1 / SYMBOLS),
    "order": Probe(order, MARKS + NOISE + 1, (8, 128), (128, 256, 1024, 4096, 8192), 600_000, 0.5),
    "registers": Probe(registers, WORK + 1, (2, 12), (6, 12, 24), 800_000, 1 / MODULUS),
    "worked_registers": Probe(worked_registers, WORK + 1, (2, 12), (6, 12, 24), 800_000, 1 / MODULUS),
}


@torch.inference_mode()
def scratchpad_accuracy(model, probe: Probe, seed: int, rows: int = 128) -> dict[str, float]:
    """Share of right final answers of `worked_registers` at each size when the model writes the intermediate values
    itself, greedily, and reads its own."""
    model.eval()
    accuracy = {}
    for statements in probe.evaluate:
        ids, targets = probe.make(torch.Generator().manual_seed(1_000_000 + seed), rows, statements)
        ids = ids.clone()
        for t in range(3, 5 * statements, 5):
            # The value at t + 1 is what the model says at t.
            ids[:, t + 1] = model(ids[:, : t + 1], use_cache=False, logits_to_keep=1).logits[:, -1].argmax(-1)
        said = model(ids, use_cache=False).logits.argmax(-1)
        final = targets[:, 5 * statements :]
        asked = final != IGNORE
        accuracy[str(statements)] = round((said[:, 5 * statements :] == final)[asked].float().mean().item(), 4)
    return accuracy
