"""The calculator is exact, safe and called only where a calculation stands."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.benchmark.calculator import Completion, complete, evaluate, written


@pytest.mark.parametrize(
    "expression, value",
    [
        ("48/2", 24),
        ("2+3*4-1", 13),
        ("(2+3)*4", 20),
        ("7 // 2", 3),
        ("-7//2", -4),
        ("-7%3", 2),
        ("2**3**2", 512),
        ("-2**2", -4),
        ("2**-1", Fraction(1, 2)),
        ("3^2", 9),
        ("0.1+0.2", Fraction(3, 10)),
        (".5*4", 2),
        ("1/3*3", 1),
        ("007+1", 8),
        ("1,250*4", 5000),
        ("6 × 7 − 2 ÷ 2", 41),
        ("8*-1", -8),
    ],
)
def test_values_are_exact(expression, value):
    assert evaluate(expression) == value


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "1/0",
        "5%0",
        "0**-1",
        "2x+1",
        "2 3",
        "(1+2",
        "1+2)",
        "1+",
        "9**9**9**9",
        "10**30",
        "2**0.5",
        "__import__('os')",
        "1e9",
        "1=1",
        "1" * 40,
        "(" * 100_000 + "1",
        "1,25*4",
    ],
)
def test_what_is_no_arithmetic_or_out_of_bounds_has_no_value(expression):
    assert evaluate(expression) is None


@given(st.lists(st.tuples(st.sampled_from("+-*"), st.integers(0, 999)), max_size=4), st.integers(-999, 999))
def test_agrees_with_python_on_whole_numbers(rest, first):
    expression = f"{first}" + "".join(f"{sign}{number}" for sign, number in rest)
    assert evaluate(expression) == eval(expression, {"__builtins__": {}})  # noqa: S307


@given(st.text("0123456789+-*/%^(). ", max_size=30))
def test_never_raises(text):
    evaluate(text)
    complete(text + "=")


@pytest.mark.parametrize(
    "value, text",
    [
        (Fraction(12), "12"),
        (Fraction(-3), "-3"),
        (Fraction(1, 2), "0.5"),
        (Fraction(-1, 8), "-0.125"),
        (Fraction(45, 2), "22.5"),
        (Fraction(1, 100), "0.01"),
        (Fraction(1, 3), None),
    ],
)
def test_numbers_are_written_as_in_the_corpus(value, text):
    assert written(value) == text


@pytest.mark.parametrize(
    "text, result",
    [
        ("Length and width: <<35+26=", "61>>"),
        ("<<6*3.75=", "22.5>>"),
        ("<<5/2=", "2.5>>"),
        ("<< 5 * 2 =", " 10>>"),
        ("<< 5 * 2 = ", "10>>"),
        ("so <<1/3*3=1>> and <<8-11=", "-3>>"),
    ],
)
def test_calls_are_completed_and_closed(text, result):
    assert complete(text, plain=False) == complete(text) == Completion(result, closed=True)


@pytest.mark.parametrize("text", ["<<1/3=", "<<x+1=", "<<5/0=", "<<2*3=6>> 4*5=", "<<2*3", "2*3=6>>"])
def test_calls_that_are_left_to_the_model(text):
    assert complete(text) is None


@pytest.mark.parametrize(
    "text, result",
    [
        ("8*4=", "32"),
        ("a line\n8 * 4 =", " 32"),
        ("8 * 4 = ", "32"),
        ("New: 2*6=", "12"),
        ("7+6=13 carry 1, 2+5+1=", "8"),
        ("In all 46.4/8=", "5.8"),
        ("- 3*4 =", " 12"),
        ("1. 3*4=", "12"),
        ("-36/6=", "-6"),
        ("(14+2)/2=", "8"),
        ("(-2)*3=", "-6"),
        ("0.101*100=", "10.1"),
        ("it is 3+4=", "7"),
        ("```\nx\n```\n8*4=", "32"),
    ],
)
def test_plain_equations_are_completed(text, result):
    assert complete(text) == Completion(result, closed=False)
    assert complete(text, plain=False) is None


@pytest.mark.parametrize(
    "text",
    [
        "2x + 3=",
        "x + 3*4=",
        "y = 3*4=",
        "7*25=20*7+5*7=",
        "5=",
        "-5=",
        "x=",
        "6/8=",
        "1-7/10=",
        "$5*3=",
        "a5*3=",
        "10 3*4=",
        "```python\nif 5 % 2 =",
        "8*4=3",
        "8*4==",
    ],
)
def test_plain_equations_that_are_left_to_the_model(text):
    assert complete(text) is None
