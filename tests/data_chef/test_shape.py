"""Measurements of questions, and mixtures by family."""

import json

import pytest

from data_chef.curriculum import load_curriculum, parse, presets
from data_chef.registry import FAMILIES, get_task, tasks
from data_chef.shape import coverage, frame, measure, read_questions


ROWS = [
    {"question": "Tom has 3 apples. He buys 12 more. How many apples does he have?", "solution": "<<3+12=15>>"},
    {"question": "If a pen costs $2, what do twenty pens cost?", "solution": "<<2*20=40>> <<40/5=8>>"},
]


def test_measure_counts_what_is_there():
    shape = measure(ROWS)
    assert shape["questions"] == 2
    assert shape["sentences"]["mean"] == 2.0
    assert shape["steps %"] == {"1": 50.0, "2": 50.0}
    assert shape["operators %"] == {"*": 33.3, "+": 33.3, "/": 33.3}
    assert shape["topics %"]["money"] == 50.0 and shape["topics %"]["if ... how"] == 50.0
    assert shape["size of numbers %"] == {"11-100": 33.3, "<=10": 66.7}


def test_a_step_of_several_calls_counts_once_and_its_operators_as_in_one_call():
    sums = "Total: 88+450=530+8=538, <<88+450=538>>, 538+37=568+7=575, <<538+37=575>>\nDifference: <<575-250=325>>"
    tip = "Tip: 10*20=200, 5*20=100, 200+100=300, <<15*20=300>>, <<300/100=3>>"
    boxes = "Needed: <<20*5=100>>, 9 left over, so one more: <<5+1=6>>"
    foreign = "He pays 5*2=$<<5*2=10>>10, then 10+12=$<<10+12=22>>22.\nThat is 22/2=$<<22/2=11>>11"
    at_once = {"question": "", "solution": "Total: <<88+450+37=575>>\nDifference: <<575-250=325>>"}
    shapes = [measure([{"question": "", "solution": text}]) for text in (sums, tip, boxes, foreign)]
    assert [list(shape["steps %"]) for shape in shapes] == [["2"], ["1"], ["1"], ["3"]]
    assert shapes[0]["operators %"] == measure([at_once])["operators %"] == {"+": 66.7, "-": 33.3}
    assert shapes[1]["operators %"] == {"*": 50.0, "/": 50.0}


def test_a_frame_masks_names_numbers_and_rare_words():
    common = frozenset({"has", "how", "many"})
    assert frame("Ann has 12 purple kites.", frozenset({"Ann"}), common) == "NAME has N _ ."


def test_coverage_knows_what_is_unknown():
    found = coverage(["the cat sat"], ["the dog sat"])
    assert found["running words %"] == 66.7 and found["most frequent unknown"] == ["dog"]


def test_questions_of_both_names_are_read(tmp_path):
    path = tmp_path / "set.jsonl"
    path.write_text(json.dumps({"question": "a\u2028b"}) + "\n" + json.dumps({"prompt": "c"}) + "\n")
    assert [row["question"] for row in read_questions(path)] == ["a\u2028b", "c"]


def test_families_share_their_weight():
    mixture = parse("families: {logic: 10, chat: 5}\ntasks: {syllogism: {weight: 3}}", "mine")
    weights = {share.task: share.weight for share in mixture.shares}
    assert set(weights) == {name for name, task in tasks().items() if task.family in ("logic", "chat")}
    assert sum(w for name, w in weights.items() if get_task(name).family == "logic") == pytest.approx(10)
    assert weights["syllogism"] == pytest.approx(3 * weights["deduction"])


def test_a_family_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="did you mean 'python'"):
        parse("families: {pyton: 1}", "mine")
    with pytest.raises(ValueError, match="above 0"):
        parse("families: {python: 0}", "mine")


def test_there_are_the_presets_that_the_configurations_name():
    assert presets() == ["finish", "nano", "standard"]
    finish, standard = (
        {share.task: share for share in load_curriculum(name).shares} for name in ("finish", "standard")
    )
    assert load_curriculum("finish").vocab_size == load_curriculum("standard").vocab_size
    for family in ("word problems", "python"):
        last, before = (
            sum(share.weight for task, share in shares.items() if get_task(task).family == family)
            / sum(share.weight for share in shares.values())
            for shares in (finish, standard)
        )
        assert last > before, "what people ask for comes last"


@pytest.mark.parametrize("name", ["standard", "finish"])
def test_the_mixtures_of_the_large_model_have_every_task(name):
    shares = {share.task for share in load_curriculum(name).shares}
    assert shares == set(tasks()) and len(shares) >= 120
    assert {get_task(name).family for name in shares} == set(FAMILIES)
