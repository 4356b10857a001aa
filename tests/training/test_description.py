"""`odin.json` in Python: what it must say, its hash, and where it is read. The browser's rules: tests/space."""

import copy
import hashlib
import json
import shutil
from pathlib import Path

import pytest

from configuration_odin import OdinConfig
from training.config import TrainConfig
from training.description import check_description, description_id, read_description
from training.release import refresh, release
from training.run import describe_run, find_checkpoint


RELEASE = Path(__file__).parents[2] / "odin-nano"
RELEASED = json.loads((RELEASE / "odin.json").read_text())
SOURCE = {"content_sha256": "0" * 64, "curriculum": "nano"}


@pytest.fixture
def tokenizer(tmp_path):
    (tmp_path / "tokenizer.json").write_text("{}")
    return tmp_path


def changed(part: str, **values) -> dict:
    """The released description with other values in one part, under the id of that content."""
    description = copy.deepcopy(RELEASED)
    (description[part] if part else description).update(values)
    return description | {"id": description_id(description)}


def test_the_released_run():
    assert read_description(RELEASE / "odin.json") == RELEASED
    assert read_description(str(RELEASE / "odin.json"))["id"] == description_id(RELEASED)


def test_the_id_is_the_hash_of_the_sorted_content():
    content = '{"a": {"b": 1.0, "\\u00e9": [null]}, "seed": 1}'
    described = {"seed": 1, "id": "x", "a": {"é": [None], "b": 1.0}, "commit": "y"}
    assert description_id(described) == hashlib.sha256(content.encode()).hexdigest()


def test_what_training_describes_is_accepted_and_the_commit_is_not_in_its_id(tokenizer, monkeypatch):
    runs = []
    for commit in (None, "a" * 40, "b" * 40):
        monkeypatch.setattr("training.run.commit_of", lambda _folder, commit=commit: commit)
        run = describe_run(TrainConfig(), OdinConfig.from_preset("odin-nano"), SOURCE, tokenizer)
        check_description(json.loads(json.dumps(run)))
        assert run["commit"] == commit
        runs.append(run)
    assert len({run["id"] for run in runs}) == 1


def test_a_run_that_could_not_be_written_down_does_not_begin(tokenizer):
    with pytest.raises(ValueError, match=r"seed must be an integer from 0 to 2\^53 - 1, not integer 9007199254740992"):
        describe_run(TrainConfig(seed=2**53), OdinConfig.from_preset("odin-nano"), SOURCE, tokenizer)


@pytest.mark.parametrize(
    "description, message",
    [
        ([], "the description must be an object, not list"),
        (changed("", sed=1), "unknown key of the description 'sed'; did you mean 'seed'?"),
        ({key: value for key, value in RELEASED.items() if key != "seed"}, "the description lacks seed"),
        (RELEASED | {"seed": 1}, "recipe.seed must be the seed of the run, 1"),
        (RELEASED | {"commit": "main"}, 'commit must be 40 digits of lower-case hex, not string "main"'),
        (RELEASED | {"id": RELEASED["id"].upper()}, "id must be 64 digits of lower-case hex"),
        (RELEASED | {"id": "0" * 64}, f"id must be {RELEASED['id']}, the hash of what the description says"),
        (changed("", tokenizer_sha256=None), "tokenizer_sha256 must be 64 digits of lower-case hex, not null"),
        (changed("model", model_type="odn"), "unknown model.model_type 'odn'; did you mean 'odin'?"),
        (
            changed("model", hidden_size="192"),
            'model.hidden_size must be an integer within 2^53 - 1, not string "192"',
        ),
        (changed("model", chunk_size=16.0), "model.chunk_size must be an integer within 2^53 - 1, not number 16.0"),
        (changed("model", head_dim=50), "model: head_dim (50) must divide hidden_size (192)"),
        (changed("model", slow_head=1), "model: OdinConfig has no key 'slow_head'; did you mean 'slow_heads'?"),
        (changed("model", num_heads=7), "model.num_heads must be 6, hidden_size / head_dim, not integer 7"),
        (changed("model", decay_hierarchy=1), "model.decay_hierarchy must be true or false, not integer 1"),
        (changed("precision", norm="float32"), "unknown key of precision 'norm'; did you mean 'norms'?"),
        (changed("precision", norms="float46"), "unknown precision.norms 'float46'; did you mean 'float16'?"),
        (changed("precision", norms=32), "precision.norms must be one of float32, bfloat16, float16, not integer 32"),
        (changed("dataset", content_sha256=""), "dataset.content_sha256 must be 64 digits of lower-case hex"),
        (changed("dataset", counts={"train": {"sum": -1}}), "dataset.counts.train.sum must be an integer from 0"),
        (changed("dataset", stages=[]), "unknown key of dataset with stages 'content_sha256'"),
        (changed("", dataset={"stages": {}}), "dataset.stages must be a list, not object {}"),
        (
            changed("", dataset={"stages": [SOURCE | {"until": 0.5}, SOURCE | {"until": 0.5}]}),
            "dataset.stages[1].until must be a number above 0.5 and at most 1, not number 0.5",
        ),
        (changed("", dataset={"stages": []}), "the last of dataset.stages must have until 1, not 0"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_key(tmp_path, description, message):
    path = tmp_path / "odin.json"
    path.write_text(json.dumps(description))
    with pytest.raises(ValueError) as error:
        read_description(path)
    assert str(path) in str(error.value) and message in str(error.value)


def test_what_another_transformers_wrote_of_its_own_is_not_judged():
    check_description(changed("model", problem_type="new", id2label=5, transformers_version="9", self=1, strange={}))


@pytest.mark.parametrize("content", [b"", b"{", b"\xff{}", b"\xef\xbb\xbf{}", b"[" * 100_000, b'{"a": nan}'])
def test_what_is_not_json_is_refused(tmp_path, content):
    path = tmp_path / "odin.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"odin\.json is not JSON: .*Take odin\.json as the training run wrote it"):
        read_description(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=str(tmp_path / "odin.json")):
        read_description(tmp_path / "odin.json")


def test_a_run_goes_on_only_under_a_sound_description(tmp_path):
    (tmp_path / "checkpoint-0000010").mkdir()
    with pytest.raises(FileNotFoundError, match="odin.json"):
        find_checkpoint(tmp_path, RELEASED["id"], True, None)
    shutil.copy(RELEASE / "odin.json", tmp_path)
    assert find_checkpoint(tmp_path, RELEASED["id"], True, None) == tmp_path / "checkpoint-0000010"
    with pytest.raises(FileExistsError, match="choose another output"):
        find_checkpoint(tmp_path, "0" * 64, True, None)
    (tmp_path / "odin.json").write_text(json.dumps(RELEASED | {"seed": 1}))
    with pytest.raises(ValueError, match="recipe.seed"):
        find_checkpoint(tmp_path, RELEASED["id"], True, None)


def test_a_damaged_description_is_not_released(tmp_path):
    out = tmp_path / "odin-toy"
    shutil.copytree(RELEASE, out)
    (out / "odin.json").write_text(json.dumps(RELEASED | {"tokenizer_sha256": "0" * 64}))
    with pytest.raises(ValueError, match="the hash of what the description says"):
        refresh(out)
    (tmp_path / "run" / "model").mkdir(parents=True)
    shutil.copy(out / "odin.json", tmp_path / "run")
    with pytest.raises(ValueError, match="the hash of what the description says"):
        release(tmp_path / "run", tmp_path / "new", tmp_path / "report.json")
    assert {path.name for path in tmp_path.iterdir()} == {"odin-toy", "run"}
