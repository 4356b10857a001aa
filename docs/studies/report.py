"""Tables and plots of the ablation in docs/decisions/0002-time-mixing.md and docs/state.md, from
docs/measurements/ablation.json and exported-speed.json: `python docs/studies/report.py`."""

import json
import statistics
import sys
from collections import defaultdict
from pathlib import Path


HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

import matplotlib  # noqa: E402


matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
from ablation import MIXINGS, STATE, Settings, best_rate, identity, score  # noqa: E402
from own_tasks import FAMILIES  # noqa: E402
from probes import PROBES  # noqa: E402
from sizes import count_parameters, decode_cost, equal_parameters, transformer  # noqa: E402

from configuration_odin import PRESETS, OdinConfig  # noqa: E402
from training.io import replace_block  # noqa: E402


DOCS = HERE.parent
NAMES = {
    "gated_delta": "gated delta (ODIN)",
    "mamba2": "Mamba-2",
    "rwkv6": "RWKV-6",
    "rwkv7": "RWKV-7",
    "transformer": "transformer",
    "slow_heads": "`slow_heads=1`",
    "slot_heads": "`slot_heads=1`",
    "decay_hierarchy": "`decay_hierarchy`",
    "two_passes": "`recurrence_passes=2`",
    "narrow_heads": "4 heads of 16",
    "wide_heads": "1 head of 64",
}
SIZES = {
    "recall": "pairs",
    "parity": "bits",
    "s5": "swaps",
    "copying": "symbols",
    "order": "tokens",
    "registers": "statements",
    "worked_registers": "statements",
}
EXPRESSES = {
    "gated_delta": "reflections (rate to 2): parity, swaps; replaces one value, exactly at rate 1",
    "mamba2": "a decaying sum, one rate a head; transitions positive and scalar: no parity",
    "rwkv6": "a decaying sum, a rate per channel; transitions positive and diagonal: no parity",
    "rwkv7": "replaces per channel; eigenvalues down to -0.45, and only at its strongest decay",
    "transformer": "reads any earlier token; depth is constant: no parity or S5 at every length",
}


COLOURS = {model: f"C{i}" for i, model in enumerate(MIXINGS)}


class Runs:
    """The records of an ablation by task and model: at the best learning rate of each, or all at the common one."""

    def __init__(self, records: list[dict], rate: float | None = None):
        self.records = records
        self.found: dict[tuple[str, str], list[dict]] = defaultdict(list)
        for record in records:
            task, model = record["task"], record["model"]
            if record["settings"]["learning_rate"] == (rate or best_rate(task, model, records)):
                self.found[task, model].append(record)

    def accuracies(self, task: str, model: str, size) -> list[float]:
        """One per seed; a run that diverged counts as guessing."""
        chance = PROBES[task].chance
        return [r.get("accuracy", {}).get(str(size), chance) for r in self.found[task, model]]


def spread(values: list[float], form: str = "{:.0%}") -> str:
    """Mean and, of more than one value, the standard deviation."""
    if not values:
        return "-"
    mean = form.format(statistics.fmean(values))
    return f"{mean} ± {form.format(statistics.stdev(values))}" if len(values) > 1 else mean


