"""Suites: which problems, how they are asked and how the answer is read, fixed in one YAML file each."""

import hashlib
from dataclasses import dataclass, field, fields
from importlib.resources import files as package_files
from pathlib import Path
from typing import Any, get_origin

from data_chef.curriculum import yaml_mapping
from data_chef.registry import unknown
from data_chef.splits import SPLITS
from training.benchmark.problems import FILTERS, KINDS, NEEDED, columns_of


GROUPS = ("corpus", "frozen", "real", "fewshot", "own")
EXTRACTIONS = ("strict", "lenient")
TOOLS = ("calculator", "python")
REQUIRED = ("name", "version", "title", "kind")
_SOURCES = ("frozen", "split", "hub", "files")


@dataclass(frozen=True)
class Suite:
    """One suite.

    Attributes:
        version: goes up with every change of problems, prompt or extraction.
        kind: of its problems; a corpus brings both `text` and `code`.
        group: `--suite GROUP` means all of a group.
        frozen: name of a set in `frozen/`.
        split: of a corpus.
        files: names that `--data-dir` is searched for, the first that exists.
        hub: arguments of `datasets.load_dataset`.
        where: column to [low, high], the rows that count, where a file also holds the training part.
        columns: templates for the columns of the usual schemas, see `problems.rename`.
        per_task: items of each task of a corpus.
        prompt: template with the fields of a problem; `{choices}` are lettered lines.
        stub_prompt: the template for a problem that gives the head of a function (`def ...:`) to complete, where
            others of the suite do not.
        examples: few-shot examples, problems with a `response`; fixed here, and from no evaluation set.
        extraction: whether the score that counts reads the answer strictly (after `####`) or leniently as well.
        tools: what the answers may use in the run with tools.
    """

    name: str
    version: int
    title: str
    kind: str
    group: str = "own"
    frozen: str = ""
    split: str = ""
    files: tuple[str, ...] = ()
    hub: dict[str, str] = field(default_factory=dict)
    where: dict[str, list[int]] = field(default_factory=dict)
    columns: tuple[dict[str, str], ...] = ()
    per_task: int = 20
    prompt: str = "{question}"
    stub_prompt: str = ""
    system: str = ""
    examples: tuple[dict[str, Any], ...] = ()
    extraction: str = "strict"
    max_new_tokens: int = 256
    stop: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    sha256: str = ""


def parse(text: str, origin: str) -> Suite:
    """A suite from YAML. Under the key `base` it may name a shipped one, whose keys it takes over but for its name,
    version, title and group.

    Raises:
        ValueError: unknown keys or values (the nearest is suggested), missing ones, and templates without sense.
    """
    given = yaml_mapping(text, f"suite {origin}", REQUIRED)
    if "base" in given:
        base, bases = given.pop("base"), _texts()
        if not isinstance(base, str) or base not in bases:
            unknown(f"base of suite {origin}", str(base), bases)
        inherited = yaml_mapping(bases[base], f"suite {base}", REQUIRED)
        if "base" in inherited:
            raise ValueError(f"suite {origin} has the base {base}, which has one itself: take {inherited['base']}")
        given = {key: inherited[key] for key in inherited.keys() - {"name", "version", "title", "group"}} | given
        text += bases[base]
    known = {f.name: f for f in fields(Suite) if f.name != "sha256"}
    for key in given:
        if key not in known:
            unknown(f"key of suite {origin}", key, known)
    missing = [key for key in REQUIRED if key not in given]
    if missing:
        raise ValueError(f"suite {origin} lacks {', '.join(missing)}")
    for key, value in given.items():
        kind: Any = get_origin(known[key].type) or known[key].type
        expected = list if kind is tuple else kind
        if not isinstance(value, expected) or isinstance(value, bool):
            raise ValueError(f"{key} of suite {origin} must be a {expected.__name__}, not {value!r}")
        given[key] = kind(value)
    suite = Suite(**given, sha256=hashlib.sha256(text.encode()).hexdigest())
    for key, allowed in (("kind", KINDS), ("group", GROUPS), ("extraction", EXTRACTIONS)):
        if getattr(suite, key) not in allowed:
            unknown(f"{key} of suite {origin}", getattr(suite, key), allowed)
    for tool in suite.tools:
        if tool not in TOOLS:
            unknown(f"tool of suite {origin}", tool, TOOLS)
    if suite.split and suite.split not in SPLITS:
        unknown(f"split of suite {origin}", suite.split, SPLITS)
    if suite.max_new_tokens < 1 or suite.per_task < 1:
        raise ValueError(f"max_new_tokens and per_task of suite {origin} must be above 0")
    _check_texts(suite, origin)
    return suite


