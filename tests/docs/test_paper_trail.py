"""The paper trail is whole: every generated block has its JSON and its command, every link a page to lead to."""

import json
import re
import subprocess
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import paper_trail
import pytest

from training.io import replace_block


ROOT, DOCS = paper_trail.ROOT, paper_trail.DOCS
BLOCK = re.compile(r"^<!-- (?!/)([^>]*?) -->\n(.*?)^<!-- /\1 -->$", re.M | re.S)
OPENING = re.compile(r"^<!-- (?!/)(.*?) -->$", re.M)
CODE = re.compile(r"^(```+|~~~+).*?^\1$|^(?: {4}.*\n)+|`[^`\n]+`", re.M | re.S)
LINK = re.compile(r"\]\(<?([^)\s>]+)>?(?: \"[^\"]*\")?\)|<(?:img|a)\b[^>]*\b(?:src|href)=\"([^\"]+)\"")
FOREIGN = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.I)
# A path of this repository, as documents name one: it begins with a folder of it, and has no placeholder.
NAMED = re.compile(r"`(?:python |\./)?((?:docs|tests|training|export|data_chef|modeling_odin|space)/[\w./-]+\.\w+)`")
# Made by a command, and never committed.
MADE = ("space/dist/", "space/runtime/dist/", "space/public/models/")


@cache
def documents() -> list[Path]:
    """Every Markdown file of the repository that git knows, or would."""
    command = ["git", "ls-files", "-co", "--exclude-standard", "--", "*.md"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def prose(path: Path) -> str:
    """A document without its code, in which a bracket is no link."""
    return CODE.sub("", path.read_text())


def links(path: Path) -> list[str]:
    """Where a document points to, as it is written."""
    return [one or other for one, other in LINK.findall(prose(path))]


def slug(heading: str) -> str:
    """The anchor that GitHub makes of a heading."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
    return re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")


@cache
def anchors(path: Path) -> set[str]:
    """Of every heading; one that comes again gets a number."""
    text = re.sub(r"^(```+|~~~+).*?^\1$", "", path.read_text(), flags=re.M | re.S)
    found: dict[str, int] = {}
    for heading in re.findall(r"^#{1,6} (.+)$", text, re.M):
        name = slug(heading)
        found[name] = found.get(name, -1) + 1
    return {name if number == 0 else f"{name}-{number}" for name, most in found.items() for number in range(most + 1)}


def blocks(path: Path) -> dict[str, str]:
    return {name: text.rstrip("\n") for name, text in BLOCK.findall(path.read_text())}


def shown(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("study", paper_trail.STUDIES, ids=lambda study: study.command[:60])
def test_blocks_are_those_of_the_json(study):
    for page, texts in study.rendered().items():
        written = blocks(DOCS / page)
        for name, text in texts.items():
            assert written[name] == text.rstrip(), f"{page}: run `python docs/studies/paper_trail.py`"


def test_every_block_has_a_study():
    told = {(DOCS / "README.md", "trail")}
    for study in paper_trail.STUDIES:
        told |= {((DOCS / page).resolve(), name) for page, texts in study.rendered().items() for name in texts}
    written = {(page, name) for page in documents() for name in blocks(page)}
    opened = {(page, name) for page in documents() for name in OPENING.findall(page.read_text())}
    assert opened == written, "a block is not closed"
    assert {(shown(page), name) for page, name in written ^ told} == set()


def test_every_measurement_has_a_command_and_a_reader():
    files = {name for study in paper_trail.STUDIES for name in study.files}
    there = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.json")}
    assert {name for name in files if not name.startswith("../")} == there - {"measurements/paper-trail.json"}
    for study in paper_trail.STUDIES:
        pages = [*study.rendered(), *study.pages]
        assert pages, f"{study.files} are read by no document"
        assert all((DOCS / page).is_file() for page in pages), pages


def test_every_command_is_there():
    for study in paper_trail.STUDIES:
        for command in study.command.split("; "):
            program, first, *rest = command.split()
            assert program == "python"
            path = ROOT / (rest[0].replace(".", "/") if first == "-m" else first)
            assert path.is_file() or path.with_suffix(".py").is_file() or (path / "__main__.py").is_file(), command


def test_day_and_release_are_those_of_the_files():
    record = json.loads(paper_trail.RECORD.read_text())
    assert paper_trail.noted(record) == record, "run `python docs/studies/paper_trail.py`"
    assert blocks(DOCS / "README.md")["trail"] == paper_trail.table(record)


def test_a_changed_file_gets_a_new_day(monkeypatch):
    record = json.loads(paper_trail.RECORD.read_text())
    name = "measurements/stability.json"
    release = json.loads((paper_trail.RELEASE / "manifest.json").read_text())["version"]
    again = paper_trail.noted({**record, name: {"sha256": "of before", "day": "2020-01-01", "release": "0.0.1"}})
    assert again[name]["day"] > "2020-01-01" and again[name]["release"] == release
    assert {key: value for key, value in again.items() if key != name} == {
        key: value for key, value in record.items() if key != name
    }


def test_every_page_is_linked_from_the_first():
    start = DOCS / "README.md"
    reached = {(start.parent / link.partition("#")[0]).resolve() for link in links(start) if not FOREIGN.match(link)}
    pages = {path for path in documents() if path.is_relative_to(DOCS)} - {start}
    assert {shown(page) for page in pages - reached} == set()


@pytest.mark.parametrize("document", documents(), ids=shown)
def test_links_lead_somewhere(document):
    lost = []
    for link in links(document):
        if FOREIGN.match(link):
            continue
        place, _, anchor = unquote(link).partition("#")
        target = (document.parent / place).resolve() if place else document
        known = target.exists() and target.is_relative_to(ROOT)
        if not known or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            lost.append(link)
    assert lost == []


@pytest.mark.parametrize("document", [d for d in documents() if d.name != "log.md"], ids=shown)
def test_files_that_are_named_exist(document):
    names = {name for name in NAMED.findall(document.read_text()) if not name.startswith(MADE)}
    assert {name for name in names if not (ROOT / name).exists()} == set()


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("The recurrence in three forms", "the-recurrence-in-three-forms"),
        ("What `odin.json` is, and isn't", "what-odinjson-is-and-isnt"),
        ("[Speed](speed.md) & size", "speed--size"),
    ],
)
def test_anchors_are_made_as_on_github(heading, anchor):
    assert slug(heading) == anchor


def test_writing_blocks_again_changes_nothing(tmp_path):
    """`paper_trail` alone, on copies: what it writes is what is there."""
    for study in paper_trail.STUDIES[:6]:
        for page, texts in study.rendered().items():
            copy = tmp_path / "page.md"
            copy.write_text((DOCS / page).read_text())
            for name, text in texts.items():
                replace_block(copy, name, text)
            assert copy.read_text() == (DOCS / page).read_text()
