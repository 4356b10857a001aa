"""Written arithmetic: every line right, every result reached, and no wrong digit passes the check."""

import re
from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest

from data_chef import arithmetic
from data_chef.arithmetic import equations_hold, evaluate, reaches
from data_chef.registry import draw, get_task
from data_chef.tasks import gcd, prime_factors


RNG = Random(1)
PAIRS = [(RNG.randint(0, 10 ** RNG.randint(1, 5)), RNG.randint(1, 10 ** RNG.randint(1, 4))) for _ in range(200)]


def last_number(lines: list[str]) -> int:
    return int(re.findall(r"\d+", lines[-1])[-1])


@pytest.mark.parametrize("a, b", PAIRS[:60])
def test_written_sums_products_and_quotients_are_right(a, b):
    large, small = max(a, b), min(a, b)
    written = {
        a + b: [arithmetic.addition_lines(a, b), arithmetic.column_lines([a, b]), [arithmetic.sum_chain(a, b)]],
        large - small: [arithmetic.subtraction_lines(large, small), [arithmetic.difference_chain(large, small)]],
        a * b: [arithmetic.product_lines(a, b), arithmetic.product_steps(a, b)],
        a // b: [arithmetic.division_lines(a, b)],
        a: [arithmetic.divided_lines(a * b, b)],
    }
    for value, ways in written.items():
        for lines in ways:
            assert last_number(lines) == value
            assert reaches("\n".join(lines), re.findall(r"\d+", lines[-1])[-1]), lines


@pytest.mark.parametrize("a, b", PAIRS[60:90])
def test_every_wrong_result_is_noticed(a, b):
    texts = [
        arithmetic.sum_chain(a, b),
        arithmetic.difference_chain(max(a, b), min(a, b)),
        "\n".join(arithmetic.product_steps(a, b)),
        "\n".join(arithmetic.column_lines([a, b, a + b])),
        "\n".join(arithmetic.division_lines(a, b)),
        f"{a}/{b}={Fraction(a, b)}",
    ]
    for text in texts:
        assert equations_hold(text), text
        for result in re.finditer(r"=(\d+)", text):
            digit = str((int(text[result.end() - 1]) + 1) % 10)
            wrong = text[: result.end() - 1] + digit + text[result.end() :]
            assert not equations_hold(wrong), (text, wrong)


def test_chains_as_a_whole_and_from_step_to_step():
    assert equations_hold("34*7=30*7+4*7=210+28=238") and equations_hold("4*6=24+4=28")
    assert equations_hold("2^5=32 and (-3)^2=9 and 10^-2=0.01 and 25%=25/100=1/4.")
    assert not equations_hold("34*7=30*7+4*7=210+28=239") and not equations_hold("4*6=25+4=29")
    assert not equations_hold("41=41+1"), "a bare number is not what a side begins with"
    assert not equations_hold("4+9=13+7=19+1=20") and not equations_hold("-17+(-10)=-27-10")
    assert not equations_hold("7/0=1") and not equations_hold("3+=4")


@pytest.mark.parametrize("a, b", [(RNG.randint(-999, 999), RNG.randint(-999, 999)) for _ in range(60)])
def test_signed_chains_settle_the_sign_and_reach_the_value(a, b):
    for operator, value in (("+", a + b), ("-", a - b), ("*", a * b)):
        chain = arithmetic.signed_chain(a, operator, b)
        assert chain.startswith(f"{a}{operator}") and reaches(chain, f"={value}"), chain


