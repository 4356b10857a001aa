"""What the logic tasks share, and that their steps, not only their answers, hold by themselves."""

import re
from collections import Counter
from dataclasses import replace
from itertools import permutations, product
from random import Random

import pytest

from data_chef import formula, logic
from data_chef.clauses import CLAUSES, PEOPLE_CLAUSES, affirmed, denied, opposite
from data_chef.registry import draw, make_items, tasks


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
    task = tasks()[name]
    for index in range(12):
        problem, _ = draw(name, "train", 8, index, (1, task.max_difficulty))
        lines = problem.solution.split("\n")
        if problem.solution:
            assert not task.verify(replace(problem, solution="\n".join(lines[:-1])))
        for match in list(re.finditer(r"\d", problem.solution))[:6]:
            digit = str((int(match.group()) + 1) % 10)
            changed = problem.solution[: match.start()] + digit + problem.solution[match.end() :]
            assert not task.verify(replace(problem, solution=changed))


@pytest.mark.parametrize("name", ["deduction", "sorting", "ordering", "syllogism", "deduction_unknown"])
def test_a_step_with_another_word_does_not_pass(name):
    """Any two different words or numbers of the steps are exchanged, or two lines."""
    task = tasks()[name]
    for index in range(30):
        problem, _ = draw(name, "train", 9, index, (1, task.max_difficulty))
        rng = Random(index)
        words = re.split(r"(\w+)", problem.solution)
        one, two = rng.sample(range(1, len(words), 2), 2) if len(words) > 3 else (0, 0)
        if words[one] != words[two]:
            words[one], words[two] = words[two], words[one]
            assert not task.verify(replace(problem, solution="".join(words))), (problem, words)
        lines = problem.solution.split("\n")
        if len({*lines}) > 1:
            one, two = rng.choice(
                [pair for pair in permutations(range(len(lines)), 2) if lines[pair[0]] != lines[pair[1]]]
            )
            lines[one], lines[two] = lines[two], lines[one]
            assert not task.verify(replace(problem, solution="\n".join(lines))), (problem, lines)


def deduction_surface(question: str) -> dict[str, object]:
    """What one sees of a deduction without following a rule to the next."""
    given, asked = question.split(" True, false or unknown: ")
    rules = re.findall(r"(Every|No) (\w+) is an? (\w+)", given)
    fact, goal = given.split(".")[0].split()[-1], asked.rstrip(".").split()[-1]
    seen: dict[str, object] = {"rules": len(rules), "No": sum(rule[0] == "No" for rule in rules)}
    for end, noun in (("fact", fact), ("goal", goal)):
        own = [(quantifier, x == noun) for quantifier, x, y in rules if noun in (x, y)]
        seen |= {f"{end} {kind}": own.count(kind) for kind in product(("Every", "No"), (True, False))}
        seen |= {f"{end} first": own[0], f"{end} last": own[-1]}
    seen["both"] = any({fact, goal} == {x, y} for _, x, y in rules)
    return seen | {"first": rules[0][0], "last": rules[-1][0]}


@pytest.mark.parametrize("difficulty", [1, 2, 3])
def test_the_surface_of_a_deduction_does_not_give_its_answer_away(difficulty):
    """The best guess from any one of these features is right less often than 46 times in 100."""
    items = [item for item in make_items("deduction", "train", 12, range(1500), (difficulty, difficulty)) if item]
    seen = [(deduction_surface(item.question), item.answer) for item in items]
    for feature in seen[0][0]:
        counts: dict[object, Counter] = {}
        for values, answer in seen:
            counts.setdefault(values[feature], Counter())[answer] += 1
        right = sum(max(answers.values()) for answers in counts.values()) / len(seen)
        assert right < 0.46, (feature, counts)


@pytest.mark.parametrize("name", ["syllogism", "deduction_unknown"])
def test_what_is_asked_does_not_give_the_answer_away(name):
    """The quantifier, or "not", in what is asked."""
    seen: dict[str, Counter] = {}
    for index in range(1200):
        problem, _ = draw(name, "train", 13, index, (1, 3))
        asked = (
            problem.structure.partition("|")[0].partition(": ")[2].split(" ")[0]
            or problem.canonical.split("|")[-1][:4]
        )
        seen.setdefault(asked if name == "syllogism" else str(asked == "not "), Counter())[problem.answer] += 1
    assert sum(max(answers.values()) for answers in seen.values()) / 1200 < 0.45, seen


def test_answers_of_yes_and_no_are_balanced():
    for name in ("deduction_unknown", "implication_check", "set_relations", "common_letters", "ordering_relations"):
        answers = [item.answer for item in make_items(name, "train", 0, range(300)) if item]
        pairs = [answers.count(word) for word in (("True", "False") if name == "deduction_unknown" else ("Yes", "No"))]
        assert min(pairs) > 0.3 * max(pairs), (name, pairs)
