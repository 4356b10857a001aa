"""Problems: what is asked and what counts as right, read from files, data sets and corpora into one form.

A problem is a dict: `id`, `kind`, `task`; for the kinds `math`, `choice` and `text` also `question` and `answer` (and
`choices`, a list, where there are options); for `code` also `prompt`, `entry_point` and `test`. `family`, `steps`,
`difficulty` and `solution` are optional.
"""

import ast
import builtins
import difflib
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from training.benchmark.extraction import option


KINDS = ("math", "choice", "text", "code")
NEEDED = {kind: ("question", "answer") for kind in KINDS} | {"code": ("prompt", "entry_point", "test")}
# Kept beside what the kind needs: the report groups by them, and scoring uses the others.
OPTIONAL = ("task", "family", "steps", "difficulty", "solution", "choices", "setup", "question", "answer", "split")
_FIELD = re.compile(r"\{(\w+)(?:\|(\w+))?\}")


def called_function(tests: Any) -> str:
    """The function that the first assert of some tests is about: the first call that is no builtin."""
    text = "\n".join(tests) if isinstance(tests, list) else str(tests)
    calls = [n for statement in ast.parse(text).body for n in ast.walk(statement) if isinstance(n, ast.Call)]
    names = [n.func.id for n in calls if isinstance(n.func, ast.Name) and not hasattr(builtins, n.func.id)]
    if not names:
        raise ValueError("the tests call no function")
    return names[0]


