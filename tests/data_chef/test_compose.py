"""The library of operations and what is composed of them."""

import ast
import inspect
import re
from collections import Counter
from random import Random

import pytest

from data_chef.programs.compose import draw_function
from data_chef.programs.compose.classes import draw_class
from data_chef.programs.compose.draw import LIBRARY
from data_chef.programs.compose.formulas import FORMULAS
from data_chef.programs.compose.patterns import FORMATS, REGEX
from data_chef.programs.compose.recursion import RECURSION
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


def test_a_function_depends_on_its_generator_alone():
    assert [draw_function(Random(4), 3) for _ in range(2)][0] == draw_function(Random(4), 3)


def test_mutants_hardly_ever_pass():
    functions = [draw_function(Random(f"mutants {i}"), 2) for i in range(100)]
    assert sum(verify_many([problem_of(f, "?", f.sources[0]) for f in functions])) >= 98


def test_shown_examples_differ_when_they_can():
    for i in range(50):
        function = draw_function(Random(i), 1)
        values = [repr(function.examples[j][1]) for j in shown(function, Random(i), 2)]
        assert len(set(values)) == 2


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
