"""`odin.json` and run records in the browser runtime: the ids of Python, and what Python refuses as well."""

import copy
import difflib
import hashlib
import inspect
import json
import math
import random
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from configuration_odin import OdinConfig
from data_chef.corpus import SCHEMA
from tests.space.typescript import compile_script
from training.config import TrainConfig
from training.description import description_id, read_description
from training.run import describe_run


REPOSITORY = Path(__file__).parents[2]
RELEASED = (REPOSITORY / "odin-nano" / "odin.json").read_text()
SEED = 8
SCRIPT = """
import { likeness } from "RUNTIME/likeness";
import { descriptionId, parseDescription } from "RUNTIME/description";
import { parseRecord, recordId } from "RUNTIME/record";

const jobs = {
  id: ({ text }) => descriptionId(text),
  parse: ({ text }) => JSON.parse(JSON.stringify(parseDescription(text))),
  check: ({ text }) => Boolean(parseDescription(text)),
  likeness: ({ a, b }) => likeness(a, b),
  record({ text }) {
    const record = parseRecord(text);
    return { id: recordId(record), text: JSON.stringify(record) };
  },
};
const answer = ({ job, ...rest }) => jobs[job](rest);
"""


@pytest.fixture(scope="module")
def runtime(tmp_path_factory) -> Callable[[list], list[Any]]:
    return compile_script(SCRIPT, tmp_path_factory.mktemp("description"))


def python_id(text: str) -> str:
    """What `describe_run` hashes, of a file that it has written."""
    run = {key: value for key, value in json.loads(text).items() if key not in ("id", "commit")}
    return hashlib.sha256(json.dumps(run, sort_keys=True).encode()).hexdigest()


def with_id(description: dict) -> str:
    """As training writes it, under the id of its content."""
    description["id"] = python_id(json.dumps(description))
    return json.dumps(description, indent=2, sort_keys=True)


def changed(**values: Any) -> dict:
    """The released description with some values replaced; `a__b` is the key b inside a."""
    description = json.loads(RELEASED)
    for path, value in values.items():
        *parents, leaf = path.split("__")
        target = description
        for parent in parents:
            target = target[parent]
        target[leaf] = value
    return description


def test_the_released_run(runtime):
    found_id, parsed = runtime([{"job": "id", "text": RELEASED}, {"job": "parse", "text": RELEASED}])
    assert found_id == json.loads(RELEASED)["id"]
    assert parsed == json.loads(RELEASED)


def test_runs_as_training_describes_them(runtime, tmp_path):
    (tmp_path / "tokenizer.json").write_text("{}")
    stages = [{"until": 0.25, "curriculum": "nano"}, {"until": 1, "curriculum": "nano"}]
    configs = [
        TrainConfig(max_minutes=0.1, learning_rate=1e-5, seed=2**40),
        TrainConfig(model="odin-100m", weight_decay=1e-16, ema_decay=0.9999, max_grad_norm=math.inf, stages=stages),
        TrainConfig(data="corpus/ä€😀", learning_rate=1e22, muon_learning_rate=None, mixed_precision="fp16"),
        TrainConfig(max_minutes=123456789012345678.0, min_improvement=5e-324, model_overrides={"chunk_size": 16}),
    ]
    datasets = [
        {"curriculum": "nano", "content_sha256": "0" * 64},
        {"stages": [stage | {"content_sha256": "1" * 64} for stage in stages]},
        {
            "curriculum": {"name": "nano", "shares": [{"task": "é", "weight": 0.1}]},
            "content_sha256": "2" * 64,
            "seed": 3,
            "schema": {"question": "string"},
            "counts": {"train": {"addition": 10**15}, "test": {}},
        },
        {"curriculum": "nano", "content_sha256": "3" * 64},
    ]
    models = [
        {"norm_eps": 1e-6},
        {"time_mixing": "rwkv7"},
        {"slow_heads": 5, "slot_heads": 7, "recurrence_passes": 2, "decay_hierarchy": True, "chunk_size": 128},
        {"time_mixing": "mamba2", "recurrence": "recurrent", "conv_kernel_size": 2},
    ]
    texts = []
    for config, dataset, overrides in zip(configs, datasets, models, strict=True):
        model = OdinConfig.from_preset("odin-100m", **overrides)
        texts.append(json.dumps(describe_run(config, model, dataset, tmp_path), indent=2, sort_keys=True))
    parsed = runtime([{"job": "parse", "text": text} for text in texts])
    for found, text in zip(parsed, texts, strict=True):
        # JavaScript's own JSON writes infinity as null.
        assert found == json.loads(text, parse_constant=lambda name: None)
        assert json.loads(text)["id"] == python_id(text)
        assert in_python(text, tmp_path) is None


