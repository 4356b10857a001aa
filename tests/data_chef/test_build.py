"""Corpora: reproducible, loadable, whole or refused."""

import hashlib
import json
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest

import data_chef
from data_chef.__main__ import main
from data_chef.build import build
from data_chef.curriculum import load_curriculum, parse
from data_chef.decontaminate import ngrams
from data_chef.registry import tasks


def digest(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in ("README.md", "corpus.json")
    }


def test_the_same_bytes_for_any_number_of_workers(corpus, tmp_path):
    other = tmp_path / "two"
    described = build(load_curriculum("nano"), other, num_examples=600, seed=3, workers=2, progress=False)
    assert digest(corpus) == digest(other)
    assert described["content_sha256"] == data_chef.describe(corpus)["content_sha256"]
    assert not [path for path in tmp_path.iterdir() if path != other]


def test_another_seed_is_another_corpus(tmp_path):
    mixture = parse("num_examples: 20\nvalidation: 1\ntest: 1\nvocab_size: 300\ntasks: {addition: {}}", "mine")
    hashes = [build(mixture, tmp_path / str(s), seed=s, workers=1, progress=False)["content_sha256"] for s in (0, 1)]
    assert hashes[0] != hashes[1]


def test_columns_counts_and_splits(corpus):
    described = data_chef.describe(corpus)
    hashes = {}
    for split in ("train", "validation", "test"):
        rows = data_chef.load(corpus, split)
        assert set(rows.column_names) == set(described["schema"]) and set(rows["split"]) == {split}
        assert Counter(rows["task"]) == described["counts"][split]
        hashes[split] = set(zip(rows["task"], rows["canonical_hash"], strict=True))
        if split != "train":
            assert len(hashes[split]) == len(rows)
        else:
            assert len(set(zip(rows["task"], rows["question"], strict=True))) == len(rows)
    assert not hashes["train"] & (hashes["validation"] | hashes["test"]) and not hashes["validation"] & hashes["test"]


def test_datasets_loads_the_folder_and_the_files(corpus, tmp_path):
    from datasets import load_dataset

    cache = str(tmp_path / "cache")
    loaded = load_dataset(str(corpus), cache_dir=cache)
    assert {split: len(rows) for split, rows in loaded.items()} == {
        split: sum(counts.values()) for split, counts in data_chef.describe(corpus)["counts"].items()
    }
    files = {"train": str(corpus / "data" / "train-*.parquet")}
    assert len(load_dataset("parquet", data_files=files, cache_dir=cache)["train"]) == len(loaded["train"])


def test_the_programs_of_a_corpus_run(corpus):
    rows = [row for row in data_chef.load(corpus, "test") if row["entry_point"]]
    assert rows
    for row in rows[:20]:
        assert row["solution"] == f"```python\n{row['answer']}```"
        space = {}
        exec(row["answer"], space)
        exec(row["test"], space)
        assert row["entry_point"] in space


def test_a_half_written_folder_is_refused(corpus, tmp_path):
    import shutil

    for damage, message in (
        (lambda f: (f / "corpus.json").unlink(), "not a whole corpus"),
        (lambda f: next((f / "data").glob("train-*")).unlink(), "is missing"),
        (lambda f: next((f / "data").glob("test-*")).write_bytes(b"PAR1"), "has 4 bytes instead of"),
        (lambda f: (f / "tokenizer" / "tokenizer.json").unlink(), "is missing"),
        (lambda f: (f / "corpus.json").write_text('{"format": '), "damaged"),
        (lambda f: (f / "corpus.json").write_text('{"a": 1}'), "not that of"),
    ):
        copy = shutil.copytree(corpus, tmp_path / "copy")
        damage(copy)
        for read in (data_chef.describe, data_chef.tokenizer_dir, lambda folder: data_chef.load(folder, "train")):
            with pytest.raises(ValueError, match=message):
                read(copy)
        shutil.rmtree(copy)
    with pytest.raises(FileNotFoundError, match="python -m data_chef build"):
        data_chef.load(tmp_path / "nowhere", "train")
    with pytest.raises(ValueError, match="unknown split"):
        data_chef.load(corpus, "dev")