def table(header: list[str], rows: list[list[str]]) -> str:
    """Markdown, the first column to the left."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def accuracy_table(runs: Runs, tasks, models) -> str:
    """A row per task and size, a column per model; sizes beyond training are in italics."""
    header = ["task", *(NAMES[m] for m in models), "seeds", "chance"]
    rows = []
    for task in tasks:
        probe = PROBES[task]
        for size in probe.evaluate:
            label = f"{task}, {size:,} {SIZES[task]}"
            values = [runs.accuracies(task, model, size) for model in models]
            counts = {len(v) for v in values if v}
            seeds = f"{min(counts)}-{max(counts)}" if len(counts) > 1 else str(max(counts, default=0))
            label = f"*{label}*" if size > probe.train[1] else label
            rows.append([label, *map(spread, values), seeds, f"{probe.chance:.0%}"])
    return table(header, rows)


def own_table(runs: Runs) -> str:
    """Validation loss on answers and whole answers right, per family of tasks."""
    rows = []
    for key, name, form in (("loss", "loss", "{:.3f}"), ("exact_solution", "exact answers", "{:.1%}")):
        for family in FAMILIES:
            values = [
                [r["families"][family][key] for r in runs.found["own_tasks", model] if "families" in r]
                for model in MIXINGS
            ]
            if key == "loss" or any(map(any, values)):
                rows.append([f"{family}, {name}", *(spread(v, form) for v in values)])
    return table(["family", *(NAMES[m] for m in MIXINGS)], rows)


def stability_table(runs: Runs) -> str:
    """Of the five models at each learning rate: divergences, spikes of the loss, gradient norms before clipping."""
    rows = []
    for rate in sorted({r["settings"]["learning_rate"] for r in runs.records}):
        for model in MIXINGS:
            own = [r for r in runs.records if (r["model"], r["settings"]["learning_rate"]) == (model, rate)]
            if own:
                rows.append(
                    [
                        f"{NAMES[model]}, {rate:g}",
                        str(len(own)),
                        str(sum(r["diverged"] for r in own)),
                        f"{1000 * sum(r['loss_spikes'] for r in own) / sum(r['steps'] for r in own):.1f}",
                        f"{statistics.median(r['grad_norm_median'] for r in own):.2f}",
                        f"{max(r['grad_norm_max'] for r in own):.1f}",
                    ]
                )
    header = ["model, rate", "runs", "diverged", "spikes per 1,000 steps", "median gradient norm", "largest"]
    return table(header, rows)


def rates_table(runs: Runs) -> str:
    """What the learning rate of each task and model was chosen by, on the first seed."""
    found = {identity(r): score(r) for r in runs.records if r["seed"] == 0}
    rows = []
    for task in ("recall", "parity", "s5", "copying", "order", "own_tasks"):
        for rate in sorted({key[3] for key in found if key[0] == task and key[1] in MIXINGS}):
            cells = [found.get((task, model, 0, rate)) for model in MIXINGS]
            texts = ["-" if x is None else f"{-x:.3f}" if task == "own_tasks" else f"{x:.0%}" for x in cells]
            rows.append([f"{task}, {rate:g}", *texts])
    return table(["task, learning rate", *(NAMES[m] for m in MIXINGS)], rows)


def matrix_table(speed: dict) -> str:
    """Costs of decode at the shape of odin-100m and equal parameters, and speeds where they were measured."""
    plain = OdinConfig.from_preset("odin-100m")
    parameters = count_parameters(plain)
    shape = {key: PRESETS["odin-100m"][key] for key in ("vocab_size", "hidden_size", "num_hidden_layers", "head_dim")}
    configs = {
        model: equal_parameters(
            transformer(**shape) if model == "transformer" else OdinConfig.from_preset("odin-100m", time_mixing=model),
            parameters,
        )
        for model in MIXINGS
    }
    costs = {model: decode_cost(config) for model, config in configs.items()}
    rows = [
        ["parameters", *(f"{c['parameters'] / 1e6:.2f}M" for c in costs.values())],
        ["channel mixing width", *(f"{c.intermediate_size:,}" for c in configs.values())],
        ["weights, float32, MB", *(f"{c['weight_bytes'] / 1e6:.1f}" for c in costs.values())],
        ["state of a sequence, MB", *(f"{c['state_bytes'] / 1e6:.2f}" for c in costs.values())],
        ["products with weights, MFLOP a token", *(f"{c['matrix_flops'] / 1e6:.1f}" for c in costs.values())],
        ["state or attention, MFLOP a token", *(f"{c['state_flops'] / 1e6:.1f}" for c in costs.values())],
        ["bytes moved, MB a token", *(f"{c['bytes_moved'] / 1e6:.1f}" for c in costs.values())],
        *speed_rows(speed),
        ["what a layer can express", *(EXPRESSES[model] for model in MIXINGS)],
    ]
    return table(["", *(NAMES[m] for m in MIXINGS)], rows)


def speed_rows(speed: dict) -> list[list[str]]:
    """Rows of exported-speed.json: its `rows` hold a label and a value per model."""
    return [[row["label"], *(str(row.get(model, "-")) for model in MIXINGS)] for row in speed.get("rows", [])]


def capacity_table(untrained: list[dict]) -> str:
    """Exact recall of an untrained head, pairs as multiples of its width."""
    found = {(r["head_dim"], r["writing"], r["rule"], r["pairs"] / r["head_dim"]): r["recall"] for r in untrained}
    loads = sorted({r["pairs"] / r["head_dim"] for r in untrained})
    kinds = dict.fromkeys((r["head_dim"], r["writing"], r["rule"]) for r in untrained)
    rows = [
        [f"{width}, {writing}, {rule}", *(f"{found[width, writing, rule, load]:.0%}" for load in loads)]
        for width, writing, rule in kinds
    ]
    return table(["head, pairs written, rule; pairs / head_dim:", *(f"{load:g}" for load in loads)], rows)


def log_sizes(axis, sizes) -> None:
    """A logarithmic x axis with these sizes as its only marks."""
    axis.set_xscale("log")
    axis.set_xticks(sizes, [f"{size:,}" for size in sizes], rotation=30)
    axis.set_xticks([], minor=True)


def plot_probes(runs: Runs, path: Path) -> None:
    """Accuracy against size: mean, and the range over seeds."""
    tasks = ("recall", "parity", "s5", "copying", "order")
    figure, axes = plt.subplots(1, len(tasks), figsize=(15, 3.5), constrained_layout=True)
    for axis, task in zip(axes, tasks, strict=True):
        probe = PROBES[task]
        for model in MIXINGS:
            values = [runs.accuracies(task, model, size) for size in probe.evaluate]
            if values[0]:
                mean, low, high = ([pick(v) for v in values] for pick in (statistics.fmean, min, max))
                style = {"color": COLOURS[model]}
                axis.plot(probe.evaluate, mean, marker="o", markersize=3, label=NAMES[model], **style)
                axis.fill_between(probe.evaluate, low, high, alpha=0.15, **style)
        axis.axhline(probe.chance, color="grey", linewidth=0.7, linestyle=":")
        axis.axvline(probe.train[1], color="grey", linewidth=0.7)
        axis.set(ylim=(0, 1.03), title=task, xlabel=f"{SIZES[task]} (trained left of the line)")
        log_sizes(axis, probe.evaluate)
    axes[0].set_ylabel("accuracy")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=len(MIXINGS), fontsize=9)
    figure.savefig(path, dpi=80)
    plt.close(figure)


def plot_losses(runs: Runs, path: Path) -> None:
    """Training loss on the project's tasks, mean over seeds."""
    figure, axis = plt.subplots(figsize=(6, 3.5), constrained_layout=True)
    for model in MIXINGS:
        records = runs.found["own_tasks", model]
        if records:
            curve = [statistics.fmean(step) for step in zip(*(r["loss_curve"] for r in records), strict=False)]
            tokens = [(i + 1) / len(curve) * records[0]["tokens"] / 1e6 for i in range(len(curve))]
            axis.plot(tokens, curve, label=NAMES[model], color=COLOURS[model])
    axis.set(xlabel="million tokens", ylabel="loss on answers", yscale="log")
    if axis.lines:
        axis.legend(fontsize=8)
    figure.savefig(path, dpi=80)
    plt.close(figure)


