"""What the logic tasks share, and that their steps, not only their answers, hold by themselves."""

import re
from itertools import permutations, product
from random import Random

import pytest

from data_chef import formula, logic
from data_chef.clauses import CLAUSES, PEOPLE_CLAUSES, affirmed, denied, opposite
from data_chef.registry import make_items, tasks


LOGIC = [name for name, task in tasks().items() if task.family == "logic"]


def test_a_saying_is_read_back_as_it_was_said():
    sayings = logic.Sayings({"left": ("{0} is left of {1}.", "{1} is right of {0}."), "same": ("{0} and {0} again.",)})
    for seed in range(20):
        said = sayings.say(Random(seed), "left", "Ann", "Ben")
        assert sayings.read(f"Some words. {said}") == [("left", "Ann", "Ben")]
    assert sayings.read_one("Ann and Ann again.") == ("same", "Ann")
    assert sayings.read_one("Ann and Ben again.") is None


@pytest.mark.parametrize("seed", range(12))
def test_every_layout_keeps_the_sentences(seed):
    text = logic.lay_out(Random(seed), ["Ann is tall.", 'Ben says: "It rains."'], "Who is tall?", "A riddle.")
    assert sorted(logic.sentences(text)) == sorted(
        ["Ann is tall.", 'Ben says: "It rains."', "Who is tall?", "A riddle."]
    )


def test_masks_are_the_rows_of_a_truth_table():
    for count in (1, 2, 3):
        rows = list(product((True, False), repeat=count))
        for k, mask in enumerate(logic.masks(count)):
            assert [bool(mask >> row & 1) for row in range(2**count)] == [values[k] for values in rows]
        assert logic.everywhere(count).bit_count() == 2**count


def test_arrangements_are_the_permutations_that_fit():
    people = ["a", "b", "c", "d"]
    clues = [logic.Clue("", ("a", "c"), lambda p, q: p < q), logic.Clue("", ("d",), lambda p: p > 0)]
    found = [tuple(one[name] for name in people) for one in logic.arrangements([people], 4, clues)]
    assert sorted(found) == sorted(p for p in permutations(range(4)) if p[0] < p[2] and p[3] > 0)


def test_elimination_only_rules_out_what_no_arrangement_has():
    rng = Random(4)
    for _ in range(60):
        groups = [["a", "b", "c"], ["x", "y", "z"]]
        pairs = [tuple(rng.sample("abcxyz", 2)) for _ in range(3)]
        clues = [logic.Clue("", pair, rng.choice((lambda p, q: p <= q, lambda p, q: p != q))) for pair in pairs]
        _, left = logic.eliminate(groups, ["1", "2", "3"], clues)
        for one in logic.arrangements(groups, 3, clues):
            assert all(position in left[thing] for thing, position in one.items())


def test_formulas_are_read_as_written_and_valued_alike_by_two_routes():
    for seed in range(200):
        rng = Random(seed)
        drawn = formula.draw_formula(rng, ["p", "q", "r"], rng.randint(1, 5))
        text = formula.show(drawn)
        assert formula.parse(text) == drawn
        for row in product((True, False), repeat=3):
            values = dict(zip("pqr", row, strict=True))
            assert formula.evaluation(drawn, values)[1] == formula.implied(text, values)


def test_clauses_and_their_denials_belong_together():
    for yes, no in (*CLAUSES, *((y.format("Ann"), n.format("Ann")) for y, n in PEOPLE_CLAUSES)):
        assert denied(yes) == no and affirmed(no) == yes and opposite(opposite(yes)) == yes
        assert " not" in no and affirmed(yes) is None


@pytest.mark.parametrize("name", LOGIC)
def test_every_word_of_a_solution_counts(name):
    """A solution with a line left out, or a digit changed, does not pass."""
    from dataclasses import replace

    from data_chef.registry import draw

    task = tasks()[name]
    if name in ("deduction", "ordering", "syllogism"):
        pytest.skip("their verification is about the answer")
    for index in range(12):
        problem, _ = draw(name, "train", 8, index, (1, task.max_difficulty))
        lines = problem.solution.split("\n")
        if problem.solution:
            assert not task.verify(replace(problem, solution="\n".join(lines[:-1])))
        for match in list(re.finditer(r"\d", problem.solution))[:6]:
            digit = str((int(match.group()) + 1) % 10)
            changed = problem.solution[: match.start()] + digit + problem.solution[match.end() :]
            assert not task.verify(replace(problem, solution=changed))


def test_answers_of_yes_and_no_are_balanced():
    for name in ("deduction_unknown", "implication_check", "set_relations", "common_letters", "ordering_relations"):
        answers = [item.answer for item in make_items(name, "train", 0, range(300)) if item]
        pairs = [answers.count(word) for word in (("True", "False") if name == "deduction_unknown" else ("Yes", "No"))]
        assert min(pairs) > 0.3 * max(pairs), (name, pairs)
