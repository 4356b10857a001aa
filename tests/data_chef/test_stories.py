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
from data_chef.stories.steps import calls, role
from data_chef.stories.story import amount, drawn, told
from data_chef.stories.task import split_by_graph
from data_chef.stories.telling import plural_verb, verbs
from data_chef.stories.verify import _told, line_holds, solve, verify
from training.benchmark.calculator import complete


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
            # A remainder has a line more, a divisor several.
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
    for _, schema in counts.SCHEMAS + counts.ASKED:
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


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("12*7", "<<12*7=84>>"),
        ("37*8", "30*8=240, 7*8=56, 240+56=296, <<37*8=296>>"),
        ("36*16", "36*10=360, 30*6=180, 6*6=36, 180+36=216, 360+216=576, <<36*16=576>>"),
        ("11+9+12", "<<11+9=20>>, <<20+12=32>>"),
        ("40*50/100", "<<40*50=2000>>, <<2000/100=20>>"),
        ("600*5/100", "<<600/100=6>>, <<6*5=30>>"),
        ("7/20*100", "<<100/20=5>>, <<5*7=35>>"),
        ("96/4", "80/4=20, 16/4=4, 20+4=24, <<96/4=24>>"),
        ("84/2", "<<84/2=42>>"),
        ("2.75*6", "2*6=12, 0.75*6=4.5, 12+4.5=16.5, <<2.75*6=16.5>>"),
        ("10-2.5", "<<10-2.5=7.5>>"),
    ],
)
def test_steps_are_single_operations_after_what_is_done_in_the_head(expression, text):
    assert calls(expression) == text and line_holds(f"Total: {text}")


def test_the_calculator_fills_in_what_the_steps_say(problems):
    for problem in problems[:300]:
        for start in (match.start() for match in re.finditer(r"(?<==)[\d.]+>>", problem.solution)):
            result = problem.solution[start:].partition(">>")[0]
            assert complete(problem.solution[:start]).text == f"{result}>>"


@pytest.mark.parametrize(
    "line",
    ["Cost: 30*8=240, 7*8=56, 240+56=297, <<37*8=296>>", "Cost: 30*8=240, 7*8=57, <<37*8=296>>", "Left: <<9-4=6>>"],
)
def test_wrong_work_is_refused(line):
    assert not line_holds(line)


def test_steps_begin_with_a_word_of_few_or_with_an_owner(problems):
    heads = Counter(line.partition(": ")[0] for p in problems for line in p.solution.split("\n") if "<<" in line)
    words = {head for head in heads if "'s" not in head and "<<" not in head}
    assert len(words) < 80 and not any(" " in word for word in words), words
    assert role("apples left", "") == "Left" and role("cost of the red apples", "") == "Cost"
    assert role("red apples", "More") == "More" and role("miles per hour", "") == "Speed"


def test_numbers_are_drawn_by_their_length_and_told_as_people_do():
    rng = Random(0)
    lengths = Counter(len(str(drawn(rng, 2, 1999))) for _ in range(4000))
    assert [round(lengths[n] / 4000, 1) for n in (1, 2, 3, 4)] == [0.4, 0.4, 0.2, 0.0]
    assert all(30 <= drawn(rng, 30, 45) <= 45 for _ in range(200))
    assert {told(rng, 32, 0.5) for _ in range(99)} == {"32", "thirty-two"}
    assert {told(rng, 1250, 0.5) for _ in range(99)} == {"1250", "1,250"}
    assert {amount(rng, 600) for _ in range(99)} == {"600", "600.00"}
    assert _told("Two hundred pens, thirty-two cups and a six-pack for $1,250.00 each.") == {200, 32, 6, 1250}


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


def of_one_question(name, steps, k=60, **knobs):
    return [generate(Random(seed), Config((steps,), questions=(name,), idle_rate=0, **knobs)) for seed in range(k)]


def signs(graphs):
    found = Counter(sign for graph in graphs for sign in graph if sign in "+-*/")
    return {sign: found[sign] / found.total() for sign in "+-*/"}


def test_short_stories_add_and_subtract_more_than_they_multiply():
    short = signs(draw("word_problem_mixed", "train", 0, index, (1, 1))[0].graph for index in range(1200))
    for sign, share in {"+": 0.28, "-": 0.30, "*": 0.24, "/": 0.18}.items():
        assert abs(short[sign] - share) < 0.045, short


@pytest.mark.parametrize(
    ("name", "steps"),
    [("change_unknown", 1), ("change_unknown", 2), ("at_first", 1), ("at_first", 3), ("kinds", 1), ("kinds", 2)]
    + [("difference", 1), ("grouped", 1), ("grouped", 2), ("longer", 1), ("longer", 2), ("older_by", 1)]
    + [("price_gap", 1), ("pattern", 2), ("pattern", 3), ("ratio_parts", 3), ("sum_and_difference", 2)]
    + [("common_factor", 1), ("common_factor", 2), ("common_multiple", 1), ("common_multiple", 2)],
)
def test_a_question_of_everyday_can_be_asked_for_by_name_and_is_right(name, steps):
    problems = of_one_question(name, steps)
    assert all(verify(problem) for problem in problems)
    assert len({re.sub(r"\d+", "N", problem.question) for problem in problems}) > 55


def test_the_unknown_may_be_the_change_the_start_or_a_part():
    for problem in of_one_question("change_unknown", 1) + of_one_question("price_gap", 1):
        assert signs([problem.graph])["-"] == 1
    assert {sign for sign, share in signs(p.graph for p in of_one_question("at_first", 1)).items() if share} == set(
        "+-*"
    )
    assert {sign for sign, share in signs(p.graph for p in of_one_question("kinds", 1)).items() if share} == set("+-")


def test_what_there_was_before_is_only_asked_where_the_question_says_so(problems):
    told = re.compile(r"at first|in the beginning|to begin with|at the start")
    before = [problem for problem in problems if "before_that" in problem.structure]
    assert before
    assert all(told.search(problem.question.split(". ")[-1]) for problem in before)


def test_no_sort_has_two_numbers():
    """What a total is made of is told once: not "12 red apples" and then 7 of them."""
    told_twice = re.compile(r"(?:has|had|owned|owns) (?:only |a total of )?\d+ (?!more|fewer|times)(\w+ \w+)")
    for problem in of_one_question("how_many", 4, 400, topics=("counts",), must=("parts",)):
        told = told_twice.findall(problem.question)
        one_person = not re.search(r"\b(?:than|as|together|altogether|combined|in total)\b", problem.question, re.I)
        assert not one_person or len(set(told)) == len(told), problem.question


def test_a_total_names_its_places_where_the_story_has_others():
    several = 0
    for problem in of_one_question("in_total", 3, 400, topics=("counts",)):
        places = set(re.findall(r"\b(?:in|at|on) (the [a-z ]+?)(?= (?:there|than|are|were)|[.,?])", problem.question))
        if len(places) > 2 and (asked := re.search(r"total number of ([a-z -]+)[.?]$", problem.question)):
            several += 1
            assert re.search(r" the | that they ", asked[1]), problem.question
    assert several
