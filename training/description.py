"""`odin.json`, a training run described whole: what it must say, and the hash of what it says, which is the run's id.

space/runtime/description.ts has the same rules for the browser; tests/space/test_description.py holds them together.
"""

import hashlib
import inspect
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from configuration_odin import OdinConfig
from data_chef.descriptor import SAFE, found
from data_chef.registry import unknown
from training.precision import COMPUTE, policy


KEYS = ("id", "commit", "model", "precision", "dataset", "tokenizer_sha256", "recipe", "seed")
DIMENSIONS = (
    "vocab_size", "hidden_size", "num_hidden_layers", "head_dim", "intermediate_size", "conv_kernel_size",
)  # fmt: skip
OPTIONAL_DIMENSIONS = (
    "decay_rank", "gate_rank", "recurrence_passes", "chunk_size", "num_heads", "slow_heads", "slot_heads",
)  # fmt: skip
# The same in the browser, where nothing says how deep a function may call itself.
DEEPEST = 200


def description_id(description: dict) -> str:
    """64 hex digits: the sha256 of the description as sorted JSON, without its id and the commit."""
    run = {key: value for key, value in description.items() if key not in ("id", "commit")}
    return hashlib.sha256(json.dumps(run, sort_keys=True).encode()).hexdigest()


def read_description(path: str | Path) -> dict:
    """The description in the file `path`.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: names the file, the key, what was expected and what was found.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"no description of a run at {path}; training/train.py writes one into its output")
    try:
        description = json.loads(path.read_bytes().decode())
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is not JSON: {error}. Take odin.json as the training run wrote it") from error
    try:
        check_description(description)
    except ValueError as error:
        raise ValueError(f"{path}: {error}. Take odin.json as the training run wrote it") from error
    return description


def check_description(value: dict) -> None:
    """Raises ValueError, naming the key, unless the value describes a run and has the id of its content."""
    run = _object(value, "the description")
    _check_depth(run)
    _members(run, KEYS, "the description")
    _hex(run["id"], 64, "id")
    if run["commit"] is not None:
        # A repository of git has ids of either kind.
        _hex(run["commit"], 64 if len(str(run["commit"])) == 64 else 40, "commit")
    _check_model(run["model"])
    _check_precision(run["precision"])
    _check_dataset(run["dataset"])
    _hex(run["tokenizer_sha256"], 64, "tokenizer_sha256")
    seed = _count(run["seed"], "seed")
    if _count(_object(run["recipe"], "recipe").get("seed"), "recipe.seed") != seed:
        raise ValueError(f"recipe.seed must be the seed of the run, {seed}")
    expected = description_id(run)
    if run["id"] != expected:
        raise _expected(f"{expected}, the hash of what the description says", run["id"], "id")


def _check_model(value: Any) -> None:
    model = _object(value, "model")
    _one_of(model.get("model_type"), ("odin",), "model.model_type")
    _require(model, DIMENSIONS, "model")
    for key in (*DIMENSIONS, *OPTIONAL_DIMENSIONS):
        if key in model and (not _is_integer(model[key]) or abs(model[key]) > SAFE):
            raise _expected("an integer within 2^53 - 1", model[key], f"model.{key}")
    if not isinstance(model.get("decay_hierarchy", False), bool):
        raise _expected("true or false", model["decay_hierarchy"], "model.decay_hierarchy")
    # Keys of transformers are its own business, also of another version than this machine's; of others only the name
    # can be wrong.
    own = inspect.signature(OdinConfig).parameters
    of_transformers = {*dir(OdinConfig()), "self"}
    named: dict[str, Any] = {key: model[key] for key in model if key in own}
    named |= {key: None for key in model if key not in own and key not in of_transformers}
    try:
        config = OdinConfig(**named)
    except ValueError as error:
        raise ValueError(f"model: {error}") from error
    heads = config.hidden_size // config.head_dim
    if model.get("num_heads", heads) != heads:
        raise _expected(f"{heads}, hidden_size / head_dim", model["num_heads"], "model.num_heads")


def _check_precision(value: Any) -> None:
    keys = tuple(policy("no"))
    precision = _members(_object(value, "precision"), keys, "precision")
    for key in keys:
        if key != "loss_scaling":
            _one_of(precision[key], tuple(COMPUTE.values()), f"precision.{key}")
    if not isinstance(precision["loss_scaling"], bool):
        raise _expected("true or false", precision["loss_scaling"], "precision.loss_scaling")


def _check_dataset(value: Any) -> None:
    dataset = _object(value, "dataset")
    if "stages" not in dataset:
        _check_source(dataset, "dataset")
        return
    _members(dataset, ("stages",), "dataset with stages")
    if not isinstance(dataset["stages"], list):
        raise _expected("a list", dataset["stages"], "dataset.stages")
    before: float = 0
    for i, item in enumerate(dataset["stages"]):
        where = f"dataset.stages[{i}]"
        stage = _object(item, where)
        until = stage.get("until")
        if isinstance(until, bool) or not isinstance(until, int | float) or not before < until <= 1:
            raise _expected(f"a number above {before} and at most 1", until, f"{where}.until")
        before = until
        _check_source(stage, where)
    if before != 1:
        raise ValueError(f"the last of dataset.stages must have until 1, not {before}")


def _check_source(source: dict, where: str) -> None:
    _hex(source.get("content_sha256"), 64, f"{where}.content_sha256")
    if not isinstance(source.get("curriculum"), str):
        _object(source.get("curriculum"), f"{where}.curriculum")
    if "seed" in source:
        _count(source["seed"], f"{where}.seed")
    for column, kind in _maybe_object(source.get("schema"), f"{where}.schema").items():
        if not isinstance(kind, str) or not kind or re.search("[\ud800-\udfff]", kind):
            raise _expected("a string that is not empty", kind, f"{where}.schema.{column}")
    for split, tasks in _maybe_object(source.get("counts"), f"{where}.counts").items():
        for task, count in _object(tasks, f"{where}.counts.{split}").items():
            _count(count, f"{where}.counts.{split}.{task}")


def _check_depth(value: Any, depth: int = 0) -> None:
    if depth > DEEPEST:
        raise ValueError(f"it is nested deeper than {DEEPEST} levels")
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ():
        _check_depth(inner, depth + 1)


def _expected(expected: str, value: Any, where: str) -> ValueError:
    return ValueError(f"{where} must be {expected}, not {found(value)}")


def _object(value: Any, where: str) -> dict:
    if not isinstance(value, dict):
        raise _expected("an object", value, where)
    return value


def _maybe_object(value: Any, where: str) -> dict:
    return {} if value is None else _object(value, where)


def _members(given: dict, keys: Iterable[str], where: str) -> dict:
    """An object that has just these keys."""
    for key in given:
        if key not in keys:
            unknown(f"key of {where}", key, keys)
    _require(given, keys, where)
    return given


def _require(given: dict, keys: Iterable[str], where: str) -> None:
    missing = [key for key in keys if key not in given]
    if missing:
        raise ValueError(f"{where} lacks {', '.join(missing)}")


def _one_of(value: Any, known: tuple[str, ...], where: str) -> None:
    if isinstance(value, str) and value not in known:
        unknown(where, value, known)
    if value not in known:
        raise _expected(f"one of {', '.join(known)}", value, where)


def _hex(value: Any, digits: int, where: str) -> None:
    if not isinstance(value, str) or not re.fullmatch(f"[0-9a-f]{{{digits}}}", value):
        raise _expected(f"{digits} digits of lower-case hex", value, where)


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _count(value: Any, where: str) -> int:
    if not _is_integer(value) or not 0 <= value <= SAFE:
        raise _expected("an integer from 0 to 2^53 - 1", value, where)
    return value
