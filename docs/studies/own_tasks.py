"""Training and validation on the project's own corpus, for models of any kind."""

from functools import cached_property

import torch
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence
from transformers import AutoTokenizer

import data_chef
from data_chef.text import chat, response
from training.data import IGNORE, Blocks, CorpusBlocks, PackedLanes, Stage, batches
from training.evaluate import first_per_task


FAMILIES = {
    "arithmetic": ("addition", "subtraction", "product_2x2", "mental_arithmetic", "division", "expression"),
    "word problems": ("word_problem_1step", "word_problem_2step", "word_problem_3step"),
    "algebra": ("linear_equation", "arithmetic_sequence", "percentage", "fraction_addition", "unit_conversion"),
    "number theory": ("gcd", "lcm", "prime_factors", "primality"),
    "logic": ("syllogism", "deduction", "ordering", "sorting"),
    "Python": ("python_number_function", "python_list_function", "python_string_function"),
}


def next_batch(source: Blocks, tokenizer, seq_len: int, rows: int, train_on_prompts: bool = False):
    """A function that makes the next `rows` packed rows: ids, targets (the next token, or -100) and documents."""
    found = batches(PackedLanes([Stage(source, 1)], tokenizer, seq_len, rows, [0], 1, train_on_prompts))

    def make():
        batch = {name: x.long() for name, x in next(found)[0].items()}
        return batch["input_ids"], F.pad(batch["labels"][:, 1:], (0, 1), value=IGNORE), batch["seq_idx"]

    return make


class OwnTasks:
    """The corpus in `folder`: packed rows of `seq_len` tokens to train on, answers of its validation split to score.

    Raises:
        FileNotFoundError: there is no corpus.
    """

    tokens = 800_000
    seq_len = 256
    items_per_task = 20

    def __init__(self, folder: str):
        self.folder = folder
        self.tokenizer = AutoTokenizer.from_pretrained(data_chef.tokenizer_dir(folder))
        self.vocab_size = len(self.tokenizer)

    def batches(self, seed: int, batch_tokens: int):
        """A function that makes the next batch: ids, targets (the next token of an answer) and document numbers."""
        source = CorpusBlocks(self.folder, seed, 1)
        return next_batch(source, self.tokenizer, self.seq_len, batch_tokens // self.seq_len)

    @cached_property
    def validation(self) -> dict[str, list[tuple[torch.Tensor, torch.Tensor]]]:
        """Per family (ids, targets) of each item, both `[T]`."""
        found: dict[str, list] = {family: [] for family in FAMILIES}
        family_of = {task: family for family, tasks in FAMILIES.items() for task in tasks}
        for item in first_per_task(data_chef.load(self.folder, "validation"), self.items_per_task):
            if item["task"] not in family_of:
                continue
            prompt = self.tokenizer(chat(item["question"]))["input_ids"]
            ids = torch.tensor(prompt + self.tokenizer(response(item) + "<|im_end|>\n")["input_ids"])
            targets = torch.cat([ids[1:], torch.tensor([IGNORE])])
            targets[: len(prompt) - 1] = IGNORE
            found[family_of[item["task"]]].append((ids, targets))
        return found

    @torch.inference_mode()
    def evaluate(self, model, logits_of) -> dict[str, dict]:
        """Per family: mean loss on the tokens of answers, share of those tokens right, share of whole answers that
        greedy decoding would write as the corpus does, and the number of items."""
        model.eval()
        scores = {}
        for family, items in self.validation.items():
            ids = pad_sequence([ids for ids, _ in items], batch_first=True)
            targets = pad_sequence([targets for _, targets in items], batch_first=True, padding_value=IGNORE)
            # Padding is on the right, where it reaches no earlier token.
            logits = torch.cat([logits_of(model, part) for part in ids.split(20)])
            asked = targets != IGNORE
            right = (logits.argmax(-1) == targets) | ~asked
            scores[family] = {
                "loss": round(F.cross_entropy(logits[asked], targets[asked]).item(), 4),
                "token_accuracy": round(right[asked].float().mean().item(), 4),
                "exact_solution": round(right.all(1).float().mean().item(), 4),
                "items": len(items),
            }
        return scores
