"""What training never sees: reserved structures are for test, frozen problems for no split."""

from dataclasses import replace

import pytest

from data_chef import heldout
from data_chef.registry import draw, get_task


@pytest.mark.parametrize(
    ("canonical", "structure"),
    [
        ("list[int]:keep[above(5)]|sum", "list[int]:keep[above]|sum"),
        ("list[int],list[int]:union|comma_numbers(')(')", "list[int],list[int]:union|comma_numbers"),
        ("str:capitalized?first_letter:'none'", "str:capitalized?first_letter:constant"),
        ("int:above(15)?subtract(7):0!", "int:above?subtract:constant!"),
        ("int:above(15)?subtract(7):absolute", "int:above?subtract:absolute"),
        ("count_test:sum_digits:below:4", "count_test<sum_digits"),
        ("gcd", ""),
        ("class given_list:count_above=,is_full=4", ""),
    ],
)
def test_a_composition_has_no_constants(canonical, structure):
    assert heldout.composition(canonical) == structure


@pytest.mark.parametrize(
    ("structure", "pairs"),
    [
        ("int:digits|keep[even]|sum", ["digits>keep[even]", "keep[even]>sum"]),
        ("int:even?digits|sum:constant!", ["digits>sum", "even?digits", "even?constant"]),
        ("sum_both<is_prime<digit_sum", ["sum_both<is_prime", "sum_both<digit_sum"]),
        ("int:square", []),
    ],
)
def test_the_pairs_of_a_composition(structure, pairs):
    assert heldout.pairs_of(structure) == pairs


@pytest.mark.parametrize(
    ("canonical", "single"),
    [
        ("str:acronym", True),
        ("list[int],list[int]:joined_lists", True),
        ("dict[str, int]:value_max", True),
        ("gcd", True),
        ("list[int]:keep[even]", False),
        ("int:multiply(3)", False),
        ("str:length|double", False),
        ("int:odd?square:same!", False),
        ("next_multiple:6", False),
        ("top:count_digits", False),
        ("integer_root:constant", False),
        ("class point:position=,swap=", False),
    ],
)
def test_a_single_operation_is_vocabulary(canonical, single):
    assert heldout.is_vocabulary("python_function", canonical) is single
    assert not heldout.is_vocabulary("word_problem", canonical)


def test_a_single_operation_is_in_all_splits_and_its_question_in_one():
    name = "python_string_function"
    task = get_task(name)
    drawn = [draw(name, "test", 4, index, (1, 1))[0] for index in range(30)]
    single = [p for p in drawn if heldout.is_vocabulary("python_function", p.canonical)]
    assert len(single) > 10
    for problem in single:
        assert task.place(problem) == "test"
        asked_otherwise = [task.place(replace(problem, question=f"{problem.question} ({i})")) for i in range(100)]
        assert asked_otherwise.count("train") > 60
    for problem in set(drawn) - set(single):
        assert task.place(replace(problem, question="Asked otherwise?")) == "test"


@pytest.mark.parametrize("name", ["word_problem_mixed", "syllogism", "python_docstring"])
@pytest.mark.parametrize("split", ["train", "validation"])
def test_training_has_no_reserved_structure(name, split):
    task = get_task(name)
    space = task.namespace or task.name
    for index in range(60):
        problem, _ = draw(name, split, 9, index, (1, 3))
        assert not heldout.reserved_by(space, heldout.structure_of(space, problem))


def test_about_as_much_is_reserved_as_is_said():
    for kind, percent in heldout.SHARES.items():
        found = sum(heldout.reserved(kind, f"part {i}") for i in range(4000)) / 40
        assert abs(found - percent) < 2.5, kind


def test_a_frozen_problem_is_in_no_split(monkeypatch):
    """Also not another one of the same structure, while without the list it would be drawn."""
    name, space = "word_problem_mixed", "word_problem"
    for split in ("train", "test"):
        problem, _ = draw(name, split, 3, 0, (2, 3))
        structure = heldout.structure_hash(space, problem.structure)
        for listed in ((frozenset({get_task(name).hash_of(problem)}), frozenset()), (frozenset(), {structure})):
            monkeypatch.setattr(heldout, "hashes", lambda listed=listed: listed)
            assert get_task(name).place(problem) == ""
            assert draw(name, split, 3, 0, (2, 3))[0] != problem
            monkeypatch.undo()
        assert draw(name, split, 3, 0, (2, 3))[0] == problem


def test_the_list_is_there():
    canonicals, structures = heldout.hashes()
    assert len(canonicals) > 1500 and len(structures) > 500
    assert all(len(digest) == 32 for digest in canonicals | structures)
