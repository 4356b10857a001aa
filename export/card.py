"""`card.json`: what the web app says about a model, from what its release folder says."""

import json
from pathlib import Path
from typing import Any


CARD = "card.json"
# The suites with tables of their own, by task; their numbers are in the families.
BY_TASK = ("corpus_test", "corpus_validation")


def card(model: Path, parameters: int, manifest: dict[str, Any]) -> dict[str, Any]:
    """Size, training and scores of the model folder `model`; what the folder does not tell is left out.

    Args:
        parameters: number of the model's parameters.
        manifest: the folder's own.

    Returns:
        A JSON object: `name`, `version`, `parameters`, and, where the model was evaluated, `training` (as
        `evaluation.json` has it), `families` (exact match on held-out items of the corpus) and `suites` (of
        ODIN-Bench, greedy, without tools), both with 95% intervals.
    """
    found = {"name": model.resolve().name, "version": manifest.get("version"), "parameters": parameters}
    path = model / "evaluation.json"
    if not path.is_file():
        return found
    evaluation = json.loads(path.read_text())
    training = evaluation["training"]
    return found | {
        "training": {name: training[name] for name in ("tokens", "minutes", "device", "steps") if name in training},
        "families": [
            {"name": name, "problems": score["items"], "score": score["exact_match"], "interval": score["interval"]}
            for name, score in evaluation["families"].get("test", {}).items()
        ],
        "suites": [
            {
                "name": name,
                "title": suite["title"],
                "problems": suite["problems"],
                "score": suite["results"]["none"]["score"],
                "interval": suite["results"]["none"]["score_interval"],
            }
            for name, suite in evaluation["benchmark"].items()
            if name not in BY_TASK
        ],
    }
