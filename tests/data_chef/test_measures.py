"""Steps, clocks, calendars and tables of the tasks about measures, against the standard library."""

import re
import statistics
import sys
from calendar import monthrange
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest

from data_chef import measures as ms
from data_chef.item import Problem
from data_chef.registry import draw, get_task, tasks


MINE = [name for name, task in tasks().items() if hasattr(sys.modules[task.generate.__module__], "sound")]


def result(steps: str) -> str:
    return steps.rpartition("=")[2]


def problems(name: str, count: int = 60) -> list[Problem]:
    return [draw(name, "train", 3, index, (1, get_task(name).max_difficulty))[0] for index in range(count)]


def drawn(rng: Random) -> int:
    return rng.randrange(10 ** rng.randint(1, 4))


def test_steps_are_right_and_end_with_the_result():
    rng = Random(1)
    for _ in range(500):
        a, b = drawn(rng), drawn(rng) + 1
        x, y = Decimal(a).scaleb(-rng.randint(0, 2)), Decimal(b).scaleb(-rng.randint(0, 2))
        for steps, expected in (
            (ms.plus(x, y), x + y),
            (ms.minus(max(x, y), min(x, y)), abs(x - y)),
            (ms.times(x, y), x * y),
            (ms.times(a, b), a * b),
            (ms.over(a * b, b), a),
            (ms.sums([a, b, a + b]), 2 * (a + b)),
        ):
            assert Fraction(result(steps)) == Fraction(expected)
            assert ms.steps_hold(steps)
        assert ms.steps_hold(ms.split_off(a, b)) and ms.split_off(a, b).endswith(f"{a}={a // b}*{b}+{a % b}")


def test_over_refuses_a_rest():
    with pytest.raises(ValueError, match="3 does not divide 10"):
        ms.over(10, 3)


def test_any_changed_digit_is_noticed():
    rng = Random(2)
    for _ in range(60):
        a, b = drawn(rng) + 13, drawn(rng) + 13
        steps = "\n".join((ms.times(a, b), ms.plus(a, b), ms.over(a * b, b), ms.split_off(a, 7)))
        for match in re.finditer(r"=(\d+)", steps):
            for place in range(match.start(1), match.end(1)):
                changed = f"{steps[:place]}{(int(steps[place]) + 1) % 10}{steps[place + 1 :]}"
                assert not ms.steps_hold(changed), changed


@pytest.mark.parametrize("text", ["x=5", "2+2=", "2+3=6", "1/0=2", "2*(3=6", "08=8+1", "7=2*3", "pi*4=4", "side a=7"])
def test_wrong_steps_do_not_hold(text):
    assert not ms.steps_hold(text)


@pytest.mark.parametrize("text", ["", "no sums here", "pi*4=4*pi", "1/3+1/3=2/3", "-3+5=2", "y = 3x + 1", "3^2=9"])
def test_right_steps_hold(text):
    assert ms.steps_hold(text)


def test_sound_wants_the_answer_at_the_end():
    problem = Problem("2+3?", "2+3=5", "5", "2+3")
    assert ms.sound(problem, "5")
    assert not ms.sound(problem, "6")
    assert not ms.sound(replace(problem, solution="2+13=15"), "5")
    assert not ms.sound(replace(problem, solution="2-7=-5"), "5")
    assert not ms.sound(replace(problem, solution="2+3=5\nfive"), "5")


def test_questions_are_read_back():
    kinds = {"sum": ("{a} and {b}?",), "twice": ("{a} twice, {a}!", "{word} {n}")}
    assert ms.read_kind(kinds, "3 and 4.5?") == ("sum", {"a": 3, "b": Fraction(9, 2)})
    assert ms.read_kind(kinds, "7 twice, 7!") == ("twice", {"a": 7})
    assert ms.read(kinds["twice"], "cats -2") == {"word": "cats", "n": -2}
    with pytest.raises(ValueError, match="none of the phrasings"):
        ms.read_kind(kinds, "three?")


def test_clocks_agree_with_datetime():
    for minute in range(1440):
        moment = datetime(2024, 1, 1) + timedelta(minutes=minute)
        assert ms.clock(minute, 24) == f"{moment:%H:%M}".removeprefix("0")
        assert ms.clock(minute, 12) == f"{moment:%I:%M %p}".removeprefix("0")
        assert ms.minutes_of(ms.clock(minute, 12)) == ms.minutes_of(ms.clock(minute, 24)) == minute
        assert ms.times_agree(f"{ms.clock(minute, 12)} is {ms.clock(minute, 24)}")
        assert not ms.times_agree(f"{ms.clock(minute, 12)} is {ms.clock(minute + 1, 24)}")


