"""Suites are data that is checked; the problems of each usual data set come out right from its own columns."""

import hashlib
import json
from dataclasses import fields
from pathlib import Path

import datasets
import pytest

from training.benchmark import sources
from training.benchmark.frozen import FOREIGN, SETS
from training.benchmark.prompts import messages
from training.benchmark.sources import NotAvailableError, Places, load_problems
from training.benchmark.suites import choose, load_suites, parse


GOOD = "name: x\nversion: 1\ntitle: X\nkind: math\nfiles: [x.jsonl]\n"
# One row of our own in the form of each data set that a suite knows, with what has to come out.
ROWS = {
    "gsm8k": [
        (
            {"question": "Two and two?", "answer": "2+2=<<2+2=4>>4\n#### 4"},
            {"question": "Two and two?", "answer": "4"},
        ),
    ],
    "asdiv": [
        (
            {"body": "Ann has 3 nuts.", "question": "How many?", "answer": "3 (nuts)", "formula": "3"},
            {"question": "Ann has 3 nuts. How many?", "answer": "3"},
        ),
        ({"id": "n1", "question": "How many?", "result": "3", "grade": 1}, {"question": "How many?", "answer": "3"}),
        ({"id": "n1", "question": "How many?", "answer": "3"}, {"question": "How many?", "answer": "3"}),
    ],
    "svamp": [
        (
            {"ID": "s-1", "Body": "Ann has 3 nuts.", "Question": "How many?", "Answer": 3.0, "Type": "Sum"},
            {"id": "s-1", "question": "Ann has 3 nuts. How many?", "answer": "3", "task": "Sum"},
        ),
        ({"question": "How many?", "result": "3"}, {"question": "How many?", "answer": "3"}),
    ],
    "mawps": [
        ({"id": "m", "question": "How many?", "result": "3"}, {"id": "m", "answer": "3"}),
        (
            {"iIndex": 7, "sQuestion": "How many?", "lSolutions": [3.0]},
            {"id": "7", "question": "How many?", "answer": "3"},
        ),
    ],
    "humaneval": [
        (
            {
                "task_id": "H/0",
                "prompt": 'def inc(x):\n    """x+1"""\n',
                "canonical_solution": "    return x + 1\n",
                "test": "def check(f):\n    assert f(1) == 2\n",
                "entry_point": "inc",
            },
            {"id": "H/0", "entry_point": "inc"},
        ),
    ],
    "mbpp": [
        (
            {
                "task_id": 12,
                "text": "Add one.",
                "code": "def inc(x): return x + 1",
                "test_list": ["assert inc(1) == 2", "assert inc(2) == 3"],
                "test_setup_code": "import math",
            },
            {
                "id": "12",
                "prompt": "Add one.\nassert inc(1) == 2\nassert inc(2) == 3",
                "entry_point": "inc",
                "test": "assert inc(1) == 2\nassert inc(2) == 3",
                "setup": "import math",
            },
        ),
        (
            {"task_id": 12, "prompt": "Add one.", "test_list": ["assert inc(1) == 2"], "test_imports": ["import re"]},
            {"prompt": "Add one.\nassert inc(1) == 2", "entry_point": "inc", "setup": "import re"},
        ),
        (
            {
                "id": "M/1",
                "prompt": "Add one.",
                "entry_point": "inc",
                "test_list": ["assert inc(1) == 2"],
                "test_setup_code": "",
                "test": "assert inc(1) == 2",
            },
            {"id": "M/1", "prompt": "Add one.\nassert inc(1) == 2", "setup": ""},
        ),
    ],
    "babi": [
        (
            {"passage": "1 Ada went up.\n2 Bo left.\n", "question": "Who left?", "answer": "Bo", "task": 1},
            {"question": "Ada went up.\nBo left.\nWho left?", "answer": "Bo", "task": "task 1"},
        ),
    ],
    "proofwriter": [
        (
            {"id": "p", "question": "Cats purr. Tom is a cat.", "options": ["A) True", "B) False"], "answer": "B"},
            {"answer": "False", "choices": ["True", "False"]},
        ),
        (
            {"id": "p", "theory": "Cats purr.", "question": "Tom purrs.", "answer": "Unknown", "QDep": 2},
            {
                "question": "Cats purr.\nBased on the above information, is the following statement true, false, or "
                "unknown? Tom purrs.",
                "answer": "Unknown",
                "difficulty": 2,
            },
        ),
    ],
    "aqua": [
        (
            {"question": "How far?", "options": ["A)5 m", "B)6 m"], "correct": "B", "rationale": ""},
            {"answer": "6 m", "choices": ["5 m", "6 m"]},
        ),
    ],
}
CASES = [(name, row, expected) for name, cases in ROWS.items() for row, expected in cases]