def random_float(rng: random.Random) -> float:
    kind = rng.randrange(5)
    if kind == 0:
        value = struct.unpack(">d", rng.randbytes(8))[0]
        return value if math.isfinite(value) else 0.0
    if kind == 1:
        return float(f"{rng.choice('-+')}{rng.randrange(1, 10 ** rng.randrange(1, 6))}e{rng.randrange(-25, 25)}")
    if kind == 2:
        return math.ldexp(rng.choice((1.0, -1.0)), rng.randrange(-1074, 1024))
    if kind == 3:
        return float(rng.randrange(-(10**17), 10**17))
    return rng.choice((0.0, -0.0, 1.0, 1e16, 1e15, 1e-4, 1e-5, 1e21, 1e22, 5e-324, math.inf, -math.inf, math.nan))


def random_text(rng: random.Random) -> str:
    # Every kind that JSON writes in its own way, and lone halves of surrogate pairs.
    alphabet = 'ab"\\/\b\f\n\r\t\x00\x1f\x7f\x80é\u2028\ud83d\udc00\uffff😀𐀀'
    return "".join(rng.choices(alphabet, k=rng.randrange(6)))


def random_value(rng: random.Random, depth: int = 0) -> Any:
    kind = rng.randrange(8 if depth < 3 else 6)
    if kind < 2:
        return random_float(rng)
    if kind == 2:
        return rng.randrange(-(10 ** rng.randrange(1, 30)), 10 ** rng.randrange(1, 30))
    if kind < 5:
        return random_text(rng)
    if kind == 5:
        return rng.choice((True, False, None))
    if kind == 6:
        return [random_value(rng, depth + 1) for _ in range(rng.randrange(4))]
    keys = [random_text(rng) for _ in range(3)] + [str(rng.randrange(20)), "__proto__", "nNaN"]
    return {key: random_value(rng, depth + 1) for key in rng.sample(keys, rng.randrange(6))}


def layouts(value: Any) -> list[str]:
    """The same value as JSON in several ways."""
    return [json.dumps(value), json.dumps(value, indent=1), json.dumps(value, separators=(",", ":"))]


def test_ids_of_hostile_descriptions(runtime):
    rng = random.Random(SEED)
    values = [{"recipe": random_value(rng), random_text(rng): random_value(rng)} for _ in range(600)]
    texts = [text for value in values for text in layouts(value)]
    # Written as Python never writes them, but reads them.
    numbers = ["1E5", "1e+5", "1.50", "100e-2", "-0", "-0.0", "1e400", "-1e400", "1e-400", "0.1e1", "123456789e-9"]
    texts += [f'{{"recipe": [{number}], "a": "{number} 1.0 NaN"}}' for number in numbers]
    texts += ['{"a": 1, "a": 2.0}', '{"é": 1.0, "\\u00e9": 2}', '\n\t{ "a" :\r[ ] }\n']
    found = runtime([{"job": "id", "text": text} for text in texts])
    for text, found_id in zip(texts, found, strict=True):
        assert found_id == python_id(text) == description_id(json.loads(text)), text
    # The layout says nothing, a number's kind does.
    assert found[0] == found[1] == found[2]
    assert python_id('{"a": 1}') != python_id('{"a": 1.0}')


def in_python(text: str, folder: Path) -> str | None:
    """Why Python refuses the description, or None."""
    path = folder / "odin.json"
    path.write_bytes(text.encode())
    try:
        assert json.dumps(read_description(path)) == json.dumps(json.loads(text))
    except ValueError as error:
        return str(error)
    return None


def test_what_is_no_json_of_an_object_in_python_is_refused(runtime, tmp_path):
    texts = ["", "[]", "5", "{", '{"a": 01}', '{"a": .5}', '{"a": 1.}', '{"a": 1e}', '{"a": +1}', '{"a": 1 2}']
    texts += ['{"a": "1}', '{"a": "\t"}', '{"a": "\\x"}', '{"a": nan}', '{"a": 0x1}', '{"a": 1}}', '{"a": trueNaN}']
    texts += ["{a: 1}", '{"a": 1,}', '{"a": NaN1}', "{1: 1}", "{NaN: 1}", "\ufeff{}", '{"a": "b"1}', '{"a" 1: 1}']
    for text, refusal in zip(texts, runtime([{"job": "id", "text": text} for text in texts]), strict=True):
        with pytest.raises((ValueError, AttributeError)):
            python_id(text)
        assert in_python(text, tmp_path)
        assert isinstance(refusal, dict) and refusal["code"] == "corrupt", text


