"""Curves of a run as a PNG: `python -m training.plot RUN`. A run draws them itself at each evaluation."""

import argparse
import json
import sys
from pathlib import Path


PANELS = {
    "training loss": lambda key: key == "loss",
    "validation loss by family": lambda key: key.startswith("validation_loss/"),
    "exact match by family": lambda key: key.startswith("exact_match_of_family/"),
    "gradient norm by group": lambda key: key.startswith("grad_norm"),
    "learning rate": lambda key: key.startswith("learning_rate"),
    "tokens/s": lambda key: key == "tokens_per_second",
}
# More lines than this get no legend: it would hide them.
LEGEND = 8


def read_metrics(run: Path) -> dict[str, dict[int, float]]:
    """Each metric by step; of a step logged twice the later value.

    Raises:
        FileNotFoundError: the run has logged nothing.
    """
    curves: dict[str, dict[int, float]] = {}
    for line in (run / "metrics.jsonl").read_text().split("\n"):
        try:
            row = json.loads(line)
        except ValueError:  # the last line of a run that was killed
            continue
        for key, value in row.items():
            if key != "step":
                curves.setdefault(key, {})[row["step"]] = value
    return {key: dict(sorted(curve.items())) for key, curve in curves.items()}


def plot(run: Path) -> Path | None:
    """Writes `RUN/curves.png`; returns its path, or None where matplotlib is missing."""
    try:
        import matplotlib
    except ImportError:
        return None
    matplotlib.use("Agg", force=False)
    from matplotlib.figure import Figure

    curves = read_metrics(run)
    figure = Figure(figsize=(15, 8), layout="constrained")
    for axes, (title, belongs) in zip(figure.subplots(2, 3).flat, PANELS.items(), strict=True):
        chosen = {key: curve for key, curve in curves.items() if belongs(key)}
        for key, curve in chosen.items():
            axes.plot(list(curve), list(curve.values()), label=key.partition("/")[2] or key, marker=".", linewidth=1)
        axes.set(title=title, xlabel="step")
        if "loss" in title and chosen:
            axes.set_yscale("log")
        if 1 < len(chosen) <= LEGEND:
            axes.legend(fontsize="small")
        axes.grid(alpha=0.3)
    beside = run / "curves.partial.png"
    figure.savefig(beside, dpi=100)
    return beside.rename(run / "curves.png")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="output folder of training/train.py")
    try:
        path = plot(parser.parse_args().run)
    except FileNotFoundError as error:
        sys.exit(f"plot: {error}")
    print(path or "plot: matplotlib is not installed (pip install matplotlib)")


if __name__ == "__main__":
    main()