def _check_texts(suite: Suite, origin: str) -> None:
    """Raises ValueError for templates and examples that could not be rendered."""
    known = {*NEEDED[suite.kind], "question", "choices", "prompt"}
    for name in columns_of({"prompt": suite.prompt, "stub_prompt": suite.stub_prompt}):
        if name not in known:
            unknown(f"field in the prompt of suite {origin}", name, known)
    for templates in suite.columns:
        for template in templates.values():
            _, bar, name = template.strip("{}").partition("|")
            if bar and "{" not in name and name not in FILTERS:
                unknown(f"filter in the columns of suite {origin}", name, FILTERS)
    for example in suite.examples:
        lacking = {"response", *columns_of({"prompt": suite.prompt})} - example.keys()
        if lacking:
            raise ValueError(f"an example of suite {origin} lacks {', '.join(sorted(lacking))}")
    if not any(getattr(suite, source) for source in _SOURCES):
        raise ValueError(f"suite {origin} names no source: expected one of {', '.join(_SOURCES)}")


def _texts() -> dict[str, str]:
    """The files of the shipped suites by name."""
    folder = package_files("training.benchmark") / "suites"
    return {path.name[: -len(".yaml")]: path.read_text() for path in folder.iterdir() if path.name.endswith(".yaml")}


def load_suites() -> dict[str, Suite]:
    """The suites of this package by name, in the order of their groups."""
    suites = [parse(text, f"{name}.yaml") for name, text in _texts().items()]
    return {suite.name: suite for suite in sorted(suites, key=lambda suite: (GROUPS.index(suite.group), suite.name))}


def choose(names: str) -> tuple[list[Suite], set[str]]:
    """The suites that a list such as `all`, `frozen,gsm8k` or `my-suite.yaml` means, and those named themselves.

    Raises:
        ValueError: an unknown name, with the nearest known one.
        FileNotFoundError: a YAML file that is not there.
    """
    known = load_suites()
    chosen: dict[str, Suite] = {}
    named = set()
    for name in filter(None, (part.strip() for part in names.split(","))):
        if name == "all" or name in GROUPS[:-1]:
            # The few-shot suites ask the real ones' problems once more, so they come when they are named.
            chosen |= {k: s for k, s in known.items() if s.group == name or (name == "all" and s.group != "fewshot")}
            continue
        if name.endswith((".yaml", ".yml")):
            suite = parse(Path(name).read_text(), name)
        else:
            suite = known.get(name) or unknown("suite", name, ["all", *GROUPS[:-1], *known])
        chosen[suite.name] = suite
        named.add(suite.name)
    if not chosen:
        raise ValueError(f"no suite named in {names!r}; known: all, {', '.join(known)}")
    return list(chosen.values()), named


def own_suite(path: Path, kind: str, max_new_tokens: int = 256) -> Suite:
    """The suite of a user's own file: asked plainly, read leniently where the answer format is nobody's promise."""
    return Suite(
        name=path.name.split(".")[0],
        version=1,
        title=path.name,
        kind=kind,
        files=(path.name,),
        prompt={"code": "{prompt}", "choice": "{question}{choices}"}.get(kind, "{question}"),
        extraction="strict" if kind == "text" else "lenient",
        max_new_tokens=max_new_tokens,
        tools=TOOLS if kind == "math" else (),
        sha256=hashlib.sha256(kind.encode()).hexdigest(),
    )
