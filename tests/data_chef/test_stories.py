"""Word problems from graphs: the solver, the wordings, that facts and steps agree, that structures are held out."""

import re
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest

from data_chef.registry import draw, get_task, tasks
from data_chef.stories import counts, make, money
from data_chef.stories.make import Config, generate
from data_chef.stories.task import split_by_graph
from data_chef.stories.telling import plural_verb, verbs
from data_chef.stories.verify import _told, solve, verify


STEPS = (1, 2, 2, 3, 3, 4, 5, 6)


@pytest.fixture(scope="module")
def problems():
    return [generate(Random(seed), Config(STEPS)) for seed in range(1500)]


@pytest.mark.parametrize(
    ("facts", "wanted", "value"),
    [
        ("q1 + 3 4", "q1", 7),
        ("12 + q1 5", "q1", 7),
        ("q2 * q1 3;q1 + 2 2", "q2", 12),
        ("10 * q1 4", "q1", Fraction(5, 2)),
        ("q1 * 7 c52", "q1", 364),
        ("q1 * 60 25/100", "q1", 15),
        ("30 + q1 q1 q1", "q1", 10),
        ("q1 ceil 17 5;q2 * q1 2", "q2", 8),
        # Heads and legs: two unknowns in two equations.
        ("7 + q1 q2;q3 * q1 2;q4 * q2 4;20 + q3 q4", "q2", 3),
        ("q1 + q2 1", "q1", None),
    ],
)
def test_facts_are_solved_without_the_steps(facts, wanted, value):
    assert solve(facts, wanted) == value


def test_facts_that_contradict_are_no_answer():
    with pytest.raises(ValueError, match="does not hold"):
        solve("q1 + 1 1;3 + q1 q1;q2 + q3 1", "q2")


def test_facts_steps_and_questions_agree(problems):
    assert all(verify(problem) for problem in problems)


def test_every_problem_takes_as_many_steps_as_asked_for():
    for steps in (1, 2, 4, 8):
        for seed in range(15):
            solution = generate(Random(seed), Config((steps,))).solution
            # A product of two longer numbers is worked out beside its step, a remainder has a line more.
            assert steps <= len(solution.split("\n")) <= 2 * steps + 6


def test_every_schema_and_question_is_reached(monkeypatch):
    used: Counter = Counter()
    original = make._attempt

    def attempt(rng, config, question, steps):
        problem = original(rng, config, question, steps)
        used[question.__name__] += verify(problem)
        return problem

    monkeypatch.setattr(make, "_attempt", attempt)
    for seed in range(2500):
        generate(Random(seed), Config(STEPS))
    asked = {question.__name__ for _, questions, _ in make.TOPICS.values() for _, question in questions}
    assert asked == {name for name, times in used.items() if times}


def test_each_schema_of_counts_and_money_can_be_asked_for_by_name():
    for _, schema in counts.SCHEMAS:
        name = schema.__name__
        config = Config((3,), topics=("counts",), questions=("how_many",), must=(name,))
        assert verify(generate(Random(1), config)), name
    assert {schema.__name__ for _, schema in (*money.COSTS, *money.MONEYS)} >= {"bill", "discount", "wage", "profit"}


def test_a_number_that_the_question_does_not_tell_is_refused(problems):
    refused = 0
    for problem in problems[:300]:
        told = re.findall(r"(?<![\w.$:/])\d+(?![\w%.:/])", problem.question)
        needed = set(re.findall(r"(?<![\w/.])\d+(?![\w/.])", problem.canonical))
        for number in set(told) & needed:
            if len(re.findall(rf"(?<!\d){number}(?!\d)", problem.question)) == 1:
                changed = re.sub(rf"(?<![\w.$:/]){number}(?![\w%.:/])", "7919", problem.question)
                # It may be told a second time, in a word: "a fifth as many".
                if Fraction(number) not in _told(changed):
                    assert not verify(replace(problem, question=changed)) or number in ("2", "100")
                    refused += 1
    assert refused > 150


def test_the_wording_is_whole_english(problems):
    for problem in problems:
        text = problem.question
        assert not re.search(r"[{}\[\]|_]|  | [.,?]|\.\.|\ba (?=[aeio]\w)(?!one|un)|\b1 \w+s have", text), text
        for sentence in re.split(r"(?<=[.?!]) ", text):
            assert sentence[0].isupper() or sentence[0].isdigit(), text
        assert text[-1] in "?."


def test_most_questions_are_told_apart_by_more_than_numbers(problems):
    masked = {re.sub(r"\d+", "N", problem.question) for problem in problems}
    assert len(masked) > 0.97 * len(problems)


def test_some_numbers_are_not_needed(problems):
    idle = 0
    for problem in problems:
        told = Counter(re.findall(r"(?<![\w.])\d+(?![\w.]*\d)", problem.question))
        needed = Counter(re.findall(r"(?<![\w.])\d+", problem.canonical))
        idle += bool(told - needed)
    assert 0.1 < idle / len(problems) < 0.5


def test_a_problem_depends_on_its_generator_alone():
    assert [generate(Random(3), Config(STEPS)) for _ in range(3)].count(generate(Random(3), Config(STEPS))) == 3


def test_the_test_split_has_graphs_that_training_never_sees():
    graphs = {split: set() for split in ("train", "test")}
    for split in graphs:
        for index in range(60):
            problem, _ = draw("word_problem_mixed", split, 0, index, (3, 4))
            graphs[split].add(problem.graph)
    held = {g for g in graphs["test"] if g.count("(") > 2} - graphs["train"]
    assert held
    for name, task in tasks().items():
        if task.split_of is split_by_graph:
            assert task.namespace == "word_problem", name


def test_verbs_change_with_tense_and_number():
    assert verbs("[buys|bought] 3", past=True) == "bought 3"
    assert verbs("[has|had] and [goes|went]", past=False, plural=True) == "have and go"
    assert [plural_verb(v) for v in ("washes", "carries", "is", "does", "gives away")] == [
        "wash", "carry", "are", "do", "give away",
    ]  # fmt: skip


def test_impossible_knobs_are_refused():
    with pytest.raises(ValueError, match="no word problem of 9 steps"):
        generate(Random(0), Config((9,), topics=("shapes",)))
    for bad in (
        {"steps": ()},
        {"steps": (13,)},
        {"steps": (1,), "topics": ("cooking",)},
        {"steps": (1,), "idle_rate": 2},
    ):
        with pytest.raises(ValueError):
            Config(**bad).validate()
    assert get_task("word_problem_mixed").config.at(3).validate() is None
