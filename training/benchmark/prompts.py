"""How a problem is put to a model: chat messages, the same for every kind of model, few-shot examples first."""

import re
from collections.abc import Mapping

from training.benchmark.problems import rename
from training.benchmark.suites import Suite


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def messages(problem: Mapping, suite: Suite) -> list[dict]:
    """The conversation that ends where the model begins to speak."""
    conversation = [{"role": "system", "content": suite.system}] if suite.system else []
    for example in suite.examples:
        conversation += [
            {"role": "user", "content": user_text(example, template(example, suite))},
            {"role": "assistant", "content": str(example["response"]).strip()},
        ]
    return [*conversation, {"role": "user", "content": user_text(problem, template(problem, suite))}]


def template(problem: Mapping, suite: Suite) -> str:
    """The suite's words for a function to complete, where it has some, or for all else."""
    stub = suite.stub_prompt and re.search(r"^def \w+\(", problem.get("prompt", ""), re.MULTILINE)
    return suite.stub_prompt if stub else suite.prompt


def user_text(problem: Mapping, template: str) -> str:
    """The question in the suite's words. `{choices}` becomes a line `A) ...` for each option, on lines of its own."""
    lettered = "".join(
        f"\n{letter}) {text}" for letter, text in zip(LETTERS, problem.get("choices") or [], strict=False)
    )
    # A corpus mixes programs and other questions under one template.
    fields = {"question": problem.get("prompt", ""), "prompt": problem.get("question", "")} | dict(problem)
    return rename(fields | {"choices": lettered}, {"text": template})["text"]
