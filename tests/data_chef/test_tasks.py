"""Every task: its items hold up, wrong ones do not, and an item depends on nothing but its key."""

import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace

import pytest

from data_chef import heldout
from data_chef.registry import draw, get_task, make_items, tasks
from data_chef.splits import SPLITS
from data_chef.text import extract_answer, normalize_answer, response


NAMES = list(tasks())
REQUIRED = {"addition", "subtraction", "product_2x2", "word_problem_2step", "linear_equation", "syllogism"}


def test_there_are_the_tasks_of_the_issue():
    assert REQUIRED <= set(NAMES) and len(NAMES) >= 20


@pytest.mark.parametrize("name", NAMES)
def test_items_of_every_difficulty_pass_their_second_computation(name):
    task = get_task(name)
    for difficulty in range(1, task.max_difficulty + 1 + task.extrapolates):
        split = "train" if difficulty <= task.max_difficulty else "extrapolation"
        # An extrapolation item takes twenty draws.
        count = 30 if split == "train" else 12
        items = make_items(name, split, 5, range(count), (difficulty, difficulty))
        kept = [item for item in items if item]
        assert len(kept) >= 0.85 * count, "too many items fail their verification"
        assert len({item.question for item in kept}) >= count // 3, "too few different questions"
        for item in kept:
            assert item.difficulty == difficulty and item.split == split
            assert item.question == item.question.strip() != "" and item.answer
            assert not re.search(r"[{}]", item.question) or task.family == "python" or "{" not in item.question[:1]
            if item.solution and not item.entry_point:
                assert extract_answer(response(item.row())) == normalize_answer(item.answer)


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_answer_never_passes(name):
    """Every item is handed the answer, or the program, of another one."""
    task = get_task(name)
    problems = [draw(name, "train", 6, index, (1, task.max_difficulty))[0] for index in range(24)]
    changed = []
    for one, other in zip(problems, problems[1:] + problems[:1], strict=True):
        if one.answer == other.answer or one.canonical == other.canonical:
            continue
        answer = other.answer
        if one.entry_point:
            answer = answer.replace(other.entry_point, one.entry_point)
        changed.append(replace(one, answer=answer, solution=one.solution.replace(one.answer, answer)))
        if one.solution:
            changed.append(replace(one, answer=answer))
    assert len(changed) >= 8, "the answers hardly vary"
    passed = [problem for problem, ok in zip(changed, task.check(changed), strict=True) if ok]
    assert not passed, passed[0]


@pytest.mark.parametrize("name", [name for name in NAMES if get_task(name).family in ("mathematics", "word problems")])
def test_a_wrong_step_never_passes(name):
    task = get_task(name)
    changed = []
    for index in range(20):
        problem, _ = draw(name, "train", 7, index, (1, task.max_difficulty))
        for step in re.finditer(r"=(-?\d+)", problem.solution):
            digit = str((int(problem.solution[step.end() - 1]) + 1) % 10)
            solution = problem.solution[: step.end() - 1] + digit + problem.solution[step.end() :]
            changed.append(replace(problem, solution=solution))
    passed = [problem for problem, ok in zip(changed, task.check(changed), strict=True) if ok]
    assert not passed, passed[0]


@pytest.mark.parametrize("name", NAMES)
def test_splits_never_share_a_problem_whatever_the_seed(name):
    task = get_task(name)
    splits = [split for split in SPLITS if split != "extrapolation" or task.extrapolates]
    hashes = {split: set() for split in splits}
    for split in splits:
        for seed in (0, 1):
            for index in range(6):
                problem, _ = draw(name, split, seed, index, task.levels(split))
                known = heldout.is_vocabulary(task.namespace, problem.canonical) and problem.entry_point
                hashes[split].add((task.hash_of(problem), problem.question if known else ""))
    assert sum(map(len, hashes.values())) == len(set().union(*hashes.values()))


def test_an_item_depends_on_its_key_alone():
    code = (
        "from data_chef.registry import make_items;"
        "print([i.row() for n in ('syllogism','word_problem_2step') for i in make_items(n,'test',9,range(3,5))])"
    )
    alone = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    wide = [
        item.row()
        for name in ("syllogism", "word_problem_2step")
        for item in make_items(name, "test", 9, range(8))[3:5]
    ]
    assert alone.strip() == str(wide)


def test_neighbouring_seeds_are_different_data():
    one = [item.question for item in make_items("addition", "train", 0, range(50), (4, 4))]
    two = [item.question for item in make_items("addition", "train", 1, range(50), (4, 4))]
    assert len(set(one) & set(two)) <= 1


def test_names_and_difficulties_are_checked():
    with pytest.raises(ValueError, match="did you mean 'syllogism'"):
        get_task("sylogism")
    with pytest.raises(ValueError, match="difficulties 1 to 8"):
        make_items("addition", "train", 0, range(1), (10, 10))
    with pytest.raises(ValueError, match="greeting has no harder form"):
        make_items("greeting", "extrapolation", 0, range(1))
    with pytest.raises(ValueError, match="did you mean 'train'"):
        make_items("addition", "trian", 0, range(1))
    with pytest.raises(ValueError, match="digits must be"):
        get_task("addition").config(digits=0).validate()


def test_three_valued_answers_are_balanced():
    for name in ("syllogism", "deduction"):
        counts = Counter(item.answer for item in make_items(name, "train", 0, range(600)))
        assert len(counts) == 3 and min(counts.values()) > 150, counts


def test_every_form_of_the_syllogism_agrees_with_the_models():
    from random import Random

    from data_chef.tasks import syllogism

    seen = Counter()
    for individual in (False, True):
        for answer, forms in syllogism.forms(individual).items():
            for first, second, asked in forms:
                names = ["cats", "dogs", "birds"]
                ids = {0: "cat", 1: "dog", 2: "bird", 3: "Tom"}
                told = [syllogism.tell(s, [*(ids[i] for i in range(3)), "Tom"], Random(0)) for s in (first, second)]
                question = f"{told[0].capitalize()}. {told[1].capitalize()}. Is it true that "
                question += syllogism.tell(asked, ["cat", "dog", "bird", "Tom"], Random(1)) + "?"
                steps = syllogism.worked((first, second), asked, ["cat", "dog", "bird", "Tom"])
                problem = syllogism.Problem(question, "\n".join(steps), answer, "")
                assert syllogism.verify(problem), (question, answer, names)
                nothing = [*steps[:2], steps[2].partition(".")[0] + ". Nothing follows"]
                assert (steps == nothing) == syllogism.verify(replace(problem, solution="\n".join(nothing)))
                seen[answer] += 1
    assert sum(seen.values()) == 512 + 32
