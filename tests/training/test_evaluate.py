"""Scores are what they say."""

import json
import subprocess
import sys

import pytest
import torch

from training.evaluate import by_task, main, read_items, score_answers, table
from training.generation import generate_greedy


def test_marks():
    math = {"task": "m", "answer": "1200", "test": ""}
    code = {"task": "c", "answer": "", "test": "assert double(4) == 8"}
    items = [math, math, math, code, code, code]
    answers = [
        "6*200=1200\n#### 1,200",
        "#### 1200\nno\n#### 12",
        "1200",
        "```python\ndef double(x):\n    return 2 * x\n```",
        "```python\ndef double(x):\n    return x\n```",
        "```python\ndef double(x) return\n```",
    ]
    marks = score_answers(items, answers)
    assert marks == [True, False, False, True, False, False]
    scores = by_task(items, marks)
    assert scores["m"]["exact_match"] == pytest.approx(1 / 3) and scores["c"]["items"] == 3
    assert "| m | 3 | 33.3% | 6.2% to 79.2% |" in table(scores)


class Letters:
    """A tokenizer of one letter a token, enough for `generate_greedy`."""

    pad_token_id = 0

    def __call__(self, text):
        return {"input_ids": [ord(c) - 60 for c in text]}

    def pad(self, batch, padding_side, return_tensors):
        from transformers import BatchEncoding

        assert padding_side == "left"
        longest = max(map(len, batch["input_ids"]))
        ids = [[0] * (longest - len(x)) + x for x in batch["input_ids"]]
        mask = [[0] * (longest - len(x)) + [1] * len(x) for x in batch["input_ids"]]
        return BatchEncoding({"input_ids": torch.tensor(ids), "attention_mask": torch.tensor(mask)})

    def decode(self, ids, skip_special_tokens):
        return " ".join(map(str, ids))


def test_batched_greedy_equals_generate(toy_model):
    """In mixed lengths, with rows that end at different times."""
    prompts = ["ABCDEF", "Z", "HELLO", "QRSTUVWXYZABC", "MM"]
    # An end token that the toy often chooses, so that rows do leave the batch.
    toy_model.config.eos_token_id = toy_model.generation_config.eos_token_id = 39
    expected = []
    for prompt in prompts:
        ids = torch.tensor([Letters()(prompt)["input_ids"]])
        out = toy_model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=30, do_sample=False)
        new = out[0, ids.shape[1] :].tolist()
        expected.append(Letters().decode(new[: new.index(39)] if 39 in new else new, True))
    assert generate_greedy(toy_model, Letters(), prompts, max_new_tokens=30, batch_size=3) == expected


def test_empty_prompt_is_refused(toy_model):
    with pytest.raises(ValueError, match="has no tokens"):
        generate_greedy(toy_model, Letters(), [""])


def test_jsonl_lines_are_checked(tmp_path):
    path = tmp_path / "mine.jsonl"
    question = "1\u2028+1=?"
    path.write_text(json.dumps({"question": question, "answer": "2"}, ensure_ascii=False) + "\n")
    assert read_items(str(path), "test") == [{"question": question, "answer": "2", "task": "mine"}]
    path.write_text('{"question": "1+1=?"}\n')
    with pytest.raises(ValueError, match="line 1"):
        read_items(str(path), "test")


def test_command_fails_in_words_without_a_model(tmp_path):
    result = subprocess.run(
        [sys.executable, "-m", "training.evaluate", "--model", tmp_path / "nothing", "--data", tmp_path],
        capture_output=True,
        text=True,
    )
    assert result.returncode != 0 and result.stderr.startswith("evaluate: ")


FENCED = "```python\ndef double(x):\n    return 2 * x\n```"


@pytest.fixture
def fake(monkeypatch):
    """A model for the command that knows two answers."""

    class Fake:
        name = "https://host/v1#fake"

        def describe(self):
            return {"name": self.name, "kind": "fake"}

        def answer(self, conversations, decoding, progress=False):
            known = {"1+1?": "#### 2", "Write double(x).": FENCED}
            return [[known.get(turns[-1]["content"], "#### No")] * decoding.samples for turns in conversations]

    monkeypatch.setattr("training.benchmark.models.load_answerer", lambda model, device=None, dtype=None: Fake())


def command(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["evaluate", *map(str, arguments)])
    main()


