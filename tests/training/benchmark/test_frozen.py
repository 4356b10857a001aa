"""The frozen sets: the committed files hold what they promise, and a change of them is noticed."""

import json
import shutil

import pytest

from data_chef.item import Problem
from data_chef.registry import get_task
from training.benchmark.frozen import FOREIGN, SETS, load, stories, syllogisms
from training.benchmark.frozen.behaviour import Probes, behaviour, takes_of, training_chains
from training.benchmark.frozen.build import main
from training.benchmark.frozen.check import check
from training.benchmark.frozen.logic import verdict
from training.benchmark.frozen.rows import FOLDER, dumped, sha256, shares
from training.benchmark.frozen.wording import unfit


@pytest.fixture(scope="module")
def rows():
    return {name: load(name) for name in SETS}


def test_the_committed_sets_pass_every_check():
    wrong, measured = check(FOLDER)
    assert not wrong and measured["rows"] == 2100 and measured["programs_that_pass"] == 500


def test_the_sets_have_the_shapes_that_were_promised(rows):
    assert {name: len(found) for name, found in rows.items()} == dict(zip(SETS, (1000, 400, 400), strict=True))
    assert shares(rows["gsm8k_style"], "steps") == {str(k): n for k, n in stories.STEPS.items()}
    assert shares(rows["humaneval_style"], "style") == {"completion": 200, "request": 200}
    # Nobody gets far by giving one answer to all.
    assert max(shares(rows["gsm8k_style"], "answer").values()) < 50
    assert max(shares(rows["syllogisms"], "answer").values()) <= 134
    for name, found in rows.items():
        assert [row["id"] for row in found] == [f"{name}/{i:04}" for i in range(1, len(found) + 1)]
        assert all(row["held_out"] for row in found)


def test_the_foreign_sets_have_the_shapes_that_were_promised():
    problems, functions = (load(name) for name in FOREIGN)
    assert (len(problems), len(functions)) == (200, 100)
    assert shares(functions, "style") == {"completion": 50, "request": 50}
    for row in functions:
        assert row["entry_point"] in row["prompt"] and row["test"].count("assert ") >= 5
        # Its tests are not all in the prompt.
        assert sum(line not in row["prompt"] for line in row["test"].split("\n")) >= 2, row["id"]


def test_no_row_can_be_drawn_by_training(rows):
    """Its hash is on the list of data_chef, so the split of its problem is none."""
    task = get_task("word_problem_mixed")
    for row in rows["gsm8k_style"][::50]:
        problem = Problem(row["question"], "", row["answer"], row["canonical"], structure=row["structure"])
        assert task.place(problem) == ""


@pytest.mark.parametrize(
    ("name", "column", "value", "complaint"),
    [
        ("gsm8k_style", "answer", "7919", "do not agree"),
        ("syllogisms", "answer", "Maybe", "the models say"),
        ("humaneval_style", "canonical_solution", "def f():\n    pass\n", "fails its tests"),
        ("gsm8k_style", "canonical", "q1 + 1 1?q1", "canonical_hash is not"),
        ("humaneval_style", "structure", "int:square|digit_sum", "structure_hash is not"),
        ("foreign_math", "answer", "7919", "is not 7919"),
        ("foreign_math", "expression", "__import__('os')", "is not"),
        ("foreign_code", "canonical_solution", "def f():\n    pass\n", "fails its tests"),
    ],
)
def test_a_changed_row_is_noticed(tmp_path, monkeypatch, name, column, value, complaint):
    ran = "training.benchmark.frozen.check.run_programs"
    monkeypatch.setattr(ran, lambda jobs: ["pass\n" not in program for program, _ in jobs])
    folder = shutil.copytree(FOLDER, tmp_path / "sets")
    found = load(name)
    found[3] = {**found[3], column: value}
    (folder / f"{name}.jsonl").write_bytes(dumped(found))
    wrong, _ = check(folder)
    assert any("not the file" in text for text in wrong)
    assert any(text.startswith(found[3]["id"]) and complaint in text for text in wrong)
    with pytest.raises(SystemExit, match="frozen: "):
        main(["--check", "--out", str(folder)])


