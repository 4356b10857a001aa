"""Answers are read as people would read them, and not better."""

from fractions import Fraction

import pytest

from training.benchmark.extraction import (
    choice_answers,
    extract_code,
    math_answers,
    numbers_in,
    parse_number,
    program_of,
    same_answer,
    solution_program,
    text_answers,
)


@pytest.mark.parametrize(
    "text, value",
    [
        ("1,200", 1200),
        ("$1,234.50", Fraction(2469, 2)),
        ("-$5", -5),
        ("$-5", -5),
        ("18.0", 18),
        (".5", Fraction(1, 2)),
        ("3/4", Fraction(3, 4)),
        ("1 1/2", Fraction(3, 2)),
        ("-1/2", Fraction(-1, 2)),
        ("50%", 50),
        ("50 percent", 50),
        ("−7", -7),
        ("7.", 7),
        ("12 apples", None),
        ("1/0", None),
        ("", None),
        ("1e5", None),
        ("1e999999999", None),
        ("9" * 10000, None),
        ("1,2,3", None),
    ],
)
def test_numbers_as_people_write_them(text, value):
    assert parse_number(text) == value


def test_numbers_of_a_text():
    text = "She has 3 bags of 1,200 and -5.50 left; 10-4=6, x2, 3/4 of $20, .5 and 2nd. Total: 18."
    assert numbers_in(text) == ["3", "1,200", "-5.50", "10", "4", "6", "3/4", "$20", ".5", "2", "18"]


@pytest.mark.parametrize(
    "given, expected, same",
    [
        ("1,200", "1200", True),
        ("$18.00", "18", True),
        ("0.3333333", "1/3", True),
        ("0.33", "1/3", False),
        ("2", "2.5", False),
        ("42 apples", "42", True),
        ("42 of 50", "42", False),
        ("3; 4", "3 and 4", True),
        ("4; 3", "3 and 4", False),
        ("3", "3 and 4", False),
        ("Monday", "monday.", True),
        ("Monday", "Sunday", False),
        ("x", "12", False),
    ],
)
def test_same_answer(given, expected, same):
    assert same_answer(given, expected) is same


def test_strict_wants_the_mark_and_lenient_takes_the_last_number():
    assert math_answers("6*2=12\n#### 12 \nand 13") == ("12", "12")
    assert math_answers("#### 4\nno:\n#### 5") == ("5", "5")
    assert math_answers("So she pays $1,250.") == (None, "$1,250")
    assert math_answers(r"thus \boxed{7} of 9") == (None, "7")
    assert math_answers("nothing") == (None, None)
    # A mark without an answer is none.
    assert math_answers("3\n####") == (None, "3")


WORLDS = ["True", "False", "Unknown"]


@pytest.mark.parametrize(
    "text, strict, lenient",
    [
        ("Erin is cold.\n#### Unknown", 2, 2),
        ("#### B", 1, 1),
        ("#### (b) False", 1, 1),
        ("#### **false**.", 1, 1),
        ("It is not true. It is false, I think", None, 1),
        ("The answer is C", None, 2),
        ("(A)", None, 0),
        ("a dog is true", None, 0),
        ("falsehood and untrue", None, None),
        ("#### dunno", None, None),
        ("#### probably True", None, 0),
        ("True\n#### ", None, 0),
    ],
)
def test_choices(text, strict, lenient):
    assert choice_answers(text, WORLDS) == (strict, lenient)


def test_letters_count_only_where_they_were_shown():
    assert choice_answers("#### B", ["Yes", "No"], lettered=False) == (None, None)
    assert choice_answers("answer is B", ["Yes", "No"], lettered=False) == (None, None)
    assert choice_answers("#### no", ["Yes", "No"], lettered=False) == (1, 1)


def test_options_that_are_numbers():
    options = ["5 km", "2.5", "25", "1,000"]
    assert choice_answers("#### 1000", options) == (3, 3)
    assert choice_answers("#### 25.0", options) == (2, 2)
    assert choice_answers("it takes 2.5", options) == (None, 1)
    assert choice_answers("it takes 32.5", options) == (None, None)
    assert choice_answers("#### apple, milk", ["apple,milk", "milk"]) == (0, 0)


def test_of_options_inside_each_other_the_longer_is_meant():
    assert choice_answers("it is not known", ["known", "not known"], False) == (None, 1)


def test_text():
    assert text_answers("x\n#### 1,200.") == ("1200", "1200")
    assert text_answers("first\nHello there.") == (None, "hello there")
    assert text_answers("Hello there.", with_steps=False) == ("hello there", "hello there")
    assert text_answers("") == (None, None)


HEAD = (
    'from typing import List\n\n\ndef helper(x):\n    return x\n\n\ndef double(x: int) -> int:\n    """Twice x."""\n'
)


def run(program):
    space: dict = {}
    exec(program, space)
    return space


@pytest.mark.parametrize(
    "text",
    [
        "```python\ndef double(x: int) -> int:\n    return helper(2 * x)\n```",
        "Here:\n```\ndef double(x):\n    a: List = [2]\n    return a[0] * x\n```\nIt works like this: ...",
        "```py\n    return 2 * x\n```",
        "    return 2 * x\n",
        "return 2 * x",
        "y = 0\nfor _ in range(2):\n    y += x\nreturn y",
        "y = x\n    return y + x",
        "```python\nassert 1\n```\n```python\ndef double(x):\n    return 2 * x\n```",
        "def double(x):\n    return 2 * x\n\nThat is all there is to say.",
        "```python\ndouble = lambda x: 2 * x",
    ],
)
def test_a_completion_becomes_a_program(text):
    assert run(program_of(text, {"prompt": HEAD, "entry_point": "double"}))["double"](21) == 42


def test_a_question_in_words_is_not_put_before_the_program():
    problem = {"prompt": "Write double(x).\nassert double(2) == 4", "entry_point": "double"}
    assert (
        program_of("```python\ndef double(x):\n    return 2 * x\n```", problem) == "def double(x):\n    return 2 * x\n"
    )
    assert program_of("no program", problem) == "no program"
    shown = {"prompt": "Mend this:\n\ndef double(x):\n    return x", "entry_point": "double"}
    assert program_of("```python\nassert double(2) == 2\n```", shown) == "assert double(2) == 2\n"


def test_broken_programs_stay_broken():
    problem = {"prompt": HEAD, "entry_point": "double"}
    with pytest.raises(SyntaxError):
        run(program_of("```python\ndef double(x) return\n```", problem))
    # The parser's own limits are not ours to fall over.
    assert program_of("(" * 5000, problem)


def test_fences():
    assert extract_code("```python\na\n```\n```\nb\n```") == "a\n"
    assert extract_code("```Python3\na") == "a"
    assert extract_code("a") == "a"


def test_a_solution_is_a_fenced_program_that_defines_it():
    assert solution_program("```python\ndef solution():\n    return 3\n```") == "def solution():\n    return 3\n"
    assert solution_program("def solution():\n    return 3") is None
    assert solution_program("```python\ndef resolution():\n    return 3\n```") is None
