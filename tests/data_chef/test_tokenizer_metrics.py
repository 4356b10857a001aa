"""The numbers of a tokenizer, checked against counting by hand."""

import json
import math

import pytest
from transformers import AutoTokenizer

from data_chef.__main__ import main
from data_chef.corpus import tokenizer_dir
from data_chef.curriculum import load_curriculum
from data_chef.tokenizer import train_tokenizer
from data_chef.tokenizer_metrics import METRICS, corpus_texts, file_texts, measure


SIZE = load_curriculum("nano").vocab_size


@pytest.fixture(scope="module")
def spelling():
    """It knows bytes only."""
    return train_tokenizer([], 259)


def test_bytes_only(spelling):
    assert len(spelling) == 259
    found = measure(spelling, ["ab ab", "7 12"])
    # ` ` before a digit is a part of its own, and so is each digit; `ab` and ` ab` are spelled.
    assert found == {
        "documents": 2,
        "bytes per token": 1.0,
        "tokens per document": 4.5,
        "tokens per word": 2.5,
        "words in one token %": 0.0,
        "vocabulary used %": round(100 * 6 / 259, 2),
        "byte fallback %": round(100 * 5 / 9, 2),
        "bits per token": round(-sum(n / 9 * math.log2(n / 9) for n in (2, 2, 2, 1, 1, 1)), 3),
    }


def test_a_letter_that_is_a_word_is_no_fallback_but_the_bytes_of_a_character_are(spelling):
    assert measure(spelling, ["x"])["byte fallback %"] == 0
    assert measure(spelling, ["x"])["words in one token %"] == 100
    assert measure(spelling, ["€"])["byte fallback %"] == 100
    assert measure(spelling, ["€"])["tokens per word"] == 0
    assert measure(spelling, ["e\u0301"])["tokens per word"] == 2


def test_words_in_one_token(corpus):
    tokenizer = AutoTokenizer.from_pretrained(tokenizer_dir(corpus))
    texts = corpus_texts(corpus, 300)
    found = measure(tokenizer, texts)
    assert list(found) == list(METRICS) and found["documents"] == 300
    ids = [number for text in texts for number in tokenizer(text)["input_ids"]]
    assert found["tokens per document"] == round(len(ids) / 300, 1)
    assert found["bytes per token"] == round(sum(len(text.encode()) for text in texts) / len(ids), 3) > 1
    assert found["vocabulary used %"] == round(100 * len(set(ids)) / SIZE, 2)
    assert found["words in one token %"] > 60 and 1 <= found["tokens per word"] < 2
    assert 0 < found["byte fallback %"] < 20 and 0 < found["bits per token"] < math.log2(SIZE)
    nonsense = measure(tokenizer, ["zqxv wjqk vbzzt"])
    assert nonsense["tokens per word"] > found["tokens per word"]
    assert nonsense["byte fallback %"] > found["byte fallback %"]


def test_nothing_to_measure(spelling):
    for texts in ([], [""]):
        with pytest.raises(ValueError, match="no text"):
            measure(spelling, texts)


def test_documents_of_a_file(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text(
        '{"id": "a", "question": "Q\u2028", "solution": "S", "answer": "A"}\n\n{"prompt": "P", "steps": 2}\n'
    )
    assert file_texts(path) == ["Q\u2028\nS", "P"] and file_texts(path, 1) == ["Q\u2028\nS"]
    for content, message in (('{"a": 1}', "line 1: a row needs one of question"), ("\n{", "line 2: Expecting")):
        path.write_text(content)
        with pytest.raises(ValueError, match=message):
            file_texts(path)


def test_measuring_from_the_command_line(corpus, tmp_path, capsys):
    path, out = tmp_path / "rows.jsonl", tmp_path / "numbers.json"
    path.write_text('{"question": "What is the sum of 1 and 2?"}\n')
    arguments = ["tokenizer", "measure", "--tokenizer", str(corpus), "--corpus", str(corpus), str(path)]
    main([*arguments, "--limit", "50", "--out", str(out)])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["corpus", "rows"] and len(lines) == 1 + len(METRICS)
    result = json.loads(out.read_text())
    assert result["vocabulary"] == SIZE and result["sources"]["corpus"]["documents"] == 50
    assert result["sources"]["rows"] == measure(
        AutoTokenizer.from_pretrained(tokenizer_dir(corpus)), ["What is the sum of 1 and 2?"]
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--tokenizer", "{}"], "nothing to measure on"),
        (["--tokenizer", "{}", "a.jsonl"], "no tokenizer.json in"),
        (["--tokenizer", "{corpus}", "none.jsonl"], "no file none.jsonl"),
        (["--tokenizer", "{corpus}", "--corpus", "{}"], "no corpus at"),
        (["--tokenizer", "{corpus}", "--corpus", "{corpus}", "--limit", "0"], "--limit must be above 0"),
    ],
)
def test_bad_arguments_fail_in_words(corpus, tmp_path, arguments, message):
    values = [text.replace("{}", str(tmp_path / "none")).replace("{corpus}", str(corpus)) for text in arguments]
    with pytest.raises(SystemExit) as failure:
        main(["tokenizer", "measure", *values])
    assert message in str(failure.value)


def test_training_from_the_command_line(corpus, tmp_path, capsys):
    for extra, size in ((["--vocab-size", "300"], 300), ([], SIZE)):
        out = tmp_path / str(size)
        main(["tokenizer", "train", "--corpus", str(corpus), "--out", str(out), *extra])
        assert f"{out}: {size} tokens" in (printed := capsys.readouterr().out) and "bytes per token" in printed
        assert len(AutoTokenizer.from_pretrained(out)) == size
    trained = (tmp_path / str(SIZE) / "tokenizer.json").read_bytes()
    assert trained == (tokenizer_dir(corpus) / "tokenizer.json").read_bytes()