@pytest.mark.parametrize("name, row, expected", CASES, ids=[f"{name}-{i}" for i, (name, _, _) in enumerate(CASES)])
def test_columns_of_the_usual_schemas(name, row, expected, tmp_path, monkeypatch):
    """From a Parquet file, and by name through `datasets`, with what stands for the Hub."""
    suite = load_suites()[name]
    datasets.Dataset.from_list([row]).to_parquet(tmp_path / "rows.parquet")
    problems, _ = load_problems(suite, Places({name: tmp_path / "rows.parquet"}))
    assert {key: problems[0].get(key) for key in expected} == expected
    assert messages(problems[0], suite)[-1]["content"].strip()

    def load_dataset(path, name=None, split=None):
        assert path == suite.hub["path"] and split
        return datasets.load_dataset("parquet", data_files=str(tmp_path / "rows.parquet"), split="train")

    real = datasets.load_dataset
    monkeypatch.setattr(datasets, "load_dataset", lambda *a, **k: real(*a, **k) if a else load_dataset(**k))
    assert load_problems(suite, Places(online=True)) == (problems, f"hub:{suite.hub['path']}")


def test_every_real_set_is_covered():
    assert set(ROWS) == {name for name, suite in load_suites().items() if suite.group == "real"}


def test_a_set_out_of_reach_is_an_error_in_words(monkeypatch):
    def offline(**_):
        raise ConnectionError("no network\nat all")

    monkeypatch.setattr(datasets, "load_dataset", offline)
    with pytest.raises(NotAvailableError, match=r"cannot be fetched \(ConnectionError: no network\).*--file gsm8k="):
        load_problems(load_suites()["gsm8k"], Places(online=True))
    with pytest.raises(NotAvailableError, match="--data-dir with one of gsm8k_test.jsonl"):
        load_problems(load_suites()["gsm8k"], Places())


def test_only_the_official_test_part_of_a_whole_mbpp(tmp_path):
    rows = [
        {"task_id": i, "text": f"Add {i}.", "test_list": ["assert inc(1) == 2"], "test_setup_code": ""}
        for i in (1, 11, 510, 511)
    ]
    (tmp_path / "mbpp.jsonl").write_text("\n".join(map(json.dumps, rows)))
    problems, found = load_problems(load_suites()["mbpp"], Places(data_dir=tmp_path))
    assert [problem["id"] for problem in problems] == ["11", "510"] and found.endswith("mbpp.jsonl")


def test_asdiv_as_its_authors_wrote_it(tmp_path):
    (tmp_path / "ASDiv.xml").write_text(
        '<Machine-Reading-Corpus-File><ProblemSet><Problem ID="p1" Grade="1" Source="x"><Body>Ann has 3 nuts and 2 '
        "figs.</Body>"
        "<Question>How many of each?</Question><Solution-Type>Sum</Solution-Type><Answer>3 (nuts); 2 (figs)"
        "</Answer><Formula>3</Formula></Problem></ProblemSet></Machine-Reading-Corpus-File>"
    )
    problems, _ = load_problems(load_suites()["asdiv"], Places(data_dir=tmp_path))
    assert problems[0]["id"] == "p1" and problems[0]["answer"] == "3; 2"
    assert problems[0]["question"] == "Ann has 3 nuts and 2 figs. How many of each?"


def test_answers_of_a_task_are_the_options_of_those_without(tmp_path):
    rows = [{"passage": "p", "question": "q", "answer": a, "task": t} for a, t in [("x", 1), ("y", 1), ("z", 2)]]
    (tmp_path / "babi.jsonl").write_text("\n".join(map(json.dumps, rows)))
    problems, _ = load_problems(load_suites()["babi"], Places(data_dir=tmp_path))
    assert [problem.get("choices") for problem in problems] == [["x", "y"], ["x", "y"], None]


@pytest.fixture
def frozen(tmp_path, monkeypatch):
    """A frozen set of two rows."""
    rows = [
        {"id": f"f{i}", "kind": "choice", "question": "?", "answer": "Yes", "choices": ["Yes", "No"]} for i in (1, 2)
    ]
    content = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / "syllogisms.jsonl").write_text(content)
    digest = hashlib.sha256(content.encode()).hexdigest()
    manifest = {"version": "1", "sets": {"syllogisms": {"sha256": digest, "rows": 2}}}
    (tmp_path / "MANIFEST.json").write_text(json.dumps(manifest))
    monkeypatch.setattr(sources, "FROZEN", tmp_path)
    return tmp_path


def test_a_frozen_set_is_read_by_its_hash(frozen):
    suite = load_suites()["syllogisms"]
    problems, found = load_problems(suite, Places())
    assert [problem["id"] for problem in problems] == ["f1", "f2"] and found == "frozen:syllogisms 1"
    with (frozen / "syllogisms.jsonl").open("a") as file:
        file.write(" ")
    with pytest.raises(ValueError, match="sha256 differs"):
        load_problems(suite, Places())


