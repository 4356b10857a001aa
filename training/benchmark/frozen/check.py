"""Checks frozen sets: files, answers by a second route, that training takes none of the generated ones, overlap."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import islice
from pathlib import Path

from data_chef.decontaminate import Evaluation, corpus_documents
from data_chef.dedup import mask
from data_chef.heldout import NAMESPACES, frozen, reserved_by, structure_hash
from data_chef.item import Problem, canonical_hash
from data_chef.sandbox import run_programs
from data_chef.stories.task import graph_held_out
from data_chef.stories.verify import verify
from data_chef.stream import items
from training.benchmark.calculator import evaluate
from training.benchmark.frozen.logic import read_question, verdict
from training.benchmark.frozen.rows import FOREIGN, SETS, read, sha256


FEWEST_TESTS = 5
SEED = 77


def check(folder: Path, against: Sequence[Path] = (), training: int = 0) -> tuple[list[str], dict]:
    """What is wrong, in sentences, and what was measured.

    Args:
        against: evaluation files of which no row may share 13 words in a row.
        training: so many fresh training items are made and compared.

    Raises OSError or ValueError for files that cannot be read.
    """
    manifest = json.loads((folder / "MANIFEST.json").read_text())
    wrong: list[str] = []
    rows: list[dict] = []
    for name in SETS + FOREIGN:
        path = folder / f"{name}.jsonl"
        if sha256(path.read_bytes()) != manifest["sets"][name]["sha256"]:
            wrong.append(f"{path.name} is not the file of which MANIFEST.json has the hash")
        rows += read(path)
    for column in ("id", "canonical_hash", "question", "prompt"):
        values = Counter(row[column] for row in rows if column in row)
        wrong += [f"{value} comes {n} times" for value, n in values.items() if n > 1]
    wrong += [f"{row['id']}: {text}" for row in rows for text in (*wrong_place(row), *wrong_answer(row))]
    programs = [row for row in rows if row["kind"] == "code"]
    passed = run_programs([(row["canonical_solution"], row["test"]) for row in programs])
    wrong += [f"{row['id']}: its program fails its tests" for row, ok in zip(programs, passed, strict=True) if not ok]
    measured: dict = {"rows": len(rows), "programs_that_pass": sum(passed)}
    if against:
        found = Evaluation.read(against).overlaps([documents(row) for row in rows])
        measured["overlap_with_evaluation_files"] = int(found.sum())
        wrong += [f"{row['id']} shares 13 words with --against" for row, yes in zip(rows, found, strict=True) if yes]
    if training:
        measured["training"] = compared(rows, islice(items("standard", "train", SEED), training))
    return wrong, measured


def documents(row: dict) -> list[str]:
    """The texts of a row that are compared: what is asked, and worked steps in words."""
    return [row["prompt"]] if row["kind"] == "code" else [row["question"], row.get("solution", "")]


def wrong_place(row: dict) -> list[str]:
    """What is wrong with the hashes of a row, and with its being kept out of training.

    Nothing for a foreign row, which no generator can draw but by chance.
    """
    if row["task"] in FOREIGN:
        return []
    namespace, structure = row["namespace"], row["structure"]
    wrong = []
    if row["canonical_hash"] != canonical_hash(namespace, row["canonical"]):
        wrong.append("canonical_hash is not that of canonical")
    if row["structure_hash"] != structure_hash(namespace, structure):
        wrong.append("structure_hash is not that of structure")
    if not frozen(namespace, structure, row["canonical_hash"]):
        wrong.append("data_chef/heldout.json does not list it")
    reserved = namespace in NAMESPACES and bool(reserved_by(namespace, structure))
    graph = namespace == "word_problem" and graph_held_out(structure.partition("|")[0])
    if not (reserved or graph or namespace == "syllogism_chain"):
        wrong.append("nothing of its structure is reserved for tests")
    return wrong


def wrong_answer(row: dict) -> list[str]:
    """What is wrong with the answer of a row, found by another way than the generator took."""
    if row["kind"] == "math" and row["task"] in FOREIGN:
        right = evaluate(row["expression"]) == Fraction(row["answer"])
        return [] if right else [f"{row['expression']} is not {row['answer']}"]
    if row["kind"] == "math":
        problem = Problem(row["question"], row["solution"], row["answer"], row["canonical"])
        return [] if verify(problem) else ["the facts, the steps and the answer do not agree"]
    if row["kind"] == "choice":
        premises, asked = read_question(row["question"])
        found = {verdict(premises, asked, existential) for existential in (True, False)}
        return [] if found == {row["answer"]} else [f"the models say {sorted(found)}, not {row['answer']}"]
    tests = row["test"].split("\n")
    hidden = [line for line in tests if line not in row["prompt"]]
    return [] if min(len(tests), len(hidden) + 2) >= FEWEST_TESTS else ["it has too few tests"]


def compared(rows: Sequence[dict], training: Iterable[dict]) -> dict:
    """How much of training items is in the rows: hashes, wordings without numbers and names, 13 words in a row.

    Runs of words are shared where both use a phrase of the generator; a shared wording is another matter, and a shared
    hash is an error of `data_chef.heldout`.
    """
    hashes = {row["canonical_hash"] for row in rows if "canonical_hash" in row}
    wordings = {mask(row.get("question") or row["prompt"]) for row in rows}
    evaluation = Evaluation(text for row in rows for text in documents(row)[:1])
    found: Counter[str] = Counter()
    made = list(training)
    for row, overlap in zip(made, evaluation.overlaps([corpus_documents(row) for row in made]), strict=True):
        found["same_problem"] += row["canonical_hash"] in hashes
        found["same_wording"] += mask(row["question"]) in wordings
        found["shares_13_words"] += bool(overlap)
    return {"items": len(made), **{key: found[key] for key in ("same_problem", "same_wording", "shares_13_words")}}