def plain(value: Any) -> str:
    """A cell as text: whole floats without `.0`."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


FILTERS = {
    "after_hashes": lambda value: str(value).rpartition("####")[2].strip(),
    "without_unit": lambda value: re.sub(r"\s*\([^()]*\)", "", str(value)).strip(),
    "first": lambda value: plain(value[0] if isinstance(value, list) else value),
    "lines": lambda value: "\n".join(value) if isinstance(value, list) else str(value),
    "called": called_function,
    "options": lambda value: [re.sub(r"^\(?[A-Za-z][).:]\s*", "", str(option)).strip() for option in value],
    "passage": lambda value: re.sub(r"(?m)^\d+ ", "", str(value)).strip(),
}


def rename(row: Mapping, templates: Mapping[str, str]) -> dict:
    """A row in other columns. A template holds `{column}` or `{column|filter}`; if nothing else, lists stay lists."""
    renamed = {}
    for target, template in templates.items():
        whole = _FIELD.fullmatch(template)
        if whole:
            value = FILTERS[whole[2]](row[whole[1]]) if whole[2] else row[whole[1]]
            renamed[target] = value if isinstance(value, list | int) else plain(value)
        else:
            renamed[target] = _FIELD.sub(
                lambda m: plain(FILTERS[m[2]](row[m[1]]) if m[2] else row[m[1]]), template
            ).strip()
    return renamed


def columns_of(templates: Mapping[str, str]) -> set[str]:
    """The columns that a row must have for these templates."""
    return {match[1] for template in templates.values() for match in _FIELD.finditer(template)}


def to_problems(
    rows: Iterable[tuple[str, Mapping]], kind: str, name: str, schemas: Sequence[Mapping[str, str]] = ()
) -> list[dict]:
    """Rows, each with the words for where it stands, as problems of one kind.

    Args:
        name: the task of rows that have none, and the beginning of the ids of rows that have none.
        schemas: column templates; the first whose columns a row has is used, and its own columns when none fits.

    Raises:
        ValueError: a column is missing, empty or of the wrong type, or an id occurs twice; says where.
    """
    problems: list[dict] = []
    seen: dict[str, str] = {}
    for number, (where, row) in enumerate(rows):
        if not isinstance(row, Mapping):
            raise ValueError(f"{where}: expected a JSON object, got {type(row).__name__}")
        templates = next((s for s in schemas if all(row.get(c) is not None for c in columns_of(s))), None)
        try:
            fields = {k: row[k] for k in ("id", *OPTIONAL) if row.get(k) is not None}
            fields |= rename(row, templates) if templates else {k: row[k] for k in NEEDED[kind] if k in row}
        except (SyntaxError, TypeError, ValueError, IndexError) as error:
            raise ValueError(f"{where}: cannot be read as a problem of {name!r} ({error})") from error
        problem = {"id": f"{name}-{number}", "task": name, "kind": kind} | fields
        problem["id"] = plain(problem["id"])
        check(problem, row, where)
        if problem["id"] in seen:
            raise ValueError(f"{where}: the id {problem['id']!r} was used before, in {seen[problem['id']]}")
        seen[problem["id"]] = where
        problems.append(problem)
    return problems


def check(problem: dict, row: Mapping, where: str) -> None:
    """Raises ValueError when a problem lacks something, naming the nearest of the columns that are there."""
    for key in NEEDED[problem["kind"]]:
        if key not in problem:
            near = difflib.get_close_matches(key, list(map(str, row)), n=1, cutoff=0.5)
            hint = f"; is {near[0]!r} meant to be it?" if near else ""
            raise ValueError(
                f"{where}: a problem of kind '{problem['kind']}' needs {key!r}, and there is only {sorted(row)}{hint}"
            )
        if not isinstance(problem[key], str | int | float) or not str(problem[key]).strip():
            raise ValueError(f"{where}: {key!r} must be text that is not empty, got {problem[key]!r}")
        problem[key] = plain(problem[key])
    choices = problem.get("choices")
    if choices is not None and (not isinstance(choices, list) or len(choices) < 2):
        raise ValueError(f"{where}: 'choices' must be a list of two or more, got {choices!r}")
    if choices is not None and problem["kind"] == "choice":
        problem["choices"] = [plain(choice) for choice in choices]
        right = option(problem["answer"], problem["choices"])
        if right is None:
            raise ValueError(f"{where}: the answer {problem['answer']!r} is none of the choices {choices}")
        problem["answer"] = problem["choices"][right]


def numbered_lines(path: Path) -> Iterator[tuple[str, Any]]:
    """(where, row) of a JSONL file, gzipped or not.

    Raises:
        ValueError: a line that is not JSON, or a file that is not text; says which.
    """
    try:
        if path.suffix == ".gz":
            import gzip

            try:
                text = gzip.decompress(path.read_bytes()).decode()
            except (OSError, EOFError) as error:
                raise ValueError(f"{path} is not gzip: {error}") from error
        else:
            text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not UTF-8 text ({error}): expected one JSON object a line") from error
    # Not splitlines(), which would also cut at the line separators that a JSON string may hold.
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            where = f"{path}, line {number}"
            try:
                yield where, json.loads(line)
            except ValueError as error:
                raise ValueError(f"{where}: not JSON ({error})") from error


def read_rows(path: Path) -> Iterator[tuple[str, Any]]:
    """(where, row) of a file: .jsonl, .jsonl.gz, .json (a list), .parquet, ASDiv's .xml, bAbI's .txt.

    Raises:
        ValueError: a file of another kind, or a damaged one.
        FileNotFoundError: nothing there.
    """
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    if path.name.endswith((".jsonl", ".jsonl.gz")):
        yield from numbered_lines(path)
    elif path.suffix == ".json":
        try:
            rows = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise ValueError(f"{path}: not JSON ({error})") from error
        if not isinstance(rows, list):
            raise ValueError(f"{path}: expected a list of problems, got {type(rows).__name__}")
        yield from ((f"{path}, entry {number}", row) for number, row in enumerate(rows, start=1))
    elif path.suffix == ".parquet":
        import pyarrow
        import pyarrow.parquet as pq

        try:
            table = pq.read_table(path).to_pylist()
        except pyarrow.ArrowException as error:
            raise ValueError(f"{path} is not a whole Parquet file: {error}") from error
        yield from ((f"{path}, row {number}", row) for number, row in enumerate(table, start=1))
    elif path.suffix == ".xml":
        from xml.etree import ElementTree

        try:
            tree = ElementTree.parse(path)
        except ElementTree.ParseError as error:
            raise ValueError(f"{path}: not XML ({error})") from error
        for problem in tree.iter("Problem"):
            row = {child.tag.lower(): (child.text or "").strip() for child in problem}
            yield f"{path}, problem {problem.get('ID')}", {"id": problem.get("ID")} | row
    elif path.suffix == ".txt":
        yield from babi_stories(path)
    else:
        raise ValueError(f"{path}: cannot read '{path.suffix}'; expected .jsonl, .json, .parquet, .xml or .txt")


def babi_stories(path: Path) -> Iterator[tuple[str, dict]]:
    """Questions of a file in bAbI's own format, each with the sentences before it; numbering from 1 is a new story."""
    story: list[str] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        turn, _, text = line.partition(" ")
        if not turn.isdigit():
            raise ValueError(f"{path}, line {number}: expected a numbered line of a bAbI story, got {line!r}")
        if turn == "1":
            story = []
        sentence, *answer = text.split("\t")
        if answer:
            row = {"passage": "\n".join(story), "question": sentence.strip(), "answer": answer[0].strip()}
            yield f"{path}, line {number}", row | {"id": f"{path.stem}-{number}", "task": path.stem}
        else:
            story.append(sentence.strip())


def sha256_of_problems(problems: Sequence[Mapping]) -> str:
    """The hash of what is asked and expected, whatever file it came from."""
    content = json.dumps([dict(sorted(p.items())) for p in problems], sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()