def test_overlap_with_an_evaluation_file_is_noticed(tmp_path, monkeypatch, rows):
    monkeypatch.setattr("training.benchmark.frozen.check.run_programs", lambda jobs: [True] * len(jobs))
    long = max((row["question"] for row in rows["gsm8k_style"]), key=len)
    (tmp_path / "evaluation.jsonl").write_text(json.dumps({"question": long}) + "\n")
    wrong, measured = check(FOLDER, [tmp_path / "evaluation.jsonl"])
    assert measured["overlap_with_evaluation_files"] == 1 and "shares 13 words" in wrong[0]


def test_a_changed_file_is_not_loaded(tmp_path, monkeypatch):
    folder = shutil.copytree(FOLDER, tmp_path / "sets")
    with open(folder / "syllogisms.jsonl", "a") as file:
        file.write("\n")
    monkeypatch.setattr("training.benchmark.frozen.FOLDER", folder)
    with pytest.raises(ValueError, match="was changed"):
        load("syllogisms")
    with pytest.raises(ValueError, match="no frozen set"):
        load("gsm8k")


def test_the_same_seed_makes_the_same_rows(monkeypatch):
    monkeypatch.setattr(stories, "STEPS", {2: 6, 3: 4})
    made = [dumped([*stories._of_steps(5, 2), *stories._of_steps(5, 3)]) for _ in range(2)]
    assert sha256(made[0]) == sha256(made[1])
    assert [dumped([syllogisms._chain(5, answer, 1)]) for answer in ("Yes", "No", "Unknown")] == [
        dumped([syllogisms._chain(5, answer, 1)]) for answer in ("Yes", "No", "Unknown")
    ]


def test_twins_are_found_whatever_they_are_called():
    known = Probes()
    takes = takes_of(("int", "int"))
    known.add("def f(n):\n    return sum(map(int, str(abs(n))))\n", "f", takes, "digit_sum")

    def results(source):
        return lambda count: behaviour(source, "g", takes, count)

    loop = "    while n:\n        total, n = total + n % 10, n // 10\n"
    same = f"def g(n):\n    n, total = abs(n), 0\n{loop}    return total\n"
    assert known.same(results(same), takes) == ["digit_sum"]
    assert known.same(results("def g(n):\n    return abs(n) % 10\n"), takes) == []
    # One that never ends has no value, so it agrees with nothing.
    assert known.same(results("def g(n):\n    while True:\n        pass\n"), takes) == []


def test_training_chains_mean_something():
    chains = [*training_chains(1, range(60))]
    assert len(chains) > 20
    assert any(value is not None for _, _, results in chains for value in results(5))


def test_the_models_know_the_syllogisms():
    barbara = [("all", 0, 1), ("all", 1, 2)]
    assert verdict(barbara, ("all", 0, 2)) == "Yes" == verdict(barbara, ("some", 2, 0))
    # Only if there is a member at all.
    assert verdict(barbara, ("some", 2, 0), existential=False) == "Unknown"
    assert verdict([("no", 0, 1), ("all", 2, 1)], ("some", 0, 2)) == "No"
    assert verdict([("all", 1, 0), ("all", 1, 2)], ("all", 0, 2)) == "Unknown"
    with pytest.raises(ValueError, match="contradict"):
        verdict([("all", 0, 1), ("no", 0, 1)], ("some", 0, 1))


def test_unclear_wordings_are_refused(rows):
    for question in (
        "Ann has $20. She buys 2 pens for $3 each. She spends half of it on tea. How much money is left?",
        "Ann spends $8 on tea. The shop gives a discount of 50%. How much does she pay?",
        "Ann has 3 cats. Each box holds 4 pens. Each box holds 7 pens. How many pens are there?",
        "Rosa has 3 cats. Zoran has 4 cats. Mirela has 5 cats. How many cats do they have?",
    ):
        assert unfit(Problem(question, "Cats: <<3+4=7>>", "7", "")), question
    assert not any(unfit(Problem(row["question"], row["solution"], "", "")) for row in rows["gsm8k_style"])
