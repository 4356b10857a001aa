"""Where the problems of a suite come from: a frozen file, a corpus, a local file, or a data set by name."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tqdm import tqdm

import data_chef
from data_chef.corpus import sha256_of
from data_chef.curriculum import load_curriculum
from data_chef.registry import NoProblemError, get_task, make_items
from data_chef.stream import shares_of
from training.benchmark.problems import read_rows, to_problems
from training.benchmark.suites import Suite


FROZEN = Path(__file__).parent / "frozen"


class NotAvailableError(ValueError):
    """The problems of a suite are not at hand; the message says how to get them."""


@dataclass(frozen=True)
class Places:
    """Where to look for problems.

    Attributes:
        files: suite name to file, as given one by one.
        data_dir: folder with files of known names.
        corpus: folder of a built corpus; without it held-out items are generated from `curriculum`.
        per_task: items of each task; the suite's own number when None.
        online: whether data sets may be fetched by name.
    """

    files: Mapping[str, Path] = field(default_factory=dict)
    data_dir: Path | None = None
    corpus: Path | None = None
    curriculum: str = "standard"
    per_task: int | None = None
    online: bool = False


def load_problems(suite: Suite, places: Places) -> tuple[list[dict], str]:
    """The problems of a suite in their fixed order, and where they were found.

    Raises:
        NotAvailableError: nothing of that kind is at hand.
        ValueError: what is there is damaged, or not what it should be.
    """
    if suite.frozen:
        return _frozen(suite)
    if suite.split:
        return _corpus(suite, places)
    path = places.files.get(suite.name) or _known_file(suite, places)
    if path:
        rows = _inside(read_rows(path), suite.where)
        problems, found = to_problems(rows, suite.kind, suite.name, suite.columns), str(path)
    elif suite.hub and places.online:
        problems, found = _by_name(suite), f"hub:{suite.hub['path']}"
    else:
        known = f", or --data-dir with one of {', '.join(suite.files)}" if suite.files else ""
        name = f"; by name it is {suite.hub['path']!r}, fetched when --suite names {suite.name}" if suite.hub else ""
        raise NotAvailableError(f"no file: give --file {suite.name}=PATH{known}{name}")
    if not problems:
        raise ValueError(f"{found} has no problems")
    return _with_choices(problems), found


def _known_file(suite: Suite, places: Places) -> Path | None:
    if places.data_dir is None:
        return None
    return next((places.data_dir / name for name in suite.files if (places.data_dir / name).is_file()), None)


def _inside(rows, where: Mapping[str, list]):
    """Rows within the ranges of `where`, such as the ids of an official test split; a row without the column stays."""
    for place, row in rows:
        if all(not isinstance(row.get(key), int) or low <= row[key] <= high for key, (low, high) in where.items()):
            yield place, row


def _with_choices(problems: list[dict]) -> list[dict]:
    """For choice problems without options: the answers that occur in the same task are the options."""
    answers: dict[str, dict[str, None]] = {}
    for problem in problems:
        answers.setdefault(problem["task"], {})[problem.get("answer", "")] = None
    for problem in problems:
        if problem["kind"] == "choice" and "choices" not in problem and len(answers[problem["task"]]) > 1:
            problem["choices"] = list(answers[problem["task"]])
    return problems


def _frozen(suite: Suite) -> tuple[list[dict], str]:
    path, manifest = FROZEN / f"{suite.frozen}.jsonl", FROZEN / "MANIFEST.json"
    if not path.is_file() or not manifest.is_file():
        raise NotAvailableError(f"the frozen set {path.name} is not part of this installation: install it again")
    listed = json.loads(manifest.read_text())
    version, expected = listed["version"], listed["sets"].get(suite.frozen)
    if expected is None:
        raise ValueError(f"{manifest} does not know {suite.frozen!r}: install the package again")
    if sha256_of(path) != expected["sha256"]:
        raise ValueError(f"{path} is not the frozen version {version}: its sha256 differs. Restore it.")
    return to_problems(read_rows(path), suite.kind, suite.name), f"frozen:{suite.frozen} {version}"


def _corpus(suite: Suite, places: Places) -> tuple[list[dict], str]:
    count = places.per_task or suite.per_task
    if places.corpus:
        try:
            items: list[Any] = list(data_chef.load(places.corpus, suite.split))
        except ValueError as error:
            if "unknown split" in str(error):
                raise NotAvailableError(f"{places.corpus} has no {suite.split} split") from error
            raise
        found = f"{places.corpus}, {suite.split}"
    else:
        items, found = generate(places.curriculum, suite.split, count), f"generated:{places.curriculum}, {suite.split}"
    return [problem_of_item(item) for item in first_per_task(items, count)], found


def first_per_task(items, count: int) -> list[dict]:
    """The first `count` items of each task."""
    chosen: dict[str, list[dict]] = {}
    for item in items:
        of_task = chosen.setdefault(item["task"], [])
        if len(of_task) < count:
            of_task.append(item)
    return [item for of_task in chosen.values() for item in of_task]


def generate(curriculum: str, split: str, count: int, seed: int = 0) -> list[dict]:
    """Up to `count` held-out items of every task of a curriculum (a preset, or a YAML file), made on the spot."""
    path = curriculum if curriculum.endswith((".yaml", ".yml")) else None
    rows: list[dict] = []
    shares = shares_of(load_curriculum(None if path else curriculum, path), split)
    for share in tqdm(shares, desc=f"held-out items, {split}", unit="task", leave=False):
        chosen: dict[str, dict] = {}
        # A few more than needed: some draws repeat a problem, or fail their verification.
        for start in range(0, 3 * count, count):
            try:
                made = make_items(share.task, split, seed, range(start, start + count), share.difficulty)
            except NoProblemError:
                break
            chosen |= {item.canonical_hash: item.row() for item in made if item}
            if len(chosen) >= count:
                break
        rows += [row | {"family": get_task(share.task).family} for row in list(chosen.values())[:count]]
    return rows


def problem_of_item(item: Mapping) -> dict:
    """A corpus row as a problem. Its answer is compared as text, for the form of an answer is part of the task."""
    problem = {"id": f"{item['task']}/{item['canonical_hash']}", "task": item["task"], "kind": "text"}
    problem |= {key: item[key] for key in ("question", "answer", "solution", "difficulty", "split")}
    if item.get("family"):
        problem["family"] = item["family"]
    if item.get("test"):
        problem |= {"kind": "code", "prompt": item["question"], "entry_point": item["entry_point"]}
        problem |= {"test": item["test"]}
    return problem


def _by_name(suite: Suite) -> list[dict]:
    import datasets

    try:
        rows = datasets.load_dataset(**suite.hub)
    except Exception as error:  # whatever the network, the hub and its scripts come up with
        raise NotAvailableError(
            f"{suite.hub['path']!r} cannot be fetched ({type(error).__name__}: {str(error).splitlines()[0]}); "
            f"give a local file with --file {suite.name}=PATH"
        ) from error
    numbered = ((f"{suite.hub['path']}, row {number}", row) for number, row in enumerate(rows))
    return to_problems(_inside(numbered, suite.where), suite.kind, suite.name, suite.columns)
