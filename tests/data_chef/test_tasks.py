"""Every task: its items hold up, wrong ones do not, and an item depends on nothing but its key."""

import subprocess
import sys
from collections import Counter
from dataclasses import replace

import pytest

from data_chef.item import canonical_hash
from data_chef.registry import draw, get_task, make_items, tasks
from data_chef.splits import SPLITS
from data_chef.text import extract_answer, normalize_answer, response


NAMES = list(tasks())
REQUIRED = {"addition", "subtraction", "product_2x2", "word_problem_2step", "linear_equation", "syllogism"}


def test_there_are_the_tasks_of_the_issue():
    assert REQUIRED <= set(NAMES) and len(NAMES) >= 20


@pytest.mark.parametrize("name", NAMES)
def test_items_of_every_difficulty_pass_their_second_computation(name):
    for difficulty in range(1, get_task(name).max_difficulty + 1):
        items = make_items(name, "train", 5, range(40), (difficulty, difficulty))
        kept = [item for item in items if item]
        assert len(kept) >= 32, "too many items fail their verification"
        for item in kept:
            assert item.difficulty == difficulty and item.split == "train" and item.question.strip()
            if not item.entry_point:
                assert extract_answer(response(item.row())) == normalize_answer(item.answer)


def wrong(problem):
    """The problem with another answer, of the same kind."""
    swaps = {"Yes": "No", "No": "Unknown", "Unknown": "Yes", "True": "False", "False": "True"}
    if problem.entry_point:
        return replace(problem, answer=problem.answer.replace("return ", "return None and ", 1))
    if problem.answer in swaps:
        return replace(problem, answer=swaps[problem.answer])
    if problem.answer.lstrip("-").isdigit():
        return replace(problem, answer=str(int(problem.answer) + 1))
    if problem.answer.isalpha():
        others = set(problem.question.replace(".", " ").split()) - {problem.answer}
        return replace(problem, answer=sorted(word for word in others if word[0].isupper() and word != "Who")[0])
    return replace(problem, answer=problem.answer[:-1] + str((int(problem.answer[-1]) + 1) % 10))


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_answer_never_passes(name):
    task = get_task(name)
    problems = [draw(name, "train", 6, index, (1, task.max_difficulty))[0] for index in range(30)]
    if name == "prime_factors":
        assert not task.verify(replace(problems[0], answer=problems[0].answer + "*2"))
        problems = problems[:0]
    changed = [wrong(problem) for problem in problems]
    assert all(a.answer != b.answer for a, b in zip(problems, changed, strict=True))
    assert not any(task.check(changed)) if changed else True


@pytest.mark.parametrize("name", ["addition", "subtraction", "product_2x2", "linear_equation", "gcd", "expression"])
def test_a_wrong_step_never_passes(name):
    task = get_task(name)
    caught = 0
    for index in range(30):
        problem, _ = draw(name, "train", 7, index, (1, 1))
        at = problem.solution.find("=")
        if at < 0 or not problem.solution[at + 1].isdigit():
            continue
        digit = str((int(problem.solution[at + 1]) + 1) % 10)
        caught += 1
        assert not task.verify(
            replace(problem, solution=problem.solution[: at + 1] + digit + problem.solution[at + 2 :])
        )
    assert caught > 10


@pytest.mark.parametrize("name", NAMES)
def test_splits_never_share_a_problem_whatever_the_seed(name):
    hashes = {split: set() for split in SPLITS}
    for split in SPLITS:
        for seed in (0, 1):
            for index in range(25):
                problem, _ = draw(name, split, seed, index, (1, get_task(name).max_difficulty))
                hashes[split].add(canonical_hash(name, problem.canonical))
    assert not hashes["train"] & hashes["test"]
    assert not hashes["train"] & hashes["validation"]
    assert not hashes["validation"] & hashes["test"]


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
        make_items("addition", "train", 0, range(1), (9, 9))
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
                problem = syllogism.Problem(question, "", answer, "")
                assert syllogism.verify(problem), (question, answer, names)
                seen[answer] += 1
    assert sum(seen.values()) == 512 + 32
