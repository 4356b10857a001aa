"""Corpora: reproducible, loadable, whole or refused."""

import errno
import hashlib
import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest

import data_chef
import data_chef.build as building
from data_chef import corpus as on_disk
from data_chef.__main__ import main
from data_chef.build import build
from data_chef.curriculum import load_curriculum, parse
from data_chef.decontaminate import Evaluation
from data_chef.dedup import keys
from data_chef.registry import get_task, tasks
from data_chef.splits import SPLITS
from data_chef.stream import items


SMALL = (
    "num_examples: {}\nvalidation: 3\ntest: 3\nvocab_size: 300\ntasks: {{addition: {{}}, syllogism: {{weight: 2}}}}"
)


def digest(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in ("README.md", "report.json")
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
    hashes, questions = {}, []
    for split in SPLITS:
        rows = data_chef.load(corpus, split)
        assert set(rows.column_names) == set(described["schema"]) and set(rows["split"]) == {split}
        assert Counter(rows["task"]) == described["counts"][split]
        hashes[split] = set(zip(rows["task"], rows["canonical_hash"], strict=True))
        if split != "train":
            assert len(hashes[split]) == len(rows)
        else:
            assert len(rows) == 600
        questions += [" ".join(question.lower().split()) for question in rows["question"]]
        assert {get_task(task).family for task in rows["task"]} == set(rows["family"])
    assert len(set(questions)) == len(questions)
    # Functions of one operation are in all splits, with other questions.
    unique = [{(task, key) for task, key in found if not task.startswith("python")} for found in hashes.values()]
    assert sum(map(len, unique)) == len(set().union(*unique)) > 0
    shares = {share.task: share for share in load_curriculum("nano").shares}
    harder = data_chef.load(corpus, "extrapolation")
    assert all(row["difficulty"] == shares[row["task"]].difficulty[1] + 1 for row in harder)


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


def test_changed_content_of_the_same_size_is_noticed_on_request(corpus, tmp_path):
    copy = shutil.copytree(corpus, tmp_path / "copy")
    data_chef.describe(copy, verify=True)
    shard = copy / "data" / "train-00000.parquet"
    shard.write_bytes(shard.read_bytes()[:-1] + b"x")
    data_chef.describe(copy)
    with pytest.raises(ValueError, match="train-00000.parquet has another sha256"):
        data_chef.describe(copy, verify=True)
    with pytest.raises(SystemExit, match="another sha256"):
        main(["check", str(copy)])


def test_corpora_of_the_first_format_are_still_read(corpus, tmp_path):
    copy = shutil.copytree(corpus, tmp_path / "copy")
    described = data_chef.describe(copy)
    described["format"] = "data_chef corpus 1"
    described["files"] = {name: entry["bytes"] for name, entry in described["files"].items()}
    (copy / "corpus.json").write_text(json.dumps(described))
    assert len(data_chef.load(copy, "train")) == 600 and data_chef.describe(copy, verify=True)


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


def test_the_rows_are_those_of_the_stream_without_its_duplicates(corpus):
    rows = data_chef.load(corpus, "train").to_list()
    heldout = keys(row for split in SPLITS[1:] for row in data_chef.load(corpus, split).to_list())[:, 0]
    seen, expected = set(heldout.tolist()), []
    for row in items("nano", seed=3):
        exact, near, _ = keys([row])[0].tolist()
        if not seen & {exact, near}:
            expected.append(row)
            seen |= {exact, near}
        if len(expected) == len(rows):
            break
    assert rows == expected


def test_no_two_rows_are_near_duplicates(corpus):
    found = keys(data_chef.load(corpus, "train").to_list())
    assert len(set(found[:, 0].tolist())) == len(set(found[:, 1].tolist())) == 600


def test_a_task_that_runs_dry_leaves_its_share_to_the_others(tmp_path, capsys):
    text = "num_examples: 3000\nvalidation: 2\ntest: 2\nvocab_size: 300\n"
    text += "tasks: {prime_factors: {difficulty: 1}, addition: {difficulty: 6}}"
    described = build(parse(text, "mine"), tmp_path / "mine", workers=1, progress=False)
    counts = described["counts"]["train"]
    assert sum(counts.values()) == 3000 and counts["prime_factors"] < 1400 < counts["addition"]
    card = (tmp_path / "mine" / "README.md").read_text()
    assert f"prime_factors ({counts['prime_factors']:,} of 1,500)" in card

    (tmp_path / "dry.yaml").write_text(text.replace(", addition: {difficulty: 6}", ""))
    main(["build", "--config", str(tmp_path / "dry.yaml"), "--out", str(tmp_path / "dry"), "--workers", "2"])
    made = int(re.search(r"no more problems: ([\d,]+) train", capsys.readouterr().out)[1].replace(",", ""))
    assert made == sum(data_chef.describe(tmp_path / "dry")["counts"]["train"].values()) < 3000


class Stop(Exception):
    pass


@pytest.fixture
def small_shards(monkeypatch):
    monkeypatch.setattr(building, "ROWS_PER_FILE", 1500)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The files of a corpus of several shards, made in one go, and its curriculum."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "mine.yaml").write_text(SMALL.format(7000))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(building, "ROWS_PER_FILE", 1500)
        build(load_curriculum(path=str(folder / "mine.yaml")), folder / "out", workers=1, progress=False)
    return digest(folder / "out"), folder / "mine.yaml"


def test_a_stopped_build_goes_on_to_the_same_bytes(tmp_path, whole, small_shards, monkeypatch):
    mixture = load_curriculum(path=str(whole[1]))
    write, written = on_disk.write_shard, []

    def fails(path, tables):
        written.append(path.name)
        if len(written) in (2, 6):
            path.write_bytes(b"half")
            raise Stop
        return write(path, tables)

    monkeypatch.setattr("data_chef.partial.write_shard", fails)
    for _ in range(2):
        with pytest.raises(Stop):
            build(mixture, tmp_path / "parts", workers=1, progress=False)
    build(mixture, tmp_path / "parts", workers=2, progress=False)
    assert len(written) == len(set(written)) + 2 == 9, "finished shards are not made again"
    assert whole[0] == digest(tmp_path / "parts")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["parts"]


def test_a_stopped_build_of_something_else_is_refused(tmp_path, small_shards, monkeypatch):
    mixture, out = parse(SMALL.format(2000), "mine"), tmp_path / "out"
    monkeypatch.setattr(building, "train_tokenizer", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        build(mixture, out, workers=1, progress=False)
    monkeypatch.undo()
    for other in ({"seed": 1}, {"num_examples": 2001}):
        with pytest.raises(ValueError, match="another (seed|curriculum).*--restart"):
            build(mixture, out, workers=1, progress=False, **other)
    assert build(mixture, out, seed=1, restart=True, workers=1, progress=False)["seed"] == 1
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_whole_corpus_is_not_made_again(corpus, monkeypatch):
    monkeypatch.setattr(building, "ProcessPoolExecutor", None)
    described = build(load_curriculum("nano"), corpus, num_examples=600, seed=3, progress=False)
    assert described == data_chef.describe(corpus)


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_killed_build_goes_on(tmp_path, whole, end, small_shards):
    out, config = tmp_path / "out", whole[1]
    command = "import sys, data_chef.build as b; b.ROWS_PER_FILE = 1500; from data_chef.__main__ import main; main()"
    arguments = ["build", "--config", str(config), "--out", str(out), "--workers", "2"]
    process = subprocess.Popen(
        [sys.executable, "-c", command, *arguments],
        stderr=subprocess.PIPE,
        text=True,
        # A shell lets its background jobs ignore it, these tests among them.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    deadline, second = time.time() + 60, tmp_path / "out.partial" / "data" / "train-00001.parquet"
    while not second.exists() and time.time() < deadline and process.poll() is None:
        time.sleep(0.01)
    with pytest.raises(OSError, match="another process is building"):
        build(load_curriculum(path=str(config)), out, progress=False)
    process.send_signal(end)
    errors = process.communicate(timeout=60)[1]
    assert process.returncode != 0 and not out.exists() and second.exists()
    if end == signal.SIGKILL:
        build(load_curriculum(path=str(config)), out, workers=2, progress=False)
        assert digest(out) == whole[0] and not (tmp_path / "out.partial").exists()
    else:
        assert "run the same command again to go on" in errors and "Traceback" not in errors


def test_a_full_disk_keeps_what_is_finished(tmp_path, small_shards, monkeypatch):
    mixture, out = parse(SMALL.format(4000), "mine"), tmp_path / "out"
    write, written = on_disk.write_whole, []

    def full(path, content):
        written.append(path.name)
        if path.name == "train-00001.parquet":
            raise OSError(errno.ENOSPC, "No space left on device")
        write(path, content)

    monkeypatch.setattr(on_disk, "write_whole", full)
    with pytest.raises(OSError, match="no space left.*is kept in .*out.partial; make room, then run the same command"):
        build(mixture, out, workers=1, progress=False)
    assert (tmp_path / "out.partial" / "data" / "train-00000.parquet").exists()
    monkeypatch.undo()
    assert sum(build(mixture, out, workers=1, progress=False)["counts"]["train"].values()) == 4000


def test_a_file_that_cannot_grow_leaves_no_half(tmp_path):
    code = (
        "import resource, pathlib, sys; from data_chef.corpus import write_whole;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)); write_whole(pathlib.Path(sys.argv[1]), bytes(5000))"
    )
    failed = subprocess.run([sys.executable, "-c", code, str(tmp_path / "file")], capture_output=True, check=False)
    assert b"File too large" in failed.stderr and not list(tmp_path.iterdir())


def test_contamination_is_dropped_counted_and_looked_for_again(tmp_path, capsys):
    mixture = parse(SMALL.format(200), "mine")
    build(mixture, tmp_path / "first", workers=1, progress=False)
    first = [row for split in ("train", "test") for row in data_chef.load(tmp_path / "first", split)]
    long = [row for row in first if len(re.findall(r"\w+", row["question"])) > 15]
    planted = [long[0]["question"].upper(), long[-1]["question"].replace(".", " ,"), next(
        row["solution"] for row in first if row["task"] == "addition" and row["difficulty"] == 8)]  # fmt: skip
    evaluation = tmp_path / "evaluation.jsonl"
    evaluation.write_text("".join(json.dumps({"nested": [{"question": text}]}) + "\n" for text in planted))
    described = build(mixture, tmp_path / "second", workers=1, decontaminate=[str(evaluation)], progress=False)
    dropped = {task: row["overlap_dropped"] for task, row in described["tasks"].items()}
    assert dropped["syllogism"] >= 2 and dropped["addition"] >= 1 and described["overlap"] == 0
    assert sum(described["counts"]["train"].values()) == 200
    assert list(described["decontaminated"]) == ["evaluation.jsonl"]
    card = (tmp_path / "second" / "README.md").read_text()
    assert "in a second pass over the files 0 were found" in card
    assert "overlap" not in (tmp_path / "first" / "README.md").read_text()

    main(["check", str(tmp_path / "second"), "--against", str(evaluation)])
    assert "0 of" in capsys.readouterr().out
    for found in ("first", "evaluation.jsonl"):
        with pytest.raises(SystemExit):
            main(["check", str(tmp_path / found), "--against", str(evaluation)])
    assert "syllogism, train" in capsys.readouterr().out


def test_overlap_is_that_of_sets_of_13_words():
    texts = ["a b c d e f g h i j k l m n", "one two three", "", "x " * 12, "y " * 13]
    evaluation = Evaluation(texts)
    assert len(evaluation) == 3
    cases = {
        "A, b; c d e f g h i j k l m": True,
        "b c d e f g h i j k l m n and more": True,
        "a b c d e f g h i j k l": False,
        "a b c d e f q g h i j k l m n": False,
        "x " * 30: False,
        "y " * 14: True,
        "": False,
    }
    assert evaluation.overlaps([[text] for text in cases]).tolist() == list(cases.values())
    assert evaluation.overlaps([["a b c d e f g", "h i j k l m n"], list(cases)]).tolist() == [False, True]
    assert evaluation.overlaps([]).tolist() == [] and Evaluation([]).overlaps([["a"]]).tolist() == [False]


def test_of_code_the_prompt_alone_is_compared(tmp_path):
    words = " ".join(f"word{n}" for n in range(20))
    path = tmp_path / "code.jsonl"
    path.write_text(json.dumps({"prompt": "short", "code": words, "test": "assert True"}) + "\n\n")
    assert not Evaluation.read([path]).overlaps([[words]]).any()
    path.write_text(json.dumps({"prompt": words, "test": "assert True"}) + "\n")
    assert Evaluation.read([path]).overlaps([[words]]).all()
    path.write_text("{")
    with pytest.raises(ValueError, match="line 1 is not JSON"):
        Evaluation.read([path])


def test_a_tokenizer_can_be_brought_along(corpus, tmp_path):
    mixture = parse(SMALL.format(20), "mine")
    described = build(mixture, tmp_path / "out", workers=1, tokenizer=corpus, progress=False)
    assert described["tokenizer_sha256"] == data_chef.describe(corpus)["tokenizer_sha256"]
    with pytest.raises(FileNotFoundError, match="no tokenizer.json"):
        build(mixture, tmp_path / "other", workers=1, tokenizer=tmp_path, progress=False)