def test_a_foreign_folder_is_left_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("years of work")
    with pytest.raises(FileExistsError, match="not a corpus"):
        build(load_curriculum("nano"), tmp_path / "mine", num_examples=60, workers=1, progress=False)
    assert (tmp_path / "mine" / "thesis.tex").read_text() == "years of work"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["build", "--out", "{}", "--preset", "nanno"], "unknown preset 'nanno'; did you mean 'nano'"),
        (["build", "--out", "{}", "--config", "none.yaml"], "no curriculum at none.yaml"),
        (["build", "--out", "{}", "--preset", "nano", "--num-examples", "2"], "less than one for each"),
        (["show", "adition"], "did you mean 'addition'"),
        (["show", "addition", "--difficulty", "12"], "difficulties 1 to 8"),
        (["tokenizer", "train", "--corpus", "{}", "--vocab-size", "300", "--out", "{}"], "no corpus at"),
    ],
)
def test_bad_arguments_fail_in_words_and_leave_nothing(tmp_path, arguments, message):
    with pytest.raises(SystemExit) as failure:
        main([argument.replace("{}", str(tmp_path / "out")) for argument in arguments])
    assert message in str(failure.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tasks: {adition: {}}", "did you mean 'addition'"),
        ("tasks: {addition: {wieght: 1}}", "did you mean 'weight'"),
        ("num_example: 5\ntasks: {addition: {}}", "did you mean 'num_examples'"),
        ("tasks: {addition: {weight: -1}}", "above 0"),
        ("tasks: {addition: {difficulty: [0, 3]}}", "within 1 to 8"),
        ("num_examples: many\ntasks: {addition: {}}", "whole number"),
        ("tasks: {}", "needs tasks"),
        ("- a", "must be a mapping"),
        ("a: [", "not YAML"),
    ],
)
def test_curricula_are_checked(text, message):
    with pytest.raises(ValueError, match=message):
        parse(text, "mine")


def test_the_default_curriculum_is_the_standard_one():
    assert load_curriculum().name == "standard"
    assert {share.task for share in load_curriculum().shares} == set(tasks())


def test_a_killed_build_leaves_nothing(tmp_path):
    command = [sys.executable, "-m", "data_chef", "build", "--preset", "nano", "--out", str(tmp_path / "out")]
    process = subprocess.Popen([*command, "--workers", "1"], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    deadline = time.time() + 60
    while not list(tmp_path.iterdir()) and time.time() < deadline:
        time.sleep(0.05)
    assert list(tmp_path.iterdir()), "the build never began"
    time.sleep(1)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=60)
    assert process.returncode not in (0, None) and "nothing was written" in errors
    assert not list(tmp_path.iterdir())


def test_overlap_with_an_evaluation_file_is_counted(tmp_path):
    mixture = parse("num_examples: 40\nvalidation: 5\ntest: 5\nvocab_size: 400\ntasks: {syllogism: {}}", "mine")
    build(mixture, tmp_path / "first", workers=1, progress=False)
    leaked = next(q for q in data_chef.load(tmp_path / "first", "train")["question"] if ngrams(q))
    evaluation = tmp_path / "evaluation.jsonl"
    evaluation.write_text(json.dumps({"nested": [{"question": leaked.upper()}]}) + "\n")
    build(mixture, tmp_path / "second", workers=1, decontaminate=[str(evaluation)], progress=False)
    row = next(line for line in (tmp_path / "second" / "README.md").read_text().splitlines() if "| syllogism" in line)
    assert int(row.split("|")[-2]) >= 1
    assert "overlap" not in (tmp_path / "first" / "README.md").read_text()
