"""The library of operations and what is composed of them."""

import ast
import inspect
import re
from collections import Counter
from random import Random

import pytest

from data_chef.programs.algorithms import recipe as recipes
from data_chef.programs.compose import draw, draw_function
from data_chef.programs.compose.classes import draw_class
from data_chef.programs.compose.draw import LIBRARY
from data_chef.programs.compose.formulas import FORMULAS
from data_chef.programs.compose.patterns import FORMATS, REGEX
from data_chef.programs.compose.recursion import RECURSION
from data_chef.programs.names import RESERVED, strange_name
from data_chef.programs.parts import problem_of, shown, verify_many
from data_chef.sandbox import run_programs


RECIPES = (*RECURSION, *REGEX, *FORMATS, *FORMULAS)


def test_the_library_is_large_and_its_operations_are_well_formed():
    assert len(LIBRARY) >= 300
    assert max(Counter((op.name, op.takes) for op in LIBRARY).values()) == 1
    for op in LIBRARY:
        required = [p for p in inspect.signature(op.meaning).parameters.values() if p.default is p.empty]
        assert len(required) == len(op.takes) + bool(op.constants), op.name
        assert op.codes and op.title and (op.told or op.done), op.name
        named = any("{k}" in text for text in (*op.told, *op.which)) and any("{k}" in code for code in op.codes)
        assert named is bool(op.constants), op.name


@pytest.mark.parametrize("level", range(1, 7))
def test_every_source_fulfils_the_examples(level):
    functions = [draw_function(Random(f"compose {level} {i}"), level) for i in range(150)]
    jobs = [(source, function.test()) for function in functions for source in function.sources]
    failed = [job for job, ok in zip(jobs, run_programs(jobs), strict=True) if not ok]
    assert not failed, failed[0]
    assert len({function.canonical for function in functions}) > 110


@pytest.mark.parametrize("level", range(1, 6))
def test_summaries_and_names_are_fit_to_be_read(level):
    for i in range(300):
        function = draw_function(Random(f"read {level} {i}"), level)
        assert not re.search(r"[{}]", function.summary), function.summary
        assert re.match(r"[A-Z].*\.$", function.summary), function.summary
        assert "  " not in function.summary and function.name.isidentifier()
        assert all(re.search(rf"\b{name}\b", function.summary) for name in function.parameters), function.summary
        assert len(function.hints) == len(function.parameters) + 1
        for source in function.sources:
            assert source.endswith("\n") and max(map(len, source.split("\n"))) < 110
            assert isinstance(ast.parse(source).body[-1], ast.FunctionDef)


def test_half_of_the_single_operations_have_several_parameters_and_programs_use_all_of_them():
    drawn = [draw_function(Random(f"several {i}"), 1) for i in range(400)]
    assert 0.4 < sum(len(function.parameters) > 1 for function in drawn) / 400 < 0.6
    assert sum(len(function.parameters) > 2 for function in drawn) > 20
    for function in drawn:
        for source in function.sources:
            read = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
            assert read >= set(function.parameters), source


def test_names_are_often_strange_and_never_change_the_problem(monkeypatch):
    plain = {}
    for share in (0, 1):
        for module in (draw, recipes):
            monkeypatch.setattr(module, "STRANGE", share)
        plain[share] = [draw_function(Random(i), 1) for i in range(60)]
    assert {function.name for function in plain[0]}.isdisjoint(function.name for function in plain[1])
    # The same name may come with other draws after it; what is asked for does not depend on it.
    assert not any(function.name in function.canonical for function in plain[1])


def test_strange_names_are_names_of_one_to_many_tokens():
    names = [strange_name(Random(i), {"taken"}) for i in range(2000)]
    assert len(set(names)) > 1900 and all(name.isidentifier() for name in names)
    assert not RESERVED.intersection(names)
    assert any(re.fullmatch("[a-z]+[A-Z][a-zA-Z]+", name) for name in names)
    assert sum(name.count("_") >= 3 for name in names) > 100 and sum(any(map(str.isdigit, n)) for n in names) > 100


def test_letters_and_comparisons_are_drawn_evenly():
    drawn = [draw_function(Random(f"even {i}"), 1, (("str",), ("list[str]",))).canonical for i in range(1500)]
    letters = Counter(letter for canonical in drawn for letter in re.findall(r"\('(\w)'\)", canonical))
    assert len(letters) > 30 and max(letters.values()) < 5 * sum(letters.values()) / len(letters)
    drawn = [draw_function(Random(f"even {i}"), 1, (("list[int]",),)).canonical for i in range(1500)]
    compared = Counter(
        name for canonical in drawn for name in re.findall(r"\b(above|below|at_least|at_most)\(", canonical)
    )
    assert min(compared.values()) > 0.4 * max(compared.values())
    kept = Counter(name for canonical in drawn for name in re.findall(r":(keep|drop)\[", canonical))
    assert min(kept.values()) > 0.6 * max(kept.values())


def test_a_function_depends_on_its_generator_alone():
    assert [draw_function(Random(4), 3) for _ in range(2)][0] == draw_function(Random(4), 3)


def test_mutants_hardly_ever_pass():
    functions = [draw_function(Random(f"mutants {i}"), 2) for i in range(100)]
    assert sum(verify_many([problem_of(f, "?", f.sources[0]) for f in functions])) >= 98


def test_shown_examples_differ_when_they_can_and_are_two_when_there_is_room():
    both = 0
    for i in range(50):
        function = draw_function(Random(i), 1)
        values = [repr(function.examples[j][1]) for j in shown(function, Random(i), 2)]
        assert len(set(values)) == len(values)
        both += len(values) == 2
    assert both > 40


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.key)
def test_every_recipe_fulfils_its_reference(recipe):
    functions = [recipe.draw(Random(i)) for i in range(6)]
    jobs = [(source, function.test()) for function in functions for source in function.sources]
    failed = [job for job, ok in zip(jobs, run_programs(jobs), strict=True) if not ok]
    assert not failed, failed[0]
    assert all("$" not in function.summary for function in functions)


def test_recursive_functions_call_themselves():
    for recipe in RECURSION:
        function = recipe.draw(Random(1))
        assert all(len(re.findall(r"\b(?:count|" + function.name + r")\(", s)) > 1 for s in function.sources), (
            recipe.key
        )


def test_classes_pass_their_tests():
    drawn = [draw_class(Random(i), 2 + i % 4) for i in range(80)]
    jobs = [(one.source, "\n".join(one.tests)) for one in drawn if one]
    assert len(jobs) > 50 and all(run_programs(jobs))
