"""Mistakes put into programs: small, on one line, of every kind, and still programs."""

from random import Random

import pytest

from data_chef.programs.mutation import KINDS, draw_edits, edits, mutants


LONG = '''import math


def report(numbers, limit, flag=True):
    """Return 3 things."""
    best = numbers[0]
    total = 0
    found = {name: [x for x in numbers if x > 2] for name in "ab"}
    for i in range(1, len(numbers) + 1):
        x = numbers[i - 1]
        if x > limit and not (x % 2) == 0:
            total += max(x, best)
        elif x in numbers[1:limit]:
            continue
        best = math.floor(x) if (total < 2) is True else -1
    pairs = list(map(lambda a: (a, best), numbers))
    more = sum(n for n in range(1, (2 * (limit + 1)) + 1) if not (n < 3))
    words = f"{total + 1} {best}" + " ".join(sorted(map(str, numbers), key=lambda n: n))
    try:
        total -= divmod(total, limit)[0]
    except (ZeroDivisionError, TypeError) as error:
        words += str(error)
    return {**found, "words": words, "more": more, "pairs": pairs, "é": best, "total": (total * 2) // limit}
'''
SHORT = "def shift(text, k):\n    return text[k:] + text[:k]\n"


@pytest.mark.parametrize("source", [LONG, SHORT])
def test_a_mistake_changes_one_line_and_leaves_a_program(source):
    for edit in edits(source):
        mutant = edit.apply(source)
        compile(mutant, "mutant", "exec")
        changed = [i for i, pair in enumerate(zip(source.split("\n"), mutant.split("\n"), strict=True), 1)
                   if pair[0] != pair[1]]  # fmt: skip
        assert changed == [edit.line], edit
        assert edit.old(source) != edit.new


def test_every_kind_of_mistake_is_known():
    assert {edit.kind for edit in edits(LONG + SHORT.replace("shift", "divmod"))} == set(KINDS)


def test_the_mistakes_are_different_and_depend_on_the_generator_alone():
    drawn = mutants(LONG, Random(3), 12)
    assert len(set(drawn)) == 12 and LONG not in drawn
    assert drawn == mutants(LONG, Random(3), 12) != mutants(LONG, Random(4), 12)
    assert len(draw_edits(SHORT, Random(0), 1000)) == len(edits(SHORT))


def test_docstrings_signatures_and_text_in_f_strings_stay():
    for edit in edits(LONG):
        mutant = edit.apply(LONG)
        assert '"""Return 3 things."""' in mutant and 'f"{total + 1} {best}"' in mutant
        assert "def report(numbers, limit, flag=True):" in mutant
