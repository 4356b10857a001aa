"""Whether answers are right: numbers and words by comparison, programs by running their tests in the sandbox."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from training.benchmark.extraction import (
    choice_answers,
    extract_code,
    math_answers,
    parse_number,
    program_of,
    same_answer,
    solution_program,
    text_answers,
)
from training.sandbox import isolation, run_untrusted


# Raised in the sandbox, so that the value of `solution()` comes back as the message of the failure.
# A message also quotes this line, in which the mark must not stand as it is searched for.
_TELL_VALUE = r"raise RuntimeError('\x76alue[' + str(solution())[:100] + ']value')"
_TOLD_VALUE = re.compile(r"value\[(.*?)\]value")


@dataclass(frozen=True)
class Mark:
    """The judgement of one answer.

    Attributes:
        strict: right in the format that was asked for.
        lenient: right when read leniently.
        extracted: the answer as it was read strictly or, where that failed, leniently; None when there was none.
        strict_answer: the answer as it was read strictly.
        reason: for programs, how their run ended.
    """

    strict: bool
    lenient: bool
    extracted: str | None
    strict_answer: str | None
    reason: str = ""

    def right(self, extraction: str) -> bool:
        return self.strict if extraction == "strict" else self.lenient

    def answer(self, extraction: str) -> str | None:
        return self.strict_answer if extraction == "strict" else self.extracted


def mark_answers(
    problems: Sequence[Mapping], texts: Sequence[str], lettered: bool = True, progress: bool = False
) -> list[Mark]:
    """The marks of one text for each problem.

    Args:
        lettered: whether choices were shown with letters.
    """
    marks = [
        _mark(problem, text, lettered) if problem["kind"] != "code" else Mark(False, False, None, None)
        for problem, text in zip(problems, texts, strict=True)
    ]
    code = [i for i, problem in enumerate(problems) if problem["kind"] == "code"]
    jobs = [(program_of(texts[i], problems[i]), whole_test(problems[i])) for i in code]
    for i, (program, _), verdict in zip(
        code, jobs, run_untrusted(jobs, progress=progress) if jobs else [], strict=True
    ):
        marks[i] = Mark(verdict.passed, verdict.passed, program, program, verdict.reason)
    return marks


def _mark(problem: Mapping, text: str, lettered: bool) -> Mark:
    expected = problem["answer"]
    if problem["kind"] == "choice" and problem.get("choices"):
        choices = problem["choices"]
        readings = [None if i is None else choices[i] for i in choice_answers(text, choices, lettered)]
        judged = [reading == expected for reading in readings]
    elif problem["kind"] == "math":
        readings = list(math_answers(text))
        judged = [reading is not None and same_answer(reading, expected) for reading in readings]
    else:
        readings = list(text_answers(text, with_steps=bool(problem.get("solution", True))))
        wanted = text_answers(f"#### {expected}")[0]
        judged = [reading == wanted for reading in readings]
    return Mark(judged[0], judged[1], readings[1], readings[0])


def whole_test(problem: Mapping) -> str:
    """The test of a problem as it runs: HumanEval's `check` is called, which its files leave to the reader."""
    test = problem["test"]
    if re.search(r"(?m)^def check\(", test) and not re.search(r"(?m)^check\(", test):
        test += f"\n\ncheck({problem['entry_point']})\n"
    return f"{problem['setup']}\n{test}" if problem.get("setup") else test


def with_programs(problems: Sequence[Mapping], texts: Sequence[str], marks: Sequence[Mark]) -> list[Mark]:
    """The marks with the python tool: where a mathematical answer is a program with `solution()`, its value counts.

    A program that fails leaves the mark of the text.
    """
    result = list(marks)
    programs = {
        i: program
        for i, (problem, text) in enumerate(zip(problems, texts, strict=True))
        if problem["kind"] == "math" and (program := solution_program(text))
    }
    verdicts = run_untrusted([(program, _TELL_VALUE) for program in programs.values()]) if programs else []
    for i, verdict in zip(programs, verdicts, strict=True):
        if told := _TOLD_VALUE.search(verdict.message):
            value = told[1].strip()
            right = same_answer(value, problems[i]["answer"])
            result[i] = replace(marks[i], strict=right, lenient=right, extracted=value, strict_answer=value)
    return result


def canonical(answer: str | None) -> str | None:
    """The same string for answers that are the same: numbers by their value, words without case and spaces."""
    if answer is None:
        return None
    number = parse_number(answer)
    return str(number) if number is not None else " ".join(answer.lower().split())


def majority(marks: Sequence[Mark], extraction: str) -> bool:
    """Whether the answer that most samples gave is right; of equals, the one that reached the number first.

    Samples without an answer have no vote. (Self-consistency: Wang et al. 2022, arXiv 2203.11171.)
    """
    votes: Counter[str] = Counter()
    best, right = 0, False
    for mark in marks:
        vote = canonical(mark.answer(extraction))
        if vote is None:
            continue
        votes[vote] += 1
        if votes[vote] > best:
            best, right = votes[vote], mark.right(extraction)
    return right


def sandbox_description() -> str:
    """How programs were kept apart from the machine, for the report."""
    found = isolation()
    return ", ".join(f"{key}: {value}" for key, value in found.items() if not isinstance(value, dict))


def score_answers(items: Sequence[Mapping], answers: Sequence[str]) -> list[bool]:
    """Whether each answer to a corpus item is right: by its final number or word, or by running the item's tests."""
    marks = [
        not item.get("test") and _mark({"kind": "text", "answer": item["answer"]}, answer, True).strict
        for item, answer in zip(items, answers, strict=True)
    ]
    code = [i for i, item in enumerate(items) if item.get("test")]
    verdicts = run_untrusted([(extract_code(answers[i]), items[i]["test"]) for i in code]) if code else []
    for i, verdict in zip(code, verdicts, strict=True):
        marks[i] = verdict.passed
    return marks
