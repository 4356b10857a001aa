"""What the front page of the repository shows of a release: tables in its README, and the card beside it."""

import json
import shutil
from pathlib import Path

from training.benchmark.report import summary
from training.card import families_table, suites_shown
from training.checkpoint import weights_sha256
from training.figures import browsers_table, native_table, read_figures, sizes_table
from training.io import replace_block
from training.manifest import read_manifest


CARD = "model_card.md"
# The model whose speed is measured with weights drawn at random, before it is trained.
LARGE = "odin-100m"
# What in a card is a file of the release folder.
PICTURE = "](curves.png)"


def blocks(release: Path) -> dict[str, str]:
    """The text of each block of the README.

    Raises:
        OSError, ValueError: a file of the release or a measurement is missing or damaged.
    """
    evaluation = json.loads((release / "evaluation.json").read_text())
    weights, version = weights_sha256(release), read_manifest(release).get("version")
    figures, large = read_figures(release.resolve().name, weights, version), read_figures(LARGE)
    found = {
        "families": families_table(evaluation["families"]),
        "benchmark": summary(suites_shown(evaluation["benchmark"])),
    }
    if "sizes" in figures:
        found["sizes"] = sizes_table(figures["sizes"], figures.get("precisions", {}))
    if "browsers" in figures:
        found["browsers"] = browsers_table(figures["browsers"])
    if "native" in large:
        found["native"] = native_table(large["native"], LARGE)
    return found


def card_beside(readme: Path, release: Path) -> str:
    """The release's card as it stands beside `readme`: the same text, with the way to its picture."""
    folder = release.resolve().relative_to(readme.resolve().parent)
    return (release / "README.md").read_text().replace(PICTURE, f"]({folder.as_posix()}/curves.png)")


def write_front_page(readme: Path, release: Path) -> None:
    """Brings the README's blocks and the copy of the card beside it up to date.

    Raises:
        OSError, ValueError: see `blocks`; the README lacks a block, or the release does not lie below its folder.
    """
    text = card_beside(readme, release)
    page, copy = (readme.with_name(name + ".partial") for name in (readme.name, CARD))
    try:
        shutil.copy(readme, page)
        for name, block in blocks(release).items():
            replace_block(page, name, block)
        copy.write_text(text)
        page.rename(readme)
        copy.rename(readme.with_name(CARD))
    finally:
        page.unlink(missing_ok=True)
        copy.unlink(missing_ok=True)
