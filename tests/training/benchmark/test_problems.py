"""Problems come whole out of every kind of file, or not at all."""

import gzip
import json

import pytest

from training.benchmark.problems import called_function, read_rows, rename, sha256_of_problems, to_problems


def write(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return path


def load(path, kind="math", schemas=()):
    return to_problems(read_rows(path), kind, "mine", schemas)


def test_a_file_of_ones_own(tmp_path):
    path = write(
        tmp_path / "mine.jsonl", [{"id": "a", "question": "1\u2028+1?", "answer": 2}, {"question": "?", "answer": 0.0}]
    )
    assert load(path) == [
        {"id": "a", "kind": "math", "task": "mine", "question": "1\u2028+1?", "answer": "2"},
        {"id": "mine-1", "kind": "math", "task": "mine", "question": "?", "answer": "0"},
    ]


@pytest.mark.parametrize(
    "rows, kind, message",
    [
        ([{"question": "?", "answer": "1"}, {"question": "?"}], "math", r"line 2: .* needs 'answer'"),
        ([{"questoin": "?", "answer": "1"}], "math", "is 'questoin' meant to be it"),
        ([{"question": " ", "answer": "1"}], "math", "line 1: 'question' must be text that is not empty"),
        ([{"question": ["?"], "answer": "1"}], "math", "must be text"),
        ([{"id": 1, "question": "?", "answer": "1"}] * 2, "math", "line 2: the id '1' was used before, in .*line 1"),
        ([["?"]], "math", "line 1: expected a JSON object, got list"),
        ([{"question": "?", "answer": "1"}], "code", "needs 'prompt'"),
        ([{"question": "?", "answer": "x", "choices": ["a", "b"]}], "choice", "'x' is none of the choices"),
        ([{"question": "?", "answer": "a", "choices": ["a"]}], "choice", "two or more"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path, rows, kind, message):
    with pytest.raises(ValueError, match=message):
        load(write(tmp_path / "mine.jsonl", rows), kind)


def test_damaged_files_are_refused_in_words(tmp_path):
    (tmp_path / "cut.jsonl").write_text('{"question": "?", "answer": "1"}\n{"quest')
    (tmp_path / "binary.jsonl").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "object.json").write_text("{}")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1")
    (tmp_path / "table.csv").write_text("a,b")
    (tmp_path / "broken.xml").write_text("<a>")
    (tmp_path / "broken.json").write_text("[")
    (tmp_path / "broken.jsonl.gz").write_bytes(b"no gzip")
    messages = {
        "cut.jsonl": "line 2: not JSON",
        "binary.jsonl": "not UTF-8",
        "object.json": "a list of problems",
        "broken.parquet": "not a whole Parquet",
        "table.csv": "cannot read '.csv'",
        "broken.xml": "not XML",
        "broken.json": "not JSON",
        "broken.jsonl.gz": "not gzip",
    }
    for name, message in messages.items():
        with pytest.raises(ValueError, match=message):
            load(tmp_path / name)
    with pytest.raises(FileNotFoundError, match="no file"):
        load(tmp_path / "nothing.jsonl")


def test_every_format_gives_the_same_problems(tmp_path):
    import pyarrow
    import pyarrow.parquet

    rows = [{"id": f"q{i}", "question": f"{i}+1?", "answer": str(i + 1)} for i in range(3)]
    plain = load(write(tmp_path / "a.jsonl", rows))
    (tmp_path / "a.json").write_text(json.dumps(rows))
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress((tmp_path / "a.jsonl").read_bytes()))
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "a.parquet")
    for name in ("a.json", "a.jsonl.gz", "a.parquet"):
        assert load(tmp_path / name) == plain
    assert len({sha256_of_problems(load(tmp_path / name)) for name in ("a.json", "a.jsonl", "a.parquet")}) == 1
    assert sha256_of_problems(plain) != sha256_of_problems(plain[::-1])


def test_stories_in_the_form_of_babi(tmp_path):
    path = tmp_path / "qa1_test.txt"
    path.write_text(
        "1 Ada went to the attic.\n2 Bo took the map.\n3 Where is Ada? \tattic\t1\n4 Bo left.\n5 Who left? \tBo\t4\n"
        "1 Cy slept.\n2 Who slept?\tCy\t1\n"
    )
    rows = [row for _, row in read_rows(path)]
    assert [row["passage"].count("\n") for row in rows] == [1, 2, 0]
    assert rows[1]["question"] == "Who left?" and rows[1]["answer"] == "Bo" and rows[2]["passage"] == "Cy slept."
    path.write_text("no number\n")
    with pytest.raises(ValueError, match="line 1"):
        list(read_rows(path))


def test_templates():
    row = {"a": "x", "b": 3.0, "c": ["p", "q"], "d": "9 (apples)", "e": "so\n#### 72", "f": ["A)5 m", "B) 6 m"]}
    templates = {
        "whole": "{c}",
        "joined": "{a} {b}",
        "lines": "{c|lines}",
        "first": "{c|first}",
        "unit": "{d|without_unit}",
        "mark": "{e|after_hashes}",
        "options": "{f|options}",
    }
    assert rename(row, templates) == {
        "whole": ["p", "q"],
        "joined": "x 3",
        "lines": "p\nq",
        "first": "p",
        "unit": "9",
        "mark": "72",
        "options": ["5 m", "6 m"],
    }


def test_the_function_that_tests_are_about():
    assert called_function(["assert near(1) == 2"]) == "near"
    assert called_function("assert set(pick([1])) == {1}") == "pick"
    assert called_function(["import math", "assert math.isclose(area(2), 4)"]) == "area"
    with pytest.raises(ValueError, match="no function"):
        called_function("assert True")
