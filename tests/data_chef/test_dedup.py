import time

import numpy as np
import pytest

from data_chef.dedup import KeySet, keys, mask
from data_chef.registry import make_items


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Tom has 3 apples.", "Rosa has 1,250 apples."),
        ("Then he gives two to Ann.", "Then she gives nine to Bob."),
        ("What is 3 + 4.5?", "what is 71 + 9?"),
        ("Compute 3 + 4.", "calculate 4 + 3."),
        ("Grace sells 3x as many.", "Zygmunt sells 5x as many."),
        ("Yesterday Max ate 5. Max was ill.", "Yesterday Eva ate 6. Eva was ill."),
    ],
)
def test_only_names_and_numbers_are_masked(one, other):
    assert mask(one) == mask(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Compute 3 + 4.", "Add 3 and 4."),
        ("3 + 4", "3 - 4"),
        ("Tom has 3 apples.", "Tom has 3 pears."),
        ("Is every cat a dog?", "Is every dog a cat?"),
    ],
)
def test_the_wording_is_kept(one, other):
    assert mask(one) != mask(other)


def test_keys_tell_duplicates_near_duplicates_and_problems_apart():
    a, b = "a" * 32, "b" * 32
    rows = [
        {"question": "Tom has 3 apples.", "canonical_hash": a},
        {"question": "tom has  3 apples.", "canonical_hash": b},
        {"question": "Ann has 3 apples.", "canonical_hash": a},
        {"question": "3 apples are what Ann has.", "canonical_hash": a},
    ]
    exact, near, problem = keys(rows).T.tolist()
    assert exact[0] == exact[1] and len(set(exact)) == 3
    assert near[0] == near[2] and len(set(near)) == 3
    assert problem[0] == problem[2] == problem[3] != problem[1]
    assert keys([]).shape == (0, 3)


def test_keys_are_fast():
    rows = [item.row() for item in make_items("word_problem_2step", "train", 0, range(200)) if item]
    keys(rows)
    clock = time.perf_counter()
    keys(rows * 20)
    assert (time.perf_counter() - clock) / (20 * len(rows)) < 100e-6, "10 microseconds are what to expect"


def test_a_key_set_is_a_set_of_8_bytes_a_key():
    rng, mine, real = np.random.default_rng(0), KeySet(), set()
    for size in [1, 0, 3, 500, 2, 70, 1000, 1] * 6:
        new = rng.integers(0, 5000, size, dtype=np.uint64)
        asked = rng.integers(0, 5000, 200, dtype=np.uint64)
        assert mine.contains(asked).tolist() == [key in real for key in asked.tolist()]
        mine.add(new)
        real |= set(new.tolist())
        assert len(mine) == len(real) and mine.nbytes == 8 * len(real)
    assert len(mine._sorted) <= 6
