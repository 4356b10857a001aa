"""The same words for every model."""

from dataclasses import replace

from training.benchmark.prompts import messages, user_text
from training.benchmark.suites import own_suite


def test_few_shot_examples_come_first_as_turns(tmp_path):
    suite = replace(
        own_suite(tmp_path / "x.jsonl", "math"),
        system="Be brief.",
        examples=({"question": "1+1?", "response": "#### 2\n"},),
        prompt="Q: {question}",
    )
    assert messages({"question": "2+2?", "answer": "4"}, suite) == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Q: 1+1?"},
        {"role": "assistant", "content": "#### 2"},
        {"role": "user", "content": "Q: 2+2?"},
    ]


def test_choices_become_lettered_lines():
    problem = {"question": "Is {it} true?", "choices": ["yes", "no"]}
    assert user_text(problem, "{question}{choices}") == "Is {it} true?\nA) yes\nB) no"
    assert user_text({"question": "Free?"}, "{question}{choices}") == "Free?"


def test_one_template_serves_a_corpus_of_both_kinds():
    assert user_text({"prompt": "def f(): ..."}, "{question}") == "def f(): ..."
    assert user_text({"question": "1+1?"}, "{question}") == "1+1?"


def test_the_answer_is_never_in_the_prompt(tmp_path):
    for kind in ("math", "choice", "text", "code"):
        problem = {"question": "q", "prompt": "q", "entry_point": "e", "test": "SECRET", "answer": "SECRET"}
        assert "SECRET" not in str(messages(problem, own_suite(tmp_path / "x.jsonl", kind)))


def test_functions_to_complete_are_asked_in_their_own_words(tmp_path):
    suite = replace(own_suite(tmp_path / "x.jsonl", "code"), stub_prompt="Complete this:\n{prompt}")
    stub, request = 'import re\n\ndef f(n):\n    """Add 1."""', "Write a function f that adds 1.\nassert f(1) == 2"
    assert messages({"prompt": stub}, suite)[-1]["content"] == f"Complete this:\n{stub}"
    assert messages({"prompt": request}, suite)[-1]["content"] == request
    assert messages({"prompt": stub}, replace(suite, stub_prompt=""))[-1]["content"] == stub
