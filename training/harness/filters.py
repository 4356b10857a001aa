"""How answers of the tasks are read where a regular expression is not enough.

Filters get the answers of all problems at once, a list per problem, and give back as many.
"""

import re


def last_option(answers, problems) -> list[list[str]]:
    """The option of `choices` that each answer names last, as a whole word or phrase, or "[invalid]"."""
    return [
        [_last_option(text, problem["choices"]) for text in texts]
        for texts, problem in zip(answers, problems, strict=True)
    ]


def _last_option(text: str, choices: list[str]) -> str:
    # The longest first, so that "not known" is not read as "known".
    options = "|".join(re.escape(choice) for choice in sorted(choices, key=len, reverse=True))
    named = re.findall(rf"(?<!\w)(?:{options})(?!\w)", text, re.IGNORECASE)
    return named[-1] if named else "[invalid]"


def verdicts(answers, problems) -> list[list[str]]:
    """What became of the program in each answer: "passed", or the sandbox's reason against it."""
    # Here, so that the other tasks work where this project is not installed.
    from training.benchmark.scoring import mark_answers

    answers = list(answers)
    asked = [{**problem, "kind": "code"} for texts, problem in zip(answers, problems, strict=True) for _ in texts]
    marks = iter(mark_answers(asked, [text for texts in answers for text in texts]))
    return [[next(marks).reason for _ in texts] for texts in answers]


def pass_at_1(problem: dict, results: list) -> dict[str, float]:
    """The share of a problem's programs that passed; more than one where a task sets `repeats`."""
    return {"pass@1": sum(reason == "passed" for reason in results[0]) / len(results[0])}
