"""What a task generates (`Problem`) and what a corpus holds (`Item`)."""

from dataclasses import dataclass
from hashlib import blake2b


@dataclass(frozen=True)
class Problem:
    """One generated problem, before it has a split.

    Attributes:
        question: what the user types.
        solution: the worked steps; for code one fenced Python block; empty when the answer is all there is to say.
        answer: the final answer; for code the bare program.
        canonical: the problem itself, whatever the wording. Equal strings are the same problem.
        graph: word problems only, the operation graph, such as `(a*b)+c`.
        entry_point: code only, the name of the function.
        test: code only, assert statements, one a line.
        structure: stories and syllogisms only, what is left without numbers, names and nouns; see `data_chef.heldout`.
    """

    question: str
    solution: str
    answer: str
    canonical: str
    graph: str = ""
    entry_point: str = ""
    test: str = ""
    structure: str = ""


@dataclass(frozen=True)
class Item:
    """A verified problem with its place in the corpus: one row of it."""

    question: str
    answer: str
    solution: str
    task: str
    difficulty: int
    split: str
    canonical_hash: str
    graph: str
    entry_point: str
    test: str

    @classmethod
    def of(cls, problem: Problem, task: str, difficulty: int, split: str, digest: str) -> "Item":
        fields = {**vars(problem)}
        del fields["canonical"], fields["structure"]
        return cls(task=task, difficulty=difficulty, split=split, canonical_hash=digest, **fields)

    def row(self) -> dict:
        return {**vars(self)}


def canonical_hash(namespace: str, canonical: str) -> str:
    """128-bit hash, in hex, of a problem in its canonical form."""
    return blake2b(f"{namespace}|{canonical}".encode(), digest_size=16).hexdigest()