def write(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_a_file_of_ones_own_is_scored_by_naming_it(fake, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    math = write(tmp_path / "sums.jsonl", *({"id": q, "question": q, "answer": "2"} for q in ("1+1?", "1+2?")))
    command(monkeypatch, "--model", "x", "--data", math, "--kind", "math")
    assert "| sums 1 | 2 | 50.0%" in capsys.readouterr().out
    # Each model has a folder of its own below runs/, whatever its name looks like.
    (report,) = (tmp_path / "runs/benchmark").glob("*/report.json")
    assert json.loads(report.read_text())["suites"]["sums"]["marks"]["none"] == {"1+1?": [1], "1+2?": [0]}
    code = {"prompt": "Write double(x).", "entry_point": "double", "test": "assert double(2) == 4"}
    command(monkeypatch, "--model", "x", "--data", write(tmp_path / "c.jsonl", code), "--kind", "code")
    assert "| c 1 | 1 | 100.0%" in capsys.readouterr().out
    choice = {"question": "Is it?", "answer": "B", "choices": ["Yes", "No"]}
    command(monkeypatch, "--model", "x", "--data", write(tmp_path / "d.jsonl", choice), "--kind", "choice")
    assert "| d 1 | 1 | 100.0%" in capsys.readouterr().out


def test_a_corpus_is_scored_by_task(fake, corpus, tmp_path, monkeypatch, capsys):
    command(monkeypatch, "--model", "x", "--data", corpus, "--split", "test", "--items", 2, "--out", tmp_path / "o")
    printed = capsys.readouterr().out
    assert "| syllogism | 2 |" in printed and "| corpus_test 1 |" in printed


def test_all_means_all_that_is_at_hand(fake, corpus, tmp_path, monkeypatch, capsys):
    (tmp_path / "sets").mkdir()
    write(tmp_path / "sets/gsm8k.jsonl", {"question": "1+1?", "answer": "so\n#### 2"})
    command(
        monkeypatch, "--model", "x", "--suite", "all", "--data-dir", tmp_path / "sets", "--corpus", corpus,
        "--items", 1, "--limit", 3, "--out", tmp_path / "out",
    )  # fmt: skip
    said = capsys.readouterr()
    report = json.loads((tmp_path / "out/report.json").read_text())
    assert {"gsm8k", "corpus_test", "corpus_validation"} <= set(
        report["suites"]
    ) and "skipped svamp: no file" in said.err
    assert report["suites"]["corpus_test"]["problems"] == 3 and "svamp" in report["skipped"]
    assert report["suites"]["gsm8k"]["results"]["none"]["score"] == 1


def test_two_reports_are_compared_problem_by_problem(fake, tmp_path, monkeypatch, capsys):
    data = write(tmp_path / "sums.jsonl", {"id": "a", "question": "1+1?", "answer": "2"})
    for out in ("one", "two"):
        command(monkeypatch, "--model", "x", "--data", data, "--kind", "math", "--out", tmp_path / out)
    capsys.readouterr()
    command(monkeypatch, "--compare", tmp_path / "one/report.json", tmp_path / "two/report.json")
    assert "| sums | without | 1 | 100.0% | 100.0% | +0.0" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--data", "x.jsonl"], "--kind math|choice|text|code"),
        (["--data", "x.jsonl", "--kind", "math"], "no file x.jsonl"),
        (["--data", "folder", "--kind", "math"], "is a folder"),
        (["--data", "folder"], "no corpus at folder"),
        (["--data", "folder", "--split", "tset"], "did you mean"),
        (["--suite", "gsm9k"], "did you mean 'gsm8k'"),
        (["--suite", "frozen", "--file", "gsm8k=x"], "does not name"),
        (["--suite", "gsm8k", "--file", "gsm8k"], "SUITE=PATH"),
        (["--suite", "gsm8k", "--file", "gsm8k=x.jsonl"], "no file x.jsonl"),
        (["--suite", "gsm8k", "--data-dir", "nowhere"], "no folder nowhere"),
        (["--suite", "corpus", "--curriculum", "nanno"], "did you mean 'nano'"),
        (["--suite", "corpus", "--items", "0"], "--items must be at least 1"),
        (["--suite", "corpus", "--tools", "calculater"], "unknown tool 'calculater'"),
        (["--suite", "corpus", "--out", "x.json"], "--out is a folder"),
        (["--compare", "x.json", "y.json"], "x.json"),
    ],
)
def test_mistakes_on_the_command_line_are_said_in_words(fake, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stop:
        command(monkeypatch, "--model", "x", *arguments)
    assert str(stop.value).startswith("evaluate: ") and message in str(stop.value)
    assert not list(tmp_path.iterdir())


def test_samples_need_a_temperature(fake, tmp_path, monkeypatch):
    data = write(tmp_path / "sums.jsonl", {"question": "1+1?", "answer": "2"})
    with pytest.raises(SystemExit, match="add --temperature"):
        command(monkeypatch, "--model", "x", "--data", data, "--kind", "math", "--samples", 3)


def test_suites_are_listed(monkeypatch, capsys):
    command(monkeypatch, "--list")
    assert "hub:openai/gsm8k" in capsys.readouterr().out


def test_ctrl_c_leaves_the_answers(fake, tmp_path, monkeypatch, capsys):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("training.benchmark.runner.Runner.run", stopped)
    data = write(tmp_path / "sums.jsonl", {"question": "1+1?", "answer": "2"})
    with pytest.raises(SystemExit) as stop:
        command(monkeypatch, "--model", "x", "--data", data, "--kind", "math", "--out", tmp_path / "o")
    assert stop.value.code == 130 and "the same command goes on" in capsys.readouterr().err
