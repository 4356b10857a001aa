"""What other small models have reached, and whether the record of it holds together.

python docs/studies/baselines.py table      # docs/measurements/baselines-published.json to docs/baselines.md
"""

import argparse
import json
import sys
from pathlib import Path


ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from training.io import replace_block  # noqa: E402


RECORD = ROOT / "docs" / "measurements" / "baselines-published.json"
DOCUMENT = ROOT / "docs" / "baselines.md"
VERIFIED = {"source": "read there", "quoted": "quoted by others", "no": "not verified"}
FIELDS = {"model", "parameters", "set", "score", "protocol", "source", "verified"}


def load() -> dict:
    """The record.

    Raises:
        ValueError: a score that lacks a field, or names no source of the list, or a source that no score names.
    """
    record = json.loads(RECORD.read_text())
    for score in record["scores"]:
        missing = FIELDS - score.keys()
        if missing or score["source"] not in record["sources"] or score["verified"] not in VERIFIED:
            raise ValueError(f"{RECORD.name}: {score} lacks {sorted(missing)}, or names an unknown source or status")
    unused = record["sources"].keys() - {score["source"] for score in record["scores"]}
    if unused:
        raise ValueError(f"{RECORD.name}: no score is from {sorted(unused)}")
    return record


def tables() -> str:
    """A Markdown table for each set of problems, the best score first, and the sources as footnotes."""
    record = load()
    number = {name: index for index, name in enumerate(record["sources"], start=1)}
    by_set: dict[str, list[dict]] = {}
    for score in record["scores"]:
        by_set.setdefault(score["set"], []).append(score)
    lines = []
    for name, scores in by_set.items():
        lines += [
            f"### {name}",
            "",
            f"| model | parameters | {name}, % | protocol | source | |",
            "| --- | ---: | ---: | --- | ---: | --- |",
        ]
        for score in sorted(scores, key=lambda score: -float(score["score"].split()[0])):
            model = f"[{score['model']}](https://huggingface.co/{score['hub']})" if "hub" in score else score["model"]
            cells = [model, score["parameters"], score["score"], score["protocol"], f"{number[score['source']]}"]
            lines.append(f"| {' | '.join(cells)} | {VERIFIED[score['verified']]} |")
        lines.append("")
    sources = [
        f"{number[name]}. [{source['title']}]({source['url']})"
        if "url" in source
        else f"{number[name]}. {source['title']}"
        for name, source in record["sources"].items()
    ]
    return "\n".join([*lines, "Sources:", "", *sources])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("action", choices=["table"])
    parser.parse_args()
    replace_block(DOCUMENT, "published", tables())


if __name__ == "__main__":
    main()