def test_one_small_fact_after_the_other():
    assert arithmetic.product_chain(77, 7) == "77*7=70*7+7*7=490+49=530+9=539"
    assert arithmetic.product_chain(8, 59) == "8*59=8*50+8*9=400+72=472"
    assert arithmetic.signed_chain(8, "-", -2) == "8-(-2)=8+2=10"
    assert arithmetic.signed_chain(9, "-", 53) == "9-53=-(53-9)=-44"
    assert arithmetic.division_fact(56, 6) == "56/6: 9*6=54, 56-54=2"
    assert arithmetic.widened_steps(3, 4, 12) == ["12/4=3, 3*3=9, 3/4=9/12"]
    assert arithmetic.widened_steps(3, 4, 4) == []


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            gcd.euclid(76, 44)[0],
            ["76/44: 76-44=32", "44/32: 44-32=12", "32/12: 2*12=24, 32-24=8", "12/8: 12-8=4", "8/4: 2*4=8, 8-8=0"],
        ),
        (
            prime_factors.factor_lines(42),
            ["42/2=21, 42=2*21", "2: 21 ends in 1", "3: 21-21=0, 21/3=7, 42=2*3*7", "7<3*3, 7 is prime"],
        ),
    ],
)
def test_worked_steps_of_tasks(lines, expected):
    assert lines == expected


@pytest.mark.parametrize(
    ("name", "pattern", "wrong"),
    [
        ("gcd", r"\n.*$", ""),
        ("lcm", r"^.*\n", ""),
        ("division", r"^.*\n", "1/1: 1*1=1, 1-1=0, write 1\n"),
        ("prime_factors", r"^.*\n", ""),
        ("mental_arithmetic", r"^.*\n", "1+1=2\n"),
        ("primality", r"=\d+$", "=0"),
    ],
)
def test_steps_that_do_not_belong_are_noticed(name, pattern, wrong):
    """True equations alone are not the way to the answer."""
    task, tampered = get_task(name), 0
    for index in range(30):
        problem, _ = draw(name, "train", 3, index, (2, 2))
        solution = re.sub(pattern, wrong, problem.solution, count=1, flags=0 if wrong != "=0" else re.MULTILINE)
        if solution != problem.solution and "\n" in problem.solution:
            tampered += 1
            assert not task.verify(replace(problem, solution=solution)), (problem, solution)
    assert tampered > 5


def test_a_solution_must_reach_its_answer_in_right_columns_and_order():
    assert reaches("2<3\n12+5=17", "17") and not reaches("3<2\n12+5=17", "17")
    assert not reaches("12+5=17", "7"), "7 is only the end of 17"
    assert not reaches("7+6=13 carry 1 write 4\n1+2=3 write 33", "33")
    assert not reaches("multiples of 7: 7, 14, 22\n2*7=14", "14")


@pytest.mark.parametrize("text", ["2**9", "9//2", "a+1", "2^100", "2^3^3", "__import__", "", "2(3)"])
def test_what_is_not_plain_arithmetic_is_refused(text):
    with pytest.raises(ValueError):
        evaluate(text)


def test_values_agree_with_python():
    rng = Random(2)
    for _ in range(300):
        text = str(rng.randint(0, 99)) + "".join(f"{rng.choice('+-*/')}{rng.randint(1, 99)}" for _ in range(4))
        if rng.random() < 0.3:
            text = f"({text})-{rng.randint(1, 9)}^2"
        exact = re.sub(r"(?<!\^)\b(\d+)", r"Fraction(\1)", text).replace("^", "**")
        assert evaluate(text) == eval(exact), text


def test_decimals_and_fractions_as_text():
    assert [arithmetic.decimal(n, 2) for n in (5, 427, -3, 1200)] == ["0.05", "4.27", "-0.03", "12.00"]
    assert arithmetic.decimal_text(Fraction(1, 8)) == "0.125" and arithmetic.trimmed("4.20") == "4.2"
    assert arithmetic.reduced_chain(18, 48) == "18/48=9/24=3/8" and arithmetic.reduced_chain(12, 4) == "12/4=6/2=3"
    assert arithmetic.common_lines(4, 6) == (12, ["multiples of 6: 6, 12", "12/4=3"])
    with pytest.raises(ValueError, match="no decimal"):
        arithmetic.decimal_text(Fraction(1, 3))