def plot_capacity(runs: Runs, untrained: list[dict], path: Path) -> None:
    """Recall against pairs: an untrained head by both rules, and trained models."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.5), constrained_layout=True)
    for writing, colour in zip(("once", "again", "changed"), ("C0", "C1", "C2"), strict=True):
        for rule, style in (("delta", "-"), ("sum", ":")):
            kind = (64, writing, rule)
            points = [(r["pairs"], r["recall"]) for r in untrained if (r["head_dim"], r["writing"], r["rule"]) == kind]
            if points:
                left.plot(*zip(*points, strict=True), style, color=colour, label=f"{rule}, written {writing}")
    log_sizes(left, sorted({r["pairs"] for r in untrained if r["head_dim"] == 64}))
    left.set(title="untrained head of 64, random keys", xlabel="pairs", ylabel="recall", ylim=(0, 1.03))
    left.legend(fontsize=7)
    for model in ("narrow_heads", "gated_delta", "wide_heads"):
        sizes = PROBES["recall"].evaluate
        values = [runs.accuracies("recall", model, size) for size in sizes]
        if values[0]:
            label = "2 heads of 32" if model == "gated_delta" else NAMES[model]
            right.plot(sizes, [statistics.fmean(v) for v in values], marker="o", label=label)
    right.set(title="trained", xlabel="pairs (trained on 4 to 24)", ylim=(0, 1.03))
    if right.lines:
        right.legend(fontsize=7)
    figure.savefig(path, dpi=80)
    plt.close(figure)


def tables(results: dict, speed: dict) -> dict[str, dict[str, str]]:
    """The blocks of both pages, by page."""
    runs, trials = Runs(results["runs"]), Runs(results["runs"], Settings.learning_rate)
    return {
        "decisions/0002-time-mixing.md": {
            "matrix": matrix_table(speed),
            "probes": accuracy_table(runs, ("recall", "parity", "s5", "copying"), MIXINGS),
            "order": accuracy_table(runs, ("order",), ("gated_delta", "transformer")),
            "tasks": own_table(runs),
            "stability": stability_table(runs),
            "rates": rates_table(runs),
        },
        "state.md": {
            "trials": accuracy_table(trials, ("recall", "s5", "registers", "order"), STATE),
            "scratchpad": accuracy_table(trials, ("registers", "worked_registers"), ("gated_delta",)),
            "untrained": capacity_table(results["untrained"]),
            "trained": accuracy_table(trials, ("recall",), ("narrow_heads", "gated_delta", "wide_heads")),
        },
    }


def write(results: dict, speed: dict, docs: Path = DOCS) -> None:
    """Writes all tables and plots under `docs`."""
    for page, blocks in tables(results, speed).items():
        for name, text in blocks.items():
            replace_block(docs / page, name, text)
    runs, trials = Runs(results["runs"]), Runs(results["runs"], Settings.learning_rate)
    images = docs / "images"
    plot_probes(runs, images / "time-mixing-probes.png")
    plot_losses(runs, images / "time-mixing-losses.png")
    plot_capacity(trials, results["untrained"], images / "state-capacity.png")


def main() -> None:
    measurements = DOCS / "measurements"
    speed = measurements / "exported-speed.json"
    write(
        json.loads((measurements / "ablation.json").read_text()),
        json.loads(speed.read_text()) if speed.exists() else {},
    )


if __name__ == "__main__":
    main()
