"""The card of a corpus: what the Hub reads of it, what it promises, and the version of the data."""

import json
import re
import shutil
from pathlib import Path

import pytest
from huggingface_hub import DatasetCard

import data_chef
from data_chef.build import build
from data_chef.card import LICENCE, MADE, card_of, checkout, main
from data_chef.corpus import FORMAT, READABLE, VERSION, data_version
from data_chef.curriculum import parse
from data_chef.descriptor import COLUMNS, descriptor_of
from data_chef.splits import SPLITS


# Content of the `corpus` fixture for the MAJOR.MINOR of VERSION. Other items are another MINOR: raise it in
# data_chef/corpus.py, and put the hash that was found here.
ITEMS = {"2.1": "517aa42bfef22241c37571b662027f9d30f9d76d8ea2c29344e22cfec2019588"}
MINE = "num_examples: 40\nvalidation: 2\ntest: 2\nvocab_size: 300\ntasks: {addition: {difficulty: [1, 2]}, gcd: {}}"


@pytest.fixture(scope="module")
def mine(tmp_path_factory):
    """A corpus of a curriculum that no preset has."""
    out = tmp_path_factory.mktemp("cards") / "mine"
    build(parse(MINE, "mine"), out, seed=9, workers=1, progress=False)
    return out


def test_the_hub_reads_the_card(corpus):
    card = DatasetCard.load(corpus / "README.md")
    data = card.data.to_dict()
    assert (data["license"], data["language"], data["version"]) == ("apache-2.0", "en", VERSION)
    assert data["pretty_name"] == "ODIN corpus: nano" and {"synthetic", "verified"} <= set(data["tags"])
    assert data["size_categories"] == "1K<n<10K" and "text-generation" in data["task_categories"]
    (config,) = data["configs"]
    assert [entry["split"] for entry in config["data_files"]] == list(SPLITS)
    described = data_chef.describe(corpus)
    assert described["content_sha256"] in card.text and described["source_sha256"] in card.text
    for name, kind in described["schema"].items():
        assert f"| `{name}` | {kind} | {COLUMNS[name]} |" in card.text
    for split, counts in described["counts"].items():
        assert f"| {split} | {sum(counts.values()):,} |" in card.text
    for task, row in described["tasks"].items():
        assert re.search(rf"\| {task} \| {row['train']} \| .* \| [\d,]+ \| {row['unique_rate']:.1%} \|", card.text)


def test_the_command_of_the_card_makes_the_same_corpus(corpus, mine, tmp_path):
    assert "python -m data_chef build --preset nano --num-examples 600 --seed 3 --out DIR\n" in card_of(corpus)
    text = card_of(mine)
    assert "python -m data_chef build --config mine.yaml --num-examples 40 --seed 9 --out DIR\n" in text
    again = parse(re.search("```yaml\n(.*?)```", text, re.S)[1], "mine")
    assert again == parse(MINE, "mine")
    described = build(again, tmp_path / "again", seed=9, workers=1, progress=False)
    assert described["content_sha256"] == data_chef.describe(mine)["content_sha256"]
    changed = described | {"curriculum": described["curriculum"] | {"name": "nano"}}
    (tmp_path / "again" / "corpus.json").write_text(json.dumps(changed))
    assert "--config nano.yaml" in card_of(tmp_path / "again")


def test_word_lists_of_others_are_named_with_their_licences(corpus):
    stated = (Path(data_chef.__file__).parent / "data/SOURCES.md").read_text()
    for source, licence in (("wordfreq 3.1.1", "CC BY-SA 4.0"), ("Faker 40.54", "MIT")):
        assert source in stated and licence in stated
        assert source in MADE and licence in MADE and source.split()[0] in LICENCE and licence in LICENCE
    assert MADE in card_of(corpus) and LICENCE in card_of(corpus)


def test_the_code_is_where_the_citation_says(corpus, monkeypatch):
    assert checkout(None, {}) == ["# in the repository of ODIN"]
    monkeypatch.setattr("data_chef.card.read_citation", lambda: {"repository-code": "https://x/y"})
    assert "```sh\ngit clone https://x/y odin && cd odin\n" in card_of(corpus)


def test_a_card_is_written_again_from_the_folder(corpus, tmp_path, capsys):
    copy = shutil.copytree(corpus, tmp_path / "copy")
    written = (copy / "README.md").read_text()
    assert card_of(copy) == written
    (copy / "README.md").write_text("lost")
    main([str(copy)])
    assert (copy / "README.md").read_text() == written
    (copy / "report.json").unlink()
    assert "git checkout" not in card_of(copy) and "| addition |" in card_of(copy)
    (copy / "report.json").write_text("{")
    with pytest.raises(SystemExit, match="report.json is damaged"):
        main([str(copy)])
    assert (copy / "README.md").read_text() == written
    with pytest.raises(SystemExit, match="no corpus at"):
        main([str(tmp_path / "nowhere")])


def test_a_published_corpus_is_pinned(corpus):
    assert 'load_dataset("DIR")' in card_of(corpus)
    assert f'load_dataset("USER/odin-corpus", revision="v{VERSION}")' in card_of(corpus, "USER/odin-corpus")


def test_errors_and_a_given_tokenizer_are_told(mine, tmp_path):
    copy = shutil.copytree(mine, tmp_path / "copy")
    assert "exception" not in card_of(copy) and "--tokenizer" not in card_of(copy)
    (copy / "report.json").write_text(json.dumps({"errors": {"gcd": "ValueError: 0"}}))
    described = json.loads((copy / "corpus.json").read_text())
    (copy / "corpus.json").write_text(json.dumps(described | {"tokenizer_given": True}))
    text = card_of(copy)
    assert "  - gcd: `ValueError: 0`" in text and "--out DIR --tokenizer tokenizer\n" in text


def test_the_version_of_the_data_follows_its_rule(corpus):
    described = data_chef.describe(corpus)
    assert described["version"] == VERSION == data_version(described) == descriptor_of(corpus).version
    major, minor, patch = map(int, VERSION.split("."))
    assert FORMAT == f"data_chef corpus {major}" and patch >= 0
    assert ITEMS == {f"{major}.{minor}": described["content_sha256"]}


def test_a_corpus_from_before_there_were_versions(corpus, tmp_path):
    copy = shutil.copytree(corpus, tmp_path / "copy")
    described = json.loads((copy / "corpus.json").read_text())
    for key in ("version", "source_sha256", "tokenizer_given"):
        del described[key]
    for form, version in zip(READABLE, ("2.0.0", "1.0.0"), strict=True):
        (copy / "corpus.json").write_text(json.dumps(described | {"format": form}))
        assert data_version(data_chef.describe(copy)) == version == descriptor_of(copy).version
        assert f"version: {version}\n" in card_of(copy) and len(data_chef.load(copy, "train")) == 600
