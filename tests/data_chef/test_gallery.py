"""The gallery: up to date, and a Markdown page whose links and fences hold."""

import re
from pathlib import Path

import pytest

import data_chef
from data_chef.__main__ import main
from data_chef.gallery import COMMAND, anchor, by_family, fenced, gallery
from data_chef.registry import tasks


COMMITTED = Path(data_chef.__file__).with_name("GALLERY.md")


@pytest.fixture(scope="module")
def page():
    return gallery()


def test_the_committed_page_is_up_to_date(page):
    assert COMMITTED.read_text(encoding="utf-8") == page, f"run `{COMMAND}`"


def test_every_task_has_a_section_that_the_contents_link_to(page):
    text = re.sub(r"(?ms)^(`{3,})text\n.*?\n\1$", "", page)
    headings = re.findall(r"^#{2,3} (.+)$", text, re.M)
    assert [name for name in headings if name in tasks()] == [t.name for group in by_family().values() for t in group]
    anchors = [anchor(heading) for heading in headings]
    assert sorted(set(anchors)) == sorted(anchors) == sorted(re.findall(r"\]\(#(.+)\)", text))


def test_a_fence_is_longer_than_any_inside():
    assert fenced("a") == "```text\na\n```"
    assert fenced("```python\n````\n```").startswith("`````text\n")


def test_the_commands(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("data_chef.gallery.gallery", lambda: "page\n")
    main(["gallery", "--out", str(tmp_path / "page.md")])
    assert [path.name for path in tmp_path.iterdir()] == ["page.md"]
    assert (tmp_path / "page.md").read_text() == "page\n"
    assert f"{len(tasks())} tasks" in capsys.readouterr().out
    main(["list"])
    listed = capsys.readouterr().out.splitlines()
    families = [line.rpartition(" (")[0] for line in listed if not line.startswith(" ")]
    assert families == list(by_family()) and len(listed) == len(families) + len(tasks())