def test_what_only_one_parser_would_read_is_refused(runtime, tmp_path):
    texts = ['{"a":' * 100_000 + "1" + "}" * 100_000]
    for levels in (199, 200):
        texts.append(with_id(changed(recipe__deep=json.loads("[" * (levels - 1) + "1" + "]" * (levels - 1)))))
    for digits in (4300, 4301):
        texts.append(with_id(changed(recipe__long=-(10**4299))).replace("0" * 4299, "0" * (digits - 1)))
    for text, found in zip(texts, runtime([{"job": "check", "text": text} for text in texts]), strict=True):
        refusal = in_python(text, tmp_path)
        assert (refusal is None) == (found is True)
    assert [bool(in_python(text, tmp_path)) for text in texts] == [True, False, True, False, True]


SOURCE = {"content_sha256": "0" * 64, "curriculum": "nano"}
REFUSED = [
    ({"sed": 0}, "unknown key of the description 'sed'; did you mean 'seed'?"),
    ({"seed": 1}, "recipe.seed must be the seed of the run, 1"),
    ({"seed": -1}, "seed must be an integer from 0 to 2^53 - 1, not integer -1"),
    ({"seed": 0.0}, "seed must be an integer, not number 0.0"),
    ({"commit": "abc"}, "commit must be 40 digits of lower-case hex"),
    ({"commit": "A" * 64}, "commit must be 64 digits of lower-case hex"),
    ({"tokenizer_sha256": "A" * 64}, "tokenizer_sha256 must be 64 digits of lower-case hex"),
    ({"recipe": None}, "recipe must be an object, not null"),
    ({"seed": True}, "seed must be an integer from 0 to 2^53 - 1, not bool true"),
    ({"recipe__seed": 0.0}, "recipe.seed must be an integer"),
    ({"model__model_type": "llama"}, "unknown model.model_type 'llama'"),
    ({"model__hidden_size": "192"}, "model.hidden_size must be an integer from 1 to 2^53 - 1, not string"),
    ({"model__hidden_size": 192.0}, "model.hidden_size must be an integer, not number 192.0"),
    ({"model__vocab_size": 0}, "model.vocab_size must be an integer from 1"),
    ({"model__head_dim": 50}, "model.head_dim must be a divisor of hidden_size 192, not integer 50"),
    ({"model__num_heads": 7}, "model.num_heads must be 6, hidden_size / head_dim, not integer 7"),
    ({"model__conv_kernel_size": 1}, "model.conv_kernel_size must be an integer from 2"),
    ({"model__chunk_size": 129}, "model.chunk_size must be an integer from 1 to 128"),
    ({"model__time_mixing": "mamba"}, "unknown model.time_mixing 'mamba'; did you mean 'mamba2'?"),
    ({"model__vocab_size": True}, "model.vocab_size must be an integer"),
    ({"model__vocab_size": 2**53}, "model.vocab_size must be an integer"),
    ({"model__slow_head": 1}, "model has no key 'slow_head'; did you mean 'slow_heads'?"),
    ({"model__decay_hierarchy": 0}, "model.decay_hierarchy must be true or false, not integer 0"),
    ({"model__intermediate_size": None}, "model.intermediate_size must be an integer"),
    ({"precision__norm": "float32"}, "unknown key of precision 'norm'; did you mean 'norms'?"),
    ({"precision__norms": "float64"}, "unknown precision.norms 'float64'"),
    ({"precision__loss_scaling": 1}, "precision.loss_scaling must be true or false, not integer 1"),
    ({"dataset": {"curriculum": "nano"}}, "dataset.content_sha256 must be 64 digits"),
    ({"dataset__curriculum": 5}, "dataset.curriculum must be an object, not integer 5"),
    ({"dataset__seed": 2**53}, "dataset.seed must be an integer from 0 to 2^53 - 1"),
    ({"dataset__schema": {"question": 1}}, "dataset.schema.question must be a string"),
    ({"dataset__counts": {"train": {"sum": -1}}}, "dataset.counts.train.sum must be an integer from 0"),
    ({"dataset": {"stages": [], "seed": 1}}, "unknown key of dataset with stages 'seed'"),
    ({"dataset": {"stages": []}}, "the last of dataset.stages must have until 1, not 0"),
    ({"dataset": {"stages": [SOURCE | {"until": 0.5}]}}, "the last of dataset.stages must have until 1, not 0.5"),
    ({"dataset": {"stages": [SOURCE | {"until": 1}, SOURCE | {"until": 1}]}}, "dataset.stages[1].until must be"),
    ({"dataset": {"stages": [{"until": 1}]}}, "dataset.stages[0].content_sha256 must be"),
    ({"dataset": {"stages": [SOURCE | {"until": True}]}}, "dataset.stages[0].until must be a number above 0"),
    ({"dataset__schema": {"question": "\ud800"}}, "dataset.schema.question must be a string"),
]