def test_gaps_of_time():
    for start, end in ((555, 575), (575, 735), (59, 60), (0, 1439)):
        steps = ms.gap_lines(start, end)
        hours, minutes = divmod(end - start, 60)
        assert ms.steps_hold("\n".join(steps)) and result(steps[-1]) == str(hours)
        assert any(result(line) == str(minutes) for line in steps)


def test_calendar_agrees_with_the_standard_library():
    for year in range(1599, 2405):
        assert ms.is_leap(year) == (monthrange(year, 2)[1] == 29)
        for month in range(1, 13):
            assert ms.month_length(month, ms.is_leap(year)) == monthrange(year, month)[1]
    assert list(ms.WEEKDAYS) == [f"{date(2024, 1, day):%A}" for day in range(1, 8)]
    assert list(ms.MONTHS) == [f"{date(2024, month, 1):%B}" for month in range(1, 13)]


def test_words_for_numbers():
    ordinals = "1st 2nd 3rd 4th 11th 12th 13th 21st 22nd 31st".split()
    assert [ms.ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 22, 31)] == ordinals
    assert [ms.counted(n, "foot") for n in (1, 2)] == ["1 foot", "2 feet"]
    assert (ms.money(405), ms.duration(60), ms.duration(61)) == ("$4.05", "1 hour", "1 hour 1 minute")
    assert (ms.plain(Fraction(1, 8)), ms.plain(Decimal("2.50")), ms.plain(Decimal(0))) == ("0.125", "2.5", "0")


def test_the_triples_are_right_triangles():
    assert all(a < b and a * a + b * b == c * c for a, b, c in ms.TRIPLES)


def test_tables_are_read_back_in_every_form():
    for seed in range(200):
        rng = Random(seed)
        theme, table = ms.draw_table(rng, rng.randint(2, 7), rng.randint(1, 4), 99)
        read, around = ms.split_table(ms.framed(rng, theme.title, table, "How many?"))
        assert read == table
        assert "How many?" in around and not re.search(r"[|\d]", around)
    assert ms.named(["Tom", "Ann", "Tomas"], "Ann and Tom?") == ["Ann", "Tom"]
    assert [ms.together(numbers) for numbers in ([3], [3, 5], [3, 5, 8])] == ["3", "3 and 5", "3, 5 and 8"]


@pytest.mark.parametrize("name", MINE)
def test_no_step_is_a_jump(name):
    """A product stands alone only when it belongs to the small times table or carries nothing."""
    for problem in problems(name, 25):
        for a, b in re.findall(r"^(?:.*: )?(\d+)\*(\d+)=\d+$", problem.solution, re.MULTILINE):
            small, large = sorted(int(factor.rstrip("0") or 0) for factor in (a, b))
            easy = small <= 1 or large <= 12 or (small < 10 and all(int(d) * small < 10 for d in str(large)))
            assert easy, problem.solution


def test_statistics_agree():
    for name, compute in (("mean", statistics.mean), ("median", statistics.median)):
        for problem in problems(name):
            text = re.sub(r"\d+ (?:games|days|weeks|runs)", "", problem.question)
            assert float(problem.answer) == pytest.approx(compute([int(n) for n in re.findall(r"\d+", text)]))
    for problem in problems("mode_range"):
        numbers = [int(n) for n in re.findall(r"\d+", problem.question)]
        expected = max(numbers) - min(numbers) if problem.canonical.startswith("range") else statistics.mode(numbers)
        assert int(problem.answer) == expected


def test_dates_agree_with_datetime():
    dated = r"[A-Z][a-z]+ \d+, \d{4}"
    for problem in problems("days_between"):
        days = [datetime.strptime(text, "%B %d, %Y") for text in re.findall(dated, problem.question)]
        assert int(problem.answer) == abs(days[1] - days[0]).days
    for problem in problems("date_after"):
        (start,) = re.findall(dated, problem.question)
        gap = datetime.strptime(problem.answer, "%B %d, %Y") - datetime.strptime(start, "%B %d, %Y")
        assert str(abs(gap.days)) in re.findall(r"\d+", problem.question)


def test_bases_agree_with_int():
    for problem in problems("base_conversion"):
        number, old, new = (int(part) for part in problem.canonical.split("|"))
        assert int(problem.answer, new) == number
        words = re.findall(rf"\b[{'0123456789ABCDE'[:old]}]+\b", problem.question)
        assert number in [int(word, old) for word in words]
