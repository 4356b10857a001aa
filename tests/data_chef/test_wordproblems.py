"""The grammar of word problems: graphs, held-out structure, wordings, the two interpreters."""

import re
from dataclasses import replace
from fractions import Fraction
from random import Random

from data_chef.registry import draw, get_task, make_items
from data_chef.wordproblems.clauses import BEGINNINGS, ENDS, EVENTS, OTHERS, PAIR_ENDS
from data_chef.wordproblems.plans import HELD_OUT, graph_of, held_out, plans
from data_chef.wordproblems.story import plural_verb, problem
from data_chef.wordproblems.verify import replay


def test_a_quarter_of_the_graphs_is_held_out_and_every_clause_is_seen_in_training():
    graphs = plans(2)
    assert set(HELD_OUT) <= set(graphs) and 0.2 <= len(HELD_OUT) / len(graphs) <= 0.3
    seen = set()
    for operations in (2, 3):
        kinds = {True: set(), False: seen}
        for graph, told in plans(operations).items():
            kinds[held_out(graph)] |= {(clause.takes, clause.kind) for plan in told for clause in plan.clauses}
        assert kinds[True] and kinds[True] <= kinds[False]


def test_three_step_graphs_do_not_leak_a_held_out_pair():
    assert held_out("((a-b)*c)+d") and held_out("(a+b)/c") and held_out("d-((a*b)-c)")
    assert not held_out("(a*b)+c") and not held_out("((a*b)+c)+d")


def test_the_splits_hold_their_graphs():
    for name in ("word_problem_2step", "word_problem_3step"):
        for split, expected in (("train", False), ("validation", False), ("test", True)):
            items = make_items(name, split, 1, range(40))
            assert {held_out(item.graph) for item in items} == {expected}


def test_there_are_forty_clause_frames_and_more():
    clauses = (*BEGINNINGS, *EVENTS, *OTHERS, *ENDS, *PAIR_ENDS)
    frames = {frame for clause in clauses for frame in (*clause.wordings, *clause.questions)}
    assert len({clause.kind for clause in clauses}) >= 40 and len(frames) >= 100


def test_the_visitors_question_is_a_member_of_the_grammar_that_training_sees():
    [plan] = [p for p in plans(2)["(a*b)+c"] if [c.kind for c in p.clauses] == ["have", "packs_gain", "ask_have"]]
    assert not held_out(plan.graph)
    pattern = re.compile(r"\w+ has 12 (\w+) and buys 3 \w+ of 7\. How many \1 does (he|she) have\?")
    told = (problem(Random(seed), plan, [12, 3, 7], plan.compute([12, 3, 7], 200), 0.1) for seed in range(20_000))
    found = next(story for story in told if pattern.fullmatch(story.question))
    assert found.answer == "33" and found.solution.endswith("Total: <<12+21=33>>")


def test_plans_compute_what_their_graph_says():
    """The graph, evaluated for all ways to give the numbers to its letters, reaches the result of the steps."""
    from itertools import permutations

    rng = Random(2)
    for graph, told in plans(2).items():
        plan = rng.choice(told)
        numbers = [rng.randint(2, 9) * 12 for _ in plan.leaves]
        values = []
        for step in plan.steps:
            left, right = ((numbers if kind == "leaf" else values)[i] for kind, i in (step.left, step.right))
            values.append(
                {"+": left + right, "-": left - right, "*": left * right, "/": Fraction(left, 1) / right}[
                    step.operator
                ]
            )
        letters = sorted(set(re.findall("[a-z]", graph)))
        results = {
            eval(graph, dict(zip(letters, map(Fraction, order), strict=True))) for order in permutations(numbers)
        }
        assert values[-1] in results, graph
        assert graph_of(list(plan.steps)) == graph


def test_replay_tells_events_apart():
    assert replay("have(12) packs_gain(3,7) ask_have()") == 33
    assert replay("have(12) times_other(3) lose(4) ask_together()") == 44
    assert replay("book(50) read_daily(3,6) ask_days(4)") == 8
    assert replay("share(20,5) halve(2) ask_goal(10)") == 8


def test_a_story_that_hides_or_changes_a_number_is_refused():
    task = get_task("word_problem_2step")
    for index in range(40):
        story, _ = draw("word_problem_2step", "train", 4, index, (2, 2))
        assert task.verify(story)
        told = re.findall(r"\d+", story.question)
        if told:
            assert not task.verify(replace(story, question=re.sub(rf"\b{told[0]}\b", "997", story.question)))
        step = re.search(r"=(\d+)>>$", story.solution)
        assert not task.verify(replace(story, solution=story.solution[: step.start(1)] + "998>>", answer="998"))


def test_stories_read_like_english():
    for item in make_items("word_problem_2step", "train", 8, range(300)):
        assert not re.search(r"[{}\[\]|=]|  |\ba (?=[aeo]\w+s\b)", item.question), item.question
        assert item.question.endswith("?")
        for sentence in re.split(r"(?<=[.?]) ", item.question):
            assert sentence[0].isupper() or sentence[0].isdigit(), item.question
    assert [plural_verb(v) for v in ("buys", "has", "washes", "loses", "is")] == ["buy", "have", "wash", "lose", "are"]
