"""The tasks by name, and the one way to make an item of them."""

import difflib
import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from random import Random
from typing import Any

from data_chef import heldout
from data_chef.item import Item, Problem, canonical_hash
from data_chef.splits import SPLITS, split_of_hash


MAX_ATTEMPTS = 5000
FAMILIES = ("word problems", "mathematics", "python", "logic", "chat")


@dataclass(frozen=True)
class Task:
    """A kind of problem.

    Attributes:
        name: unique; the `task` column.
        family: one of FAMILIES.
        config: dataclass of difficulty knobs with `at(difficulty)` and `validate()`.
        generate: `(rng, config) -> Problem`; all randomness comes from `rng`.
        verify: `(problem) -> bool`, a second computation that shares nothing with `generate`.
        max_difficulty: difficulties are 1 to this number; the level above it, which `config.at` must know as well,
            is kept for the extrapolation split.
        extrapolates: False for a task that has no harder form, and so no such level.
        namespace: tasks that pose the same problems in different ways share one, with one canonical form, so that a
            problem of the test split of one is not in the train split of another. The task's name when empty.
        split_of: overrides the split by hash, `(problem, canonical_hash) -> split`, to hold out whole structures.
        verify_many: for checks that are cheaper in batches, `(problems) -> list of bool`.
    """

    name: str
    family: str
    config: Any
    generate: Callable[[Random, Any], Problem]
    verify: Callable[[Problem], bool]
    max_difficulty: int
    split_of: Callable[[Problem, str], str] = lambda problem, digest: split_of_hash(digest)
    verify_many: Callable[[list[Problem]], list[bool]] | None = None
    extrapolates: bool = True
    namespace: str = ""

    def hash_of(self, problem: Problem) -> str:
        """The hash of the problem, whatever its wording, which decides the split unless `place` knows better."""
        return canonical_hash(self.namespace or self.name, problem.canonical)

    def place(self, problem: Problem) -> str:
        """The split of a problem; what has a reserved structure is for test, and where a function that is vocabulary
        (`heldout.is_vocabulary`) is to be written, the question decides.

        Empty for a problem of a frozen test set, and for others of its structure: they belong to no split.
        """
        digest, namespace = self.hash_of(problem), self.namespace or self.name
        structure = heldout.structure_of(namespace, problem)
        if heldout.frozen(namespace, structure, digest):
            return ""
        if structure and heldout.reserved_by(namespace, structure):
            return "test"
        if problem.entry_point and heldout.is_vocabulary(namespace, problem.canonical):
            digest = canonical_hash(namespace, f"{problem.canonical}|{problem.question}")
        return self.split_of(problem, digest)

    def levels(self, split: str) -> tuple[int, int]:
        """The range of difficulty of a split. Raises ValueError when the task has no such split."""
        if split != "extrapolation":
            return 1, self.max_difficulty
        if not self.extrapolates:
            raise ValueError(f"{self.name} has no harder form, so no extrapolation split")
        return self.max_difficulty + 1, self.max_difficulty + 1

    def check(self, problems: list[Problem]) -> list[bool]:
        """Which problems pass the second computation."""
        return self.verify_many(problems) if self.verify_many else [self.verify(problem) for problem in problems]


class NoProblemError(ValueError):
    """A split in which a task seems to have no problem."""


_TASKS: dict[str, Task] = {}


def register(task: Task) -> Task:
    """Adds a task. Raises ValueError when the name is taken."""
    if task.name in _TASKS:
        raise ValueError(f"task {task.name!r} is registered twice; give one of them another name")
    if task.family not in FAMILIES:
        unknown("family", task.family, FAMILIES)
    _TASKS[task.name] = task
    return task


@cache
def _import_tasks() -> None:
    import data_chef.tasks as package

    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"data_chef.tasks.{module.name}")


def tasks() -> dict[str, Task]:
    """All tasks by name, in alphabetical order."""
    _import_tasks()
    return dict(sorted(_TASKS.items()))


def get_task(name: str) -> Task:
    """The task of this name. Raises ValueError, naming the nearest, when there is none."""
    _import_tasks()
    return _TASKS.get(name) or unknown("task", name, tasks())


def unknown(kind: str, name: str, known) -> Any:
    """Raises the ValueError for a name that is not among the known ones, with the nearest of them."""
    near = difflib.get_close_matches(str(name), list(known), n=1, cutoff=0.4)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
    raise ValueError(f"unknown {kind} {name!r}; {hint}")


@cache
def _config(name: str, difficulty: int):
    task = get_task(name)
    if not 1 <= difficulty <= task.max_difficulty + task.extrapolates:
        raise ValueError(f"{name} has difficulties 1 to {task.max_difficulty}, not {difficulty}")
    config = task.config.at(difficulty)
    config.validate()
    return config


def draw(name: str, split: str, seed: int, index: int, difficulty: tuple[int, int]) -> tuple[Problem, int]:
    """The unverified problem number `index` of a split, and its difficulty: a pure function of the arguments.

    Candidates are drawn, each from a generator keyed by a hash of everything, until one belongs to the split.

    Raises:
        ValueError: unknown task or split.
        NoProblemError: no candidate fell into the split in MAX_ATTEMPTS.
    """
    task = get_task(name)
    if split not in SPLITS:
        unknown("split", split, SPLITS)
    for attempt in range(MAX_ATTEMPTS):
        key = blake2b(f"{name}|{split}|{seed}|{index}|{attempt}".encode(), digest_size=16).digest()
        rng = Random(int.from_bytes(key, "little"))
        level = rng.randint(*difficulty)
        problem = task.generate(rng, _config(name, level))
        if task.place(problem) == split:
            return problem, level
    raise NoProblemError(
        f"{name}: no problem of difficulty {difficulty} fell into {split} in {MAX_ATTEMPTS} attempts; widen the range"
    )


def make_items(
    name: str, split: str, seed: int, indices: range, difficulty: tuple[int, int] | None = None
) -> list[Item | None]:
    """The items of these indices; None stands for one that failed its verification."""
    task = get_task(name)
    levels = difficulty or task.levels(split)
    drawn = [draw(name, split, seed, i, levels) for i in indices]
    passed = task.check([problem for problem, _ in drawn])
    return [
        Item.of(p, name, level, split, task.hash_of(p)) if ok else None
        for (p, level), ok in zip(drawn, passed, strict=True)
    ]
