"""The tables behind the chat tasks, and that no reply passes for a question it does not belong to."""

import re
from dataclasses import replace
from random import Random

import pytest

from data_chef import about
from data_chef.arithmetic import evaluate
from data_chef.glossary import PAIRS, TERMS, WHY
from data_chef.pythonisms import CONCEPTS, STATEMENTS
from data_chef.registry import draw, tasks
from data_chef.talk import Talk, bare, dress, pick, undressed


CHAT = [name for name, task in tasks().items() if task.family == "chat"]


def test_examples_of_python_are_true():
    for name, (_, example, result) in CONCEPTS.items():
        if "; " in example:
            names: dict = {}
            exec(example, names)
            value = names["x"]
        else:
            value = eval(example)
        assert repr(value) == result, name
    assert len(CONCEPTS) + len(STATEMENTS) >= 80


def test_tables_are_clean():
    assert len(TERMS) >= 150 and len(PAIRS) >= 50 and len(WHY) >= 40
    texts = [
        *TERMS.values(),
        *PAIRS.values(),
        *WHY.values(),
        *STATEMENTS.values(),
        *(told for told, *_ in CONCEPTS.values()),
    ]
    texts += [reply for table in (about.WHAT, about.LIMITS) for _, replies in table.values() for reply in replies]
    for text in texts:
        assert text == text.strip() and "  " not in text and len(text) < 200 and text.isascii()
    assert len({bare(term) for term in TERMS}) == len(TERMS)
    assert all(text[0].islower() or text[0] == "-" for text in TERMS.values())
    assert all(text.startswith("Because") for text in WHY.values())


def test_dressing_comes_off_again():
    for seed in range(300):
        question = dress(Random(seed), "What is a prime number?")
        assert "what is a prime number" in undressed(question), question


def test_two_topics_cannot_be_asked_alike():
    with pytest.raises(ValueError, match="two topics"):
        Talk({"a": (("Who?",), ("Me.",)), "b": (("Who?",), ("You.",))})


def test_the_same_question_gets_the_same_reply():
    assert pick("Who are you?", "abcdef") == pick("Who are you?", "abcdef")
    assert len({pick(f"question {n}", "abcdef") for n in range(60)}) == 6


@pytest.mark.parametrize("name", CHAT)
def test_replies_are_short_and_plain(name):
    task = tasks()[name]
    for index in range(40):
        problem, _ = draw(name, "train", 4, index, (1, task.max_difficulty))
        assert len(problem.answer) <= 200 and problem.answer.isascii() and problem.question.isascii()
        assert "{" not in problem.answer or name in ("ask_help", "python_concept")
        assert not task.verify(replace(problem, answer=problem.answer + " So there."))


def test_marked_slips_are_wrong_and_everything_else_is_right():
    for name in ("reflection_arithmetic", "reflection_equation"):
        slips = 0
        for index in range(200):
            problem, _ = draw(name, "train", 2, index, (1, 3))
            for line in problem.solution.split("\n"):
                for left, right, mark in re.findall(r"([\d+*/-]+)=(-?\d+)(\??)", line):
                    assert (evaluate(left) == int(right)) == (mark == ""), problem
                    slips += mark == "?"
            assert ("?" in problem.solution) == ("Correction" in problem.solution)
        assert 60 < slips < 180, name


def test_yes_and_no_are_balanced():
    for name in ("yes_no_fact", "correct_me"):
        answers = [draw(name, "train", 3, index, (1, 2))[0].answer[:2] for index in range(200)]
        assert 50 < answers.count("Ye") < 150, name
