"""Asks a model the problems of suites, keeps every answer, and scores them."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from tqdm import tqdm

from data_chef.corpus import write_whole
from training.benchmark.answers import AnswerLog, digest
from training.benchmark.models import Answerer, Decoding
from training.benchmark.problems import sha256_of_problems
from training.benchmark.prompts import messages
from training.benchmark.report import full_report, groups_table, markdown, suite_report, summary
from training.benchmark.scoring import Mark, mark_answers, sandbox_description, with_programs
from training.benchmark.suites import TOOLS, Suite
from training.io import write_json


@dataclass(frozen=True)
class Settings:
    """How to ask.

    Attributes:
        samples: answers to each problem; more than one needs a temperature.
        tools: results are given without tools, and with these beside.
        max_new_tokens: for all suites, in place of their own numbers.
    """

    samples: int = 1
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0
    tools: tuple[str, ...] = TOOLS
    batch_size: int = 128
    max_new_tokens: int | None = None

    def __post_init__(self):
        if self.samples < 1 or self.batch_size < 1 or (self.max_new_tokens or 1) < 1:
            raise ValueError("samples, batch size and max new tokens must be at least 1")
        if self.temperature < 0 or not 0 < self.top_p <= 1:
            raise ValueError(
                f"the temperature must be 0 or more and top-p in (0, 1], not {self.temperature} and {self.top_p}"
            )
        if self.samples > 1 and self.temperature == 0:
            raise ValueError(f"{self.samples} samples without a temperature would all be the same: add --temperature")

    def decoding(self, suite: Suite) -> Decoding:
        return Decoding(
            max_new_tokens=self.max_new_tokens or suite.max_new_tokens,
            temperature=self.temperature,
            top_p=self.top_p,
            samples=self.samples,
            seed=self.seed,
            stop=suite.stop,
            batch_size=self.batch_size,
        )


@dataclass
class Asked:
    """A suite with its problems and, by variant, the answers to each."""

    suite: Suite
    problems: list[dict]
    found: str
    conversations: list[list[dict]]


def prepare(suite: Suite, problems: list[dict], found: str) -> Asked:
    return Asked(suite, problems, found, [messages(problem, suite) for problem in problems])


class Runner:
    """Asks one model, with the answers kept in a folder.

    Raises:
        OtherModelError: the folder is another model's.
    """

    def __init__(self, answerer: Answerer, settings: Settings, out: Path, progress: bool = False):
        self.answerer, self.settings, self.progress = answerer, settings, progress
        self.description = answerer.describe()
        self.log = AnswerLog(out, self.description)
        # The decoding of this process alone, for speed: answers found in the log cost nothing.
        self.fresh = 0

    def run(self, asked: Asked) -> tuple[dict, list[dict]]:
        """The suite's part of the report, and a row for each problem and variant with texts, readings and marks.

        KeyboardInterrupt may come at any time: answers that were complete are kept.
        """
        suite, settings = asked.suite, self.settings
        decoding = settings.decoding(suite)
        plain = self.answers(asked, decoding)
        # Behind an address nobody fills in results while the model writes.
        lacking = ("calculator",) if self.description.get("calculator") is False else ()
        tools = [tool for tool in settings.tools if tool in suite.tools and tool not in lacking]
        variants = {"none": self._marks(asked, [record["texts"] for record in plain])}
        texts = {"none": [record["texts"] for record in plain]}
        records = list(plain)
        if tools:
            chosen = plain
            if "calculator" in tools:
                chosen = self._with_calculator(asked, decoding, plain)
                records += [record for record, old in zip(chosen, plain, strict=True) if record is not old]
            texts["tools"] = [record["texts"] for record in chosen]
            variants["tools"] = self._marks(asked, texts["tools"])
            if "python" in tools:
                variants["tools"] = self._programs(asked, texts["tools"], variants["tools"])
        about: dict[str, Any] = {
            "title": suite.title,
            "version": suite.version,
            "kind": suite.kind,
            "extraction": suite.extraction,
            "few_shot": len(suite.examples),
            "source": asked.found,
            "suite_sha256": suite.sha256,
            "problems_sha256": sha256_of_problems(asked.problems),
            "decoding": asdict(decoding),
            "tools": tools,
            "speed": speed(records),
        }
        return suite_report(about, asked.problems, variants, suite.extraction, settings.seed), rows(
            asked, texts, variants
        )

    def answers(self, asked: Asked, decoding: Decoding, only: Sequence[bool] | None = None) -> list[dict]:
        """The records of all problems, from the log or by asking; with `only`, of the problems marked there.

        A sample depends on its place in the batch of conversations handed over. When sampling, a piece of which some
        answers are missing is therefore asked whole, with a seed of its own.
        """
        size = 2 * decoding.batch_size
        name = f"{asked.suite.name}{', calculator' if decoding.calculator else ''}"
        keys: list[str] = []
        pieces: list[tuple[list[int], Decoding]] = []
        for start in range(0, len(asked.problems), size):
            seed = int(digest([decoding.seed, asked.suite.name, start])[:8], 16) if decoding.temperature else 0
            of_piece = replace(decoding, seed=seed)
            piece = list(range(start, min(start + size, len(asked.problems))))
            keys += [self.key(asked, i, of_piece) for i in piece]
            pieces.append((piece, of_piece))
        wanted = [only is None or only[i] for i in range(len(keys))]
        missing = [i for i, key in enumerate(keys) if wanted[i] and key not in self.log.records]
        if decoding.temperature:
            lacking = set(missing)
            pieces = [(piece, d) for piece, d in pieces if lacking & set(piece)]
        else:
            # Alike in length, they pad little and end together.
            missing.sort(key=lambda i: sum(len(turn["content"]) for turn in asked.conversations[i]))
            pieces = [(missing[i : i + size], replace(decoding, seed=0)) for i in range(0, len(missing), size)]
        total = sum(len(piece) for piece, _ in pieces)
        with tqdm(total=total, desc=name, unit="problem", disable=not (self.progress and total)) as bar:
            for piece, of_piece in pieces:
                self._ask(asked, piece, keys, of_piece)
                bar.update(len(piece))
        return [self.log.records[key] if key in self.log.records else {} for key in keys]

    def _ask(self, asked: Asked, piece: list[int], keys: list[str], decoding: Decoding) -> None:
        begun = time.perf_counter()
        answers = self.answerer.answer([asked.conversations[i] for i in piece], decoding)
        seconds = (time.perf_counter() - begun) / len(piece)
        count = getattr(self.answerer, "count_tokens", None)
        records = []
        for i, texts in zip(piece, answers, strict=True):
            record = {"key": keys[i], "suite": asked.suite.name, "id": asked.problems[i]["id"], "texts": list(texts)}
            record |= {"calculator": decoding.calculator, "seconds": round(seconds, 6)}
            if count:
                record["tokens"] = sum(count(texts))
            records.append(record)
        self.log.append(records)
        self.fresh += len(records)

    def key(self, asked: Asked, index: int, decoding: Decoding) -> str:
        """The hash of everything that an answer depends on."""
        suite = asked.suite
        how = {name: value for name, value in asdict(decoding).items() if name != "batch_size"}
        # What is sampled also depends on the place in its piece, and so on the size of pieces.
        place = (decoding.batch_size, index) if decoding.temperature else ()
        question = [asked.problems[index]["id"], asked.conversations[index]]
        return digest([self.log.identity, suite.name, suite.version, question, how, place])

    def _with_calculator(self, asked: Asked, decoding: Decoding, plain: list[dict]) -> list[dict]:
        """Records with the calculator. It acts after `=` alone: answers without one stay as they are."""
        uses = [any("=" in text for text in record["texts"]) for record in plain]
        asked_again = self.answers(asked, replace(decoding, calculator=True), only=uses)
        return [new if used else old for new, old, used in zip(asked_again, plain, uses, strict=True)]

    def _marks(self, asked: Asked, texts: list[list[str]]) -> list[list[Mark]]:
        return _regroup(
            lambda problems, flat: mark_answers(
                problems, flat, lettered="{choices}" in asked.suite.prompt, progress=self.progress
            ),
            asked.problems,
            texts,
        )

    def _programs(self, asked: Asked, texts: list[list[str]], marks: list[list[Mark]]) -> list[list[Mark]]:
        flat_marks = [mark for of_problem in marks for mark in of_problem]
        return _regroup(lambda problems, flat: with_programs(problems, flat, flat_marks), asked.problems, texts)


def _regroup(judge, problems: list[dict], texts: list[list[str]]) -> list[list[Mark]]:
    """Judges all samples of all problems at once, and gives the marks of each problem."""
    flat = [(problem, text) for problem, of_problem in zip(problems, texts, strict=True) for text in of_problem]
    marks = iter(judge([problem for problem, _ in flat], [text for _, text in flat]))
    return [[next(marks) for _ in of_problem] for of_problem in texts]


def speed(records: Sequence[dict]) -> dict[str, float]:
    """Problems and tokens per second of the decoding that made these records, in whichever runs that was."""
    seconds = sum(record["seconds"] for record in records)
    result = {"seconds": round(seconds, 2), "problems_per_second": round(len(records) / max(seconds, 1e-9), 3)}
    if records and all("tokens" in record for record in records):
        result["tokens"] = sum(record["tokens"] for record in records)
        result["tokens_per_second"] = round(result["tokens"] / max(seconds, 1e-9), 1)
    return result


def rows(asked: Asked, texts: dict[str, list[list[str]]], variants: dict[str, list[list[Mark]]]) -> list[dict]:
    """What people read to see why: each problem with its answers, as they were read and marked."""
    result = []
    for i, problem in enumerate(asked.problems):
        row = {key: problem[key] for key in ("id", "task", "kind", "question", "prompt", "answer") if key in problem}
        row["suite"] = asked.suite.name
        for variant, marks in variants.items():
            same = variant != "none" and texts[variant][i] == texts["none"][i]
            row[variant] = [
                ({} if same else {"text": text})
                | {"read": mark.extracted, "strict": mark.strict, "lenient": mark.lenient}
                | ({"reason": mark.reason} if mark.reason else {})
                for text, mark in zip(texts[variant][i], marks[i], strict=True)
            ]
        result.append(row)
    return result


def write_reports(
    runner: Runner, parts: dict[str, dict], rows: list[dict], skipped: dict[str, str], command: str
) -> str:
    """Writes report.json, report.md and items.jsonl beside the answers; returns what to print."""
    about = {"model": runner.description, "command": command, "skipped": skipped, "sandbox": sandbox_description()}
    report = full_report(parts, about)
    out = runner.log.path.parent
    write_json(out / "report.json", report)
    write_whole(out / "report.md", markdown(report).encode())
    write_whole(out / "items.jsonl", "".join(json.dumps(row) + "\n" for row in rows).encode())
    tables = [groups_table(part, "task") for part in parts.values() if "task" in part["by"]]
    # One suite by task, as for a corpus, is what one wants to see at once; of many the summary.
    shown = [*(tables if len(parts) == 1 else []), summary(parts), f"\n{out / 'report.md'}"]
    return "\n\n".join(shown)