def test_a_frozen_set_that_is_not_there_is_not_available(frozen):
    with pytest.raises(NotAvailableError, match="gsm8k_style.jsonl"):
        load_problems(load_suites()["gsm8k_style"], Places())


def test_held_out_items_of_a_built_corpus(corpus):
    suite = load_suites()["corpus_test"]
    problems, found = load_problems(suite, Places(corpus=corpus, per_task=2))
    tasks = [problem["task"] for problem in problems]
    assert len(tasks) > 20 and max(map(tasks.count, tasks)) == 2 and found == f"{corpus}, test"
    assert len({problem["id"] for problem in problems}) == len(problems)
    assert {"text", "code"} == {problem["kind"] for problem in problems}
    with pytest.raises(FileNotFoundError, match="no corpus"):
        load_problems(suite, Places(corpus=Path("nowhere")))


def test_held_out_items_made_on_the_spot(tmp_path):
    config = tmp_path / "two.yaml"
    config.write_text("tasks:\n  addition: {difficulty: [1, 2]}\n  python_list_function: {difficulty: [1, 1]}\n")
    for split in ("validation", "test", "extrapolation"):
        suite = load_suites()[f"corpus_{split}"]
        problems, _ = load_problems(suite, Places(curriculum=str(config), per_task=3))
        assert [problem["task"] for problem in problems] == ["addition"] * 3 + ["python_list_function"] * 3
        assert {problem["split"] for problem in problems} == {split}
        assert (problems[0]["difficulty"] == 3) == (split == "extrapolation")
        assert problems[0]["family"] == "mathematics" and problems[-1]["kind"] == "code"
        assert problems == load_problems(suite, Places(curriculum=str(config), per_task=3))[0]


def test_shipped_suites_are_valid():
    suites = load_suites()
    assert {suite.group for suite in suites.values()} == {"corpus", "frozen", "real", "fewshot"}
    folder = Path(sources.__file__).parent / "suites"
    assert {path.stem for path in folder.glob("*.yaml")} == set(suites)


def test_few_shot_suites_are_their_base_with_examples():
    suites = load_suites()
    found = [suite for suite in suites.values() if suite.group == "fewshot"]
    assert len(found) == 3
    for suite in found:
        base = suites[suite.name.removesuffix("_3shot")]
        own = {"name", "title", "group", "stop", "examples", "sha256"}
        assert {f.name for f in fields(suite) if getattr(suite, f.name) != getattr(base, f.name)} == own
        assert len(suite.examples) == 3
        for example in suite.examples:
            if suite.kind == "math":
                assert example["response"].rpartition("#### ")[2].isdigit()
            else:
                exec(
                    example["response"].replace("```python", "").replace("```", "")
                    + example["prompt"].partition("\n")[2]
                )
    assert not {suite.group for suite in choose("all")[0]} & {"fewshot"}
    assert choose("fewshot")[0] == found


@pytest.mark.parametrize(
    "text, message",
    [
        (GOOD + "base: gsm8", "did you mean 'gsm8k'"),
        (GOOD + "base: [gsm8k]", "unknown base"),
        (GOOD + "base: gsm8k_3shot", "take gsm8k"),
        ("base: gsm8k\nname: mine\nversion: 1", "lacks title"),
        (GOOD + "extracton: strict", "did you mean 'extraction'"),
        (GOOD.replace("kind: math", "kind: maths"), "did you mean 'math'"),
        (GOOD + "extraction: laxly", "unknown extraction"),
        (GOOD + "tools: [calculater]", "did you mean 'calculator'"),
        (GOOD + "split: tests", "did you mean 'test'"),
        (GOOD.replace("version: 1", "version: one"), "version of suite .* must be a int"),
        (GOOD.replace("title: X\n", ""), "lacks title"),
        (GOOD + "max_new_tokens: 0", "above 0"),
        (GOOD + "prompt: '{qestion}'", "did you mean 'question'"),
        (GOOD + "columns: [{answer: '{a|after_hash}'}]", "did you mean 'after_hashes'"),
        (GOOD + "examples: [{question: q}]", "lacks response"),
        (GOOD.replace("files: [x.jsonl]\n", ""), "names no source"),
        ("[1]", "must be a mapping"),
        ("{", "not YAML"),
    ],
)
def test_a_suite_with_a_mistake_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        parse(text, "x.yaml")


def test_names_groups_and_files(tmp_path):
    suites, named = choose("frozen,gsm8k")
    assert {suite.name for suite in suites} == {*SETS, *FOREIGN, "gsm8k"}
    assert named == {"gsm8k"}
    assert len(choose("all")[0]) == len(load_suites()) - 3
    (tmp_path / "x.yaml").write_text(GOOD)
    assert choose(str(tmp_path / "x.yaml"))[0][0].title == "X"
    with pytest.raises(ValueError, match="did you mean 'gsm8k'"):
        choose("gsm8")
    with pytest.raises(ValueError, match="no suite named"):
        choose(",")