def test_wrong_descriptions_are_refused_by_the_key(runtime, tmp_path):
    texts = [with_id(changed(**values)) for values, _ in REFUSED]
    for refusal, (values, message) in zip(runtime([{"job": "parse", "text": t} for t in texts]), REFUSED, strict=True):
        assert refusal.get("code") == "corrupt", values
        assert message in refusal["message"]
        in_both = in_python(with_id(changed(**values)), tmp_path) or ""
        # The words for a model are OdinConfig's.
        assert (list(values)[0].split("__")[-1] if "model" in message else message.split(", not ")[0]) in in_both


def test_what_python_refuses_of_a_model_is_refused(runtime, tmp_path):
    """`OdinConfig` itself is the judge of dimensions."""
    changes = [
        {"vocab_size": 0}, {"hidden_size": 190}, {"head_dim": 7}, {"num_hidden_layers": 1.0}, {"decay_rank": 0},
        {"gate_rank": -1}, {"recurrence_passes": 0}, {"conv_kernel_size": 1}, {"chunk_size": 0}, {"chunk_size": 129},
        {"recurrence": "fast"}, {"time_mixing": ""}, {"slow_heads": -1}, {"slot_heads": -1},
        {"slow_heads": 4, "slot_heads": 3}, {"time_mixing": "rwkv7", "slow_heads": 1},
        {"time_mixing": "mamba2", "recurrence_passes": 2}, {"time_mixing": "rwkv6", "decay_hierarchy": True},
    ]  # fmt: skip
    texts = []
    for change in changes:
        with pytest.raises(ValueError):
            OdinConfig.from_preset("odin-nano", **change)
        model = json.loads(RELEASED)["model"] | change
        texts.append(with_id(changed(model=model)))
    for refusal, change in zip(runtime([{"job": "parse", "text": t} for t in texts]), changes, strict=True):
        assert refusal.get("code") == "corrupt", change
    assert all(in_python(text, tmp_path) for text in texts)


VALUES = [
    None, True, False, 0, 1, -1, 2, 6, 7, 32, 128, 129, 192, 2**53 - 1, 2**53, 10**400, 0.0, 1.0, 0.5, -0.0, math.nan,
    math.inf, "", "float32", "odin", "recurrent", "rwkv7", "0" * 40, "0" * 64, "\ud800", "__proto__", [], {}, [1],
    {"stages": []}, SOURCE, SOURCE | {"until": 0.5}, {"train": {"sum": 3}}, [SOURCE | {"until": 1}],
]  # fmt: skip
KEYS = ["seed", "until", "stages", "schema", "counts", "curriculum", "slow_heads", "slot_heads", "time_mixing",
        "decay_hierarchy", "recurrence_passes", "num_heads", "problem_type", "id2label", "self", "dtype", "__class__",
        "chunk_sizes", "norm_epz", "Head_dim", "heads", "pad_token", "", "é"]  # fmt: skip


def containers(value: Any) -> list:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value, *(found for item in inner for found in containers(item))] if isinstance(value, dict | list) else []


def mutate(rng: random.Random, description: dict) -> None:
    target = rng.choice(containers(description))
    places = list(target) if isinstance(target, dict) else list(range(len(target)))
    kind = rng.randrange(4)
    if isinstance(target, list):
        target.insert(rng.randrange(len(target) + 1), copy.deepcopy(rng.choice(VALUES)))
    elif kind == 0 and places:
        del target[rng.choice(places)]
    elif kind == 1:
        target[rng.choice(KEYS)] = copy.deepcopy(rng.choice(VALUES))
    elif places:
        target[rng.choice(places)] = copy.deepcopy(rng.choice(VALUES))


