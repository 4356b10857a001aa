"""The data files of the lexicon, each read once."""

from functools import cache
from importlib import resources
from typing import Any

import yaml


@cache
def text(name: str) -> str:
    """A file of the data folder."""
    return (resources.files("data_chef") / "data" / name).read_text(encoding="utf-8")


@cache
def section(name: str) -> dict[str, Any]:
    """`lexicon_<name>.yaml`."""
    return yaml.load(text(f"lexicon_{name}.yaml"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def entries(listing: str | None) -> tuple[str, ...]:
    """The entries of a comma list; "none" stands for an empty one."""
    found = (" ".join(entry.split()) for entry in (listing or "").split(","))
    return tuple(entry for entry in found if entry not in ("", "none"))
