"""A run asks each problem once, goes on where it was stopped, and never mixes models up."""

import json
import random

import pytest

from training.benchmark.answers import AnswerLog, OtherModelError
from training.benchmark.report import markdown
from training.benchmark.runner import Runner, Settings, prepare, write_reports
from training.benchmark.suites import Suite


class Fake:
    """Answers `#### n` for the question `n`, with noise that depends on seed, place and sample, as models' does."""

    name = "fake"

    def __init__(self, weights="1", stop_after=None):
        self.weights, self.stop_after, self.asked, self.calls = weights, stop_after, [], []

    def describe(self):
        return {"name": self.name, "kind": "fake", "weights": self.weights, "device": str(random.random())}

    def answer(self, conversations, decoding, progress=False):
        if self.stop_after is not None and len(self.calls) >= self.stop_after:
            raise KeyboardInterrupt
        self.calls.append(decoding)
        answers = []
        for place, turns in enumerate(conversations):
            question = turns[-1]["content"]
            self.asked.append(question)
            noise = [random.Random(f"{decoding.seed} {place} {j}").random() for j in range(decoding.samples)]
            wrong = [decoding.temperature * value > 0.5 for value in noise]
            sign = "=" if question == "3" and decoding.calculator else ""
            equation = "1+2=3" if decoding.calculator else "1+2=4" if question == "3" else ""
            answers.append(
                [f"{equation}\n#### {-1 if w or (question == '3' and not sign) else question}" for w in wrong]
            )
        return answers

    def count_tokens(self, texts):
        return [len(text) for text in texts]


def suite(**changes):
    return Suite(
        **{"name": "s", "version": 1, "title": "S", "kind": "math", "tools": ("calculator", "python")} | changes
    )


def asked(count=10, **changes):
    rows = [{"id": f"q{i}", "task": "t", "kind": "math", "question": str(i), "answer": str(i)} for i in range(count)]
    return prepare(suite(**changes), rows, "here")


GREEDY = Settings(batch_size=2, tools=())
SAMPLED = Settings(batch_size=2, tools=(), samples=3, temperature=1.0)


def test_results_without_and_with_tools_side_by_side(tmp_path):
    model = Fake()
    part, rows = Runner(model, Settings(batch_size=2), tmp_path).run(asked())
    assert part["results"]["none"]["score"] == 0.9 and part["results"]["tools"]["score"] == 1.0
    # Only the answer with something to calculate was asked for again.
    assert model.asked.count("3") == 2 and len(model.asked) == 11
    assert rows[3]["none"][0]["read"] == "-1" and rows[3]["tools"][0]["text"].startswith("1+2=3")
    assert "text" not in rows[2]["tools"][0]
    assert part["speed"]["tokens"] > 0 and part["problems"] == 10


def test_an_endpoint_is_not_asked_to_calculate(tmp_path, monkeypatch):
    model = Fake()
    monkeypatch.setattr(model, "describe", lambda: {"kind": "endpoint", "calculator": False})
    part, _ = Runner(model, Settings(batch_size=2), tmp_path).run(asked())
    assert part["tools"] == ["python"] and not any(decoding.calculator for decoding in model.calls)


def test_started_again_nothing_is_asked_twice(tmp_path):
    first, _ = Runner(Fake(), GREEDY, tmp_path).run(asked())
    again = Fake()
    second, _ = Runner(again, GREEDY, tmp_path).run(asked())
    assert again.asked == [] and first == second
    Runner(again, GREEDY, tmp_path).run(asked(12))
    assert sorted(again.asked) == ["10", "11"]


