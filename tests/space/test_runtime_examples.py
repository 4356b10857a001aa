"""docs/runtime.md: its examples run, its types hold, and it names all that the package exports."""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.space.bare import open_bare
from tests.space.conftest import SPACE
from tests.space.server import Site


PAGE = (SPACE.parent / "docs" / "runtime.md").read_text()


@dataclass
class Example:
    code: str
    in_browser: bool
    line: int

    @property
    def expected(self) -> list[str]:
        """What its calls of console.log say that they print; the empty list for none."""
        calls = [line for line in self.code.splitlines() if "console.log(" in line]
        comments = [re.search(r"; // (.+)$", line) for line in calls]
        assert all(comments), f"line {self.line}: each console.log says behind // what it prints"
        return [comment[1] for comment in comments if comment]


def examples() -> list[Example]:
    fences = re.finditer(r"^```ts( browser)?\n(.*?)^```$", PAGE, re.M | re.S)
    return [Example(fence[2], fence[1] is not None, PAGE[: fence.start()].count("\n") + 2) for fence in fences]


EXAMPLES = examples()
IN_NODE = [example for example in EXAMPLES if not example.in_browser]
IN_BROWSER = [example for example in EXAMPLES if example.in_browser]


def name(example: Example) -> str:
    return f"line {example.line}"


def test_every_block_of_code_is_found():
    assert len(re.findall(r"^```ts", PAGE, re.M)) == len(IN_NODE) + len(IN_BROWSER)
    assert len(IN_NODE) >= 10 and len(IN_BROWSER) >= 2


@pytest.fixture(scope="module")
def project(tmp_path_factory, package, toy_export, learners) -> Path:
    """A program that has installed the package, with the toy as its model, and each example, compiled in built/."""
    folder = tmp_path_factory.mktemp("examples")
    modules = folder / "node_modules"
    modules.mkdir()
    (modules / "odin-llm").symlink_to(package)
    (modules / "@types").symlink_to(SPACE / "node_modules" / "@types")
    (folder / "package.json").write_text('{"type": "module"}')
    shutil.copytree(toy_export, folder / "models" / "odin-nano")
    shutil.copytree(learners["full"], folder / "models" / "teachable")
    sources = [folder / f"{example.line}.ts" for example in EXAMPLES]
    for source, example in zip(sources, EXAMPLES, strict=True):
        source.write_text(example.code)
    options = ["--format", "esm", "--platform", "node", "--external", "odin-llm", "--dir", folder / "built"]
    bundler = SPACE / "node_modules/.bin/rolldown"
    subprocess.run([bundler, *sources, *options], check=True, timeout=60, capture_output=True)
    return folder


def test_the_types_hold(project):
    compiler = SPACE / "node_modules/typescript/bin/tsc"
    options = (
        "--strict --noEmit --skipLibCheck --types node --target ES2022 --module NodeNext --lib ES2023,DOM".split()
    )
    command = ["node", compiler, *options, "--moduleResolution", "NodeNext", *sorted(project.glob("*.ts"))]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("example", IN_NODE, ids=name)
def test_an_example_in_node(project, example, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    command = ["node", f"built/{example.line}.js"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == example.expected


@pytest.mark.parametrize("example", IN_BROWSER, ids=name)
def test_an_example_in_a_browser(browsers, bare, project, example):
    page = browsers("chromium").new_tab()
    script = project / "built" / f"{example.line}.js"
    script.write_text(script.read_text().replace('"odin-llm"', '"/odin-llm/index.js"'))
    with Site({"": bare, "models/odin-nano/": project / "models/odin-nano", "examples/": script.parent}) as site:
        open_bare(page, site)
        printed = page.eval(
            """
const printed = [];
console.log = (...values) => printed.push(values.join(" "));
await import(`/examples/${arguments[0]}`);
return printed;""",
            script.name,
        )
    page.close()
    assert printed == example.expected


def exports(path: Path) -> set[str]:
    """The names that an index file exports."""
    text = path.read_text()
    names = set(re.findall(r"^export (?:const|class|function) (\w+)", text, re.M))
    for group in re.findall(r"^export (?:type )?\{([^}]*)\}", text, re.M):
        names |= {entry.split()[-1] for entry in group.split(",") if entry.strip()}
    for folder in re.findall(r'^export \* from "\./(\w+)"', text, re.M):
        names |= exports(path.parent / folder / "index.ts")
    return names


def test_the_page_names_every_export(project):
    found = exports(SPACE / "runtime" / "index.ts")
    script = 'import * as all from "odin-llm"; console.log(JSON.stringify(Object.keys(all)));'
    command = ["node", "--input-type=module", "-e", script]
    built = subprocess.run(command, cwd=project, check=True, capture_output=True, text=True, timeout=60)
    assert set(json.loads(built.stdout)) <= found, "the index file has been read as it is"
    named = set(re.findall(r"\w+", " ".join(re.findall(r"```.*?```|`[^`\n]+`", PAGE, re.S))))
    assert sorted(found - named) == []


def test_the_page_has_every_error_code_and_event():
    codes = set(re.findall(r'^  \| "([a-z-]+)"', (SPACE / "runtime" / "errors.ts").read_text(), re.M))
    rows = set(re.findall(r"^\| `([a-z-]+)` \|", PAGE, re.M))
    events = (SPACE / "runtime" / "protocol.ts").read_text().split("export type TelemetryEvent")[1].split("\n\n")[0]
    stored = (SPACE / "runtime" / "download" / "events.ts").read_text()
    assert len(codes) > 10 and codes <= rows
    assert set(re.findall(r'type: "(\w+)"', events)) <= rows
    assert [kind for kind in re.findall(r'type: "([\w-]+)"', stored) if f"`{kind}`" not in PAGE] == []


def test_the_page_has_every_option():
    runtime = SPACE / "runtime"
    text = (runtime / "protocol.ts").read_text() + (runtime / "llm.ts").read_text()
    for interface in ("LoadOptions", "StartOptions", "GenerateOptions", "GenerateCall"):
        body = re.search(rf"export interface {interface}[^{{]*\{{(.*?)^\}}", text, re.M | re.S)[1]
        for option in re.findall(r"^  (\w+)\??:", body, re.M):
            assert f"| `{option}` |" in PAGE, f"{interface} has {option}"
