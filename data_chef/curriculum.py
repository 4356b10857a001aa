"""A curriculum: which tasks, in which proportion, how hard. It is data, in YAML, and checked on loading."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

import yaml

from data_chef.registry import FAMILIES, get_task, tasks, unknown


@dataclass(frozen=True)
class Share:
    """One task of a curriculum: its relative weight and its range of difficulty, inclusive."""

    task: str
    weight: float
    difficulty: tuple[int, int]


@dataclass(frozen=True)
class Curriculum:
    """A mixture of tasks, with the size of the corpus it is meant for.

    Attributes:
        num_examples: items of the train split.
        heldout_items: validation and test items of each task.
    """

    name: str
    num_examples: int
    heldout_items: dict[str, int]
    vocab_size: int
    shares: tuple[Share, ...]


def presets() -> list[str]:
    return sorted(
        path.name[: -len(".yaml")] for path in (files("data_chef") / "curricula").iterdir() if path.is_file()
    )


def load_curriculum(preset: str | None = None, path: str | None = None) -> Curriculum:
    """The named preset, or the YAML file; `standard` when neither is given.

    Raises:
        ValueError: unknown preset, key or task (the nearest is suggested), or a value that makes no sense.
        FileNotFoundError: no such file.
    """
    if path is not None:
        if not Path(path).is_file():
            raise FileNotFoundError(f"no curriculum at {path}; presets: {', '.join(presets())}")
        return parse(Path(path).read_text(), Path(path).stem)
    name = preset or "standard"
    if name not in presets():
        unknown("preset", name, presets())
    return parse((files("data_chef") / "curricula" / f"{name}.yaml").read_text(), name)


def yaml_mapping(text: str, what: str, keys: Iterable[str]) -> dict:
    """The mapping that a YAML text holds.

    Args:
        what: the text, in the words of the errors, such as `curriculum nano`.
        keys: that are expected, for the errors alone.

    Raises:
        ValueError: it is not YAML, or not a mapping.
    """
    try:
        given = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(f"{what} is not YAML: {error}") from error
    if not isinstance(given, dict):
        raise ValueError(f"{what} must be a mapping with the keys {', '.join(keys)}")
    return given


def parse(text: str, name: str) -> Curriculum:
    """A curriculum from YAML.

    `tasks` maps names to `weight` and `difficulty`. With `families`, which maps families to weights, every task of
    those families takes part; a weight in `tasks` is then relative to the other tasks of the family, 1 when not given.
    See `curricula/nano.yaml` and `curricula/standard.yaml`.
    """
    sizes = {"num_examples": 100_000, "validation": 200, "test": 400, "extrapolation": 100, "vocab_size": 8192}
    keys: dict = {**sizes, "families": {}, "tasks": {}}
    given = yaml_mapping(text, f"curriculum {name}", keys)
    for key in given:
        if key not in keys:
            unknown(f"key of curriculum {name}", key, keys)
    values = {**keys, **given}
    for key in sizes:
        if not isinstance(values[key], int) or values[key] < 1:
            raise ValueError(f"{key} of curriculum {name} must be a whole number above 0, not {values[key]!r}")
    if not isinstance(values["tasks"], dict) or not isinstance(values["families"], dict):
        raise ValueError(f"tasks and families of curriculum {name} must be mappings")
    if not values["tasks"] and not values["families"]:
        raise ValueError(f"curriculum {name} needs tasks, such as `addition: {{weight: 1, difficulty: [1, 4]}}`")
    return Curriculum(
        name,
        values["num_examples"],
        {split: values[split] for split in ("validation", "test", "extrapolation")},
        values["vocab_size"],
        _shares(values["tasks"], values["families"]),
    )


def _shares(given: dict, families: dict) -> tuple[Share, ...]:
    """The tasks that are given, and with families all of theirs, a family's weight divided among its tasks."""
    shares = {task: _share(task, fields) for task, fields in given.items()}
    if not families:
        return tuple(shares.values())
    members: dict[str, list[Share]] = {}
    for task in tasks().values():
        members.setdefault(task.family, []).append(shares.get(task.name) or _share(task.name, {}))
    divided = []
    for family, weight in families.items():
        if family not in FAMILIES:
            unknown("family", family, FAMILIES)
        if not isinstance(weight, int | float) or weight <= 0:
            raise ValueError(f"weight of family {family} must be a number above 0, not {weight!r}")
        whole = sum(share.weight for share in members.get(family, []))
        divided += [replace(share, weight=weight * share.weight / whole) for share in members.get(family, [])]
    return tuple(divided)


def _share(name: str, fields: dict) -> Share:
    task = get_task(name)
    fields = {} if fields is None else fields
    if not isinstance(fields, dict):
        raise ValueError(f"{name} in a curriculum is a mapping with weight and difficulty, not {fields!r}")
    for key in fields:
        if key not in ("weight", "difficulty"):
            unknown(f"key of task {name}", key, ("weight", "difficulty"))
    weight, difficulty = fields.get("weight", 1), fields.get("difficulty", [1, task.max_difficulty])
    if not isinstance(weight, int | float) or weight <= 0:
        raise ValueError(f"weight of {name} must be a number above 0, not {weight!r}")
    low, high = [difficulty] * 2 if isinstance(difficulty, int) else (*difficulty, None)[:2]
    if not (isinstance(low, int) and isinstance(high, int) and 1 <= low <= high <= task.max_difficulty):
        raise ValueError(
            f"difficulty of {name} must be [low, high] within 1 to {task.max_difficulty}, not {difficulty!r}"
        )
    return Share(name, float(weight), (low, high))