def test_descriptions_changed_at_random_are_refused_alike(runtime, tmp_path):
    rng = random.Random(SEED)
    bases: list[dict[str, Any]] = [
        {},
        {"dataset": {"stages": [SOURCE | {"until": 0.25}, SOURCE | {"until": 1}]}},
        {"dataset": SOURCE | {"seed": 3, "schema": SCHEMA, "counts": {"train": {"addition": 5}, "test": {}}}},
    ]
    texts = []
    while len(texts) < 1500:
        description = changed(**rng.choice(bases))
        # The model, of many keys, would be changed the most; the recipe may say anything.
        part = rng.choice([description, description["model"], description["dataset"], description["precision"]])
        for _ in range(rng.choice((1, 1, 1, 2))):
            mutate(rng, part)
        texts.append(with_id(description) if rng.random() < 0.97 else json.dumps(description))
    accepted = 0
    for text, found in zip(texts, runtime([{"job": "check", "text": text} for text in texts]), strict=True):
        refusal = in_python(text, tmp_path)
        assert (refusal is None) == (found is True), (refusal, found, text)
        accepted += refusal is None
    assert 100 < accepted < 1400


def test_names_are_as_alike_as_difflib_says(runtime):
    rng = random.Random(SEED)
    own = list(inspect.signature(OdinConfig).parameters)
    pairs = [(a, b) for a in own for b in own] + [("", ""), ("", "a"), ("😀a", "a😀")]
    for _ in range(300):
        pairs.append(
            ("".join(rng.choices("ab_", k=rng.randrange(12))), "".join(rng.choices("ab_", k=rng.randrange(12))))
        )
    for (a, b), found in zip(pairs, runtime([{"job": "likeness", "a": a, "b": b} for a, b in pairs]), strict=True):
        assert found == difflib.SequenceMatcher(None, a, b).ratio(), (a, b)


def test_a_description_that_was_changed_by_hand_is_refused(runtime, tmp_path):
    description = changed(recipe__learning_rate=0.009)
    lacking = {key: value for key, value in json.loads(RELEASED).items() if key != "recipe"}
    texts = [json.dumps(description), json.dumps(changed(id="0" * 64)), json.dumps(lacking)]
    of_content, of_id, of_recipe = runtime([{"job": "parse", "text": text} for text in texts])
    assert f"id must be {python_id(texts[0])}, the hash of what the file says" in of_content["message"]
    assert f"id must be {json.loads(RELEASED)['id']}" in of_id["message"]
    assert "the description lacks recipe" in of_recipe["message"]
    for text, words in zip(texts, ("the hash of what", "id must be", "the description lacks recipe"), strict=True):
        assert words in (in_python(text, tmp_path) or "")


def test_the_id_of_a_record_is_that_of_its_json_in_python(runtime):
    rng = random.Random(SEED)
    base = {
        "format": 2,
        "runtime": "0.1.0",
        "model": {"name": "ödin 😀", "version": None},
        "hashes": {"config": "1" * 64, "weights": "2" * 64, "tokenizer": "3" * 64},
        "device": "webgpu",
        "dtype": "fp16",
        "threads": 4,
        "precision": {"recurrence": "float32", "\uffff": "a", "😀": "b"},
        "prompt": {"messages": [{"role": "user", "content": 'Zwölf "mal" 3?\x7f\u2028\ud800'}]},
        "reads": [[64, 1], [3, 1]],
        "firstDraw": 0,
        "tokens": [1, 2, 3],
        "finish": "length",
    }
    texts = []
    for _ in range(200):
        record = copy.deepcopy(base)
        record["variant"] = rng.choice((None, {"experiment": "two-weights", "name": "new"}))
        if rng.random() < 0.3:  # as odin-llm 0.2 wrote it
            record["format"] = 1
            del record["variant"]
        record["seed"] = rng.randrange(2**32)
        record["parameters"] = {
            "temperature": rng.choice((0, 1, 0.7, 1e-5, 1e-7, 10 * rng.random())),
            "topK": rng.randrange(10**6),
            "topP": rng.choice((1, 1e-300, rng.random() + 2**-53)),
            "minP": rng.choice((0, 1, 5e-324, rng.random())),
            "repetitionPenalty": rng.choice((1, 1.1, 100, rng.uniform(0.01, 100))),
            "maxTokens": rng.randrange(1, 10**6),
        }
        texts.append(json.dumps(record))
    for found, text in zip(runtime([{"job": "record", "text": text} for text in texts]), texts, strict=True):
        assert json.loads(found["text"]) == json.loads(text)
        dumped = json.dumps(json.loads(found["text"]), sort_keys=True)
        assert found["id"] == hashlib.sha256(dumped.encode()).hexdigest()