@pytest.mark.parametrize("settings", [GREEDY, SAMPLED])
def test_a_stopped_run_goes_on_to_the_same_report(tmp_path, settings):
    whole, _ = Runner(Fake(), settings, tmp_path / "whole").run(asked())
    with pytest.raises(KeyboardInterrupt):
        Runner(Fake(stop_after=1), settings, tmp_path / "cut").run(asked())
    log = tmp_path / "cut/answers.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    assert len(lines) == 4
    # And the last line of these was not written whole.
    log.write_bytes(b"".join(lines[:-1]) + lines[-1][:20])
    model = Fake()
    part, _ = Runner(model, settings, tmp_path / "cut").run(asked())
    assert part["marks"] == whole["marks"]
    assert all(line.endswith("}") and json.loads(line) for line in log.read_text().splitlines())
    # Greedy: what is missing. Sampled: the piece as well of which one answer is missing.
    assert len(model.asked) == (7 if settings is GREEDY else 10)


def test_samples_differ_from_piece_to_piece_and_with_the_seed(tmp_path):
    def marks(seed, count=8):
        settings = Settings(batch_size=2, tools=(), samples=20, temperature=1.0, seed=seed)
        part, _ = Runner(Fake(), settings, tmp_path / f"{seed}-{count}").run(asked(count))
        return list(part["marks"]["none"].values())

    first = marks(0)
    assert first[:2] != first[4:6] and first != marks(1)
    # A longer run begins as the shorter did.
    assert marks(0, 12)[:8] == first


def test_answers_depend_on_prompt_version_and_decoding(tmp_path):
    Runner(Fake(), GREEDY, tmp_path).run(asked())
    for changes in ({"prompt": "Q {question}"}, {"version": 2}, {"max_new_tokens": 9}, {"name": "other"}):
        model = Fake()
        try:
            Runner(model, GREEDY, tmp_path).run(asked(**changes))
        finally:
            assert len(model.asked) == 10, changes


def test_another_models_folder_is_refused(tmp_path):
    Runner(Fake(), GREEDY, tmp_path).run(asked())
    with pytest.raises(OtherModelError, match="answers of another model .*choose another --out"):
        Runner(Fake(weights="2"), GREEDY, tmp_path)
    (tmp_path / "model.json").unlink()
    with pytest.raises(OtherModelError, match="not whose"):
        Runner(Fake(), GREEDY, tmp_path)


def test_damaged_lines_are_passed_over(tmp_path):
    log = AnswerLog(tmp_path, {"a": 1})
    log.append([{"key": "k", "texts": ["\u2028é"]}])
    with log.path.open("a") as file:
        file.write('{"no key": 1}\n[]\n{"key": "cut')
    again = AnswerLog(tmp_path, {"a": 1})
    assert list(again.records) == ["k"] and again.records["k"]["texts"] == ["\u2028é"]
    again.append([{"key": "l", "texts": []}])
    assert set(AnswerLog(tmp_path, {"a": 1}).records) == {"k", "l"}


def test_sampling_gives_pass_at_k_and_a_majority(tmp_path):
    part, _ = Runner(Fake(), SAMPLED, tmp_path).run(asked())
    result = part["results"]["none"]
    assert 0 < result["pass@k"]["1"]["value"] < result["pass@k"]["3"]["value"] < 1 and "maj@3" in result


def test_settings_without_sense_are_refused():
    for wrong in ({"samples": 3}, {"samples": 0}, {"temperature": -1}, {"top_p": 0}, {"batch_size": 0}):
        with pytest.raises(ValueError):
            Settings(**wrong)


def test_reports_for_people_and_programs(tmp_path):
    runner = Runner(Fake(), SAMPLED, tmp_path)
    part, rows = runner.run(asked())
    printed = write_reports(runner, {"s": part}, rows, {"gsm8k": "no file"}, "python -m x")
    report = json.loads((tmp_path / "report.json").read_text())
    text = (tmp_path / "report.md").read_text()
    assert len(text) == len(markdown(report)) and "| s 1 | 10 |" in text and "| s 1 | 10 |" in printed
    for said in ("pass@3", "maj@3", "gsm8k: no file", "python -m x", part["problems_sha256"][:16], "temperature 1.0"):
        assert said in text
    assert len((tmp_path / "items.jsonl").read_text().splitlines()) == 10
    assert report["model"]["weights"] == "1" and report["suites"]["s"]["decoding"]["samples"] == 3
