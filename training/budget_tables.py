"""The numbers of `training.compute_budget` as Markdown tables, one for each block of docs/compute-budget.md."""

import math


HALF_HOUR = 1800.0


def tables(report: dict) -> dict[str, str]:
    """Block name to table. `report` is what `training.compute_budget.budget` returns, with the model's name."""
    return {
        "budget": budget_table(report),
        "scaling": scaling_table(report),
        "half-hour": half_hour_table(report),
        "memory": memory_table(report),
        "flops": flops_table(report),
        "rates": rates_table(report),
        "prices": prices_table(report),
    }


def table(head: list[str], rows: list[list[str]], text_columns: int = 1) -> str:
    """A Markdown table whose first columns are text and the others numbers."""
    rule = ["---"] * text_columns + ["---:"] * (len(head) - text_columns)
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, rule, *rows))


def budget_table(report: dict) -> str:
    currency = report["assumptions"]["currency"]
    rows = [
        [
            name,
            machine["rate"]["kind"],
            spread(machine["rate"], "low", "high", 1e-3),
            "-" if machine["mfu"] is None else f"{machine['mfu']:.0%}",
            spread(machine["hours"]),
            spread(machine["device_hours"]),
            amount(machine["kwh"]),
            spread(machine["cloud_cost"]),
            spread(machine["owned_cost"]),
        ]
        for name, machine in report["machines"].items()
    ]
    head = ["machine", "rate is", "1,000 tokens/s", "MFU", "hours", "device-hours", "kWh"]
    title = f"{report['model']}, {amount(report['tokens'] / 1e9)}B tokens: plan (best to worst)"
    return f"{title}\n\n" + table([*head, f"cloud, {currency}", f"owned, {currency}"], rows, 2)


def scaling_table(report: dict) -> str:
    sizes = sorted({1e9, report["compute_optimal_tokens"], report["tokens"]})
    rows = []
    for name, machine in report["machines"].items():
        for size in sizes:
            share = size / report["tokens"]
            optimal = " (20 a parameter)" if size == report["compute_optimal_tokens"] else ""
            rows.append(
                [
                    name,
                    machine["rate"]["kind"],
                    f"{amount(size / 1e9)}B{optimal}",
                    spread(machine["hours"], factor=share),
                    spread(machine["cloud_cost"], factor=share),
                    spread(machine["owned_cost"], factor=share),
                ]
            )
    currency = report["assumptions"]["currency"]
    return table(["machine", "rate is", "tokens", "hours", f"cloud, {currency}", f"owned, {currency}"], rows, 2)


def half_hour_table(report: dict) -> str:
    """What fits in half an hour of each machine."""
    rows = []
    for name, machine in report["machines"].items():
        tokens = {bound: machine["rate"][bound] * HALF_HOUR for bound in ("low", "planning", "high")}
        per_parameter = {bound: value / report["parameters"]["parameters"] for bound, value in tokens.items()}
        kind = machine["rate"]["kind"]
        rows.append([name, kind, spread(tokens, "low", "high", 1e-6), spread(per_parameter, "low", "high")])
    return table(["machine", "rate is", "million tokens in 30 minutes", "tokens a parameter"], rows, 2)


def memory_table(report: dict) -> str:
    parts = report["parameters"]["bytes"]
    names = {
        "weights": "weights, float32",
        "gradients": "gradients, float32",
        "optimizer": "Muon (one momentum) and AdamW (two)",
        "bf16_copies": "bfloat16 copies of the weights under autocast",
        "ema": "moving average of the weights",
    }
    rows = [[names[part], f"{size / 1e6:,.0f} MB"] for part, size in parts.items()]
    rows.append(["**together**", f"**{report['parameters']['fixed_bytes'] / 1e6:,.0f} MB**"])
    saved = report["saved_bytes_per_token"]
    if saved is not None:
        rows += [
            ["activations of the blocks, a token", f"{saved['blocks'] / 1e3:,.0f} kB"],
            ["the same with gradient checkpointing", f"{saved['blocks_checkpointed'] / 1e3:,.0f} kB"],
            ["logits, a token with a label", f"{saved['head'] / 1e3:,.0f} kB"],
        ]
    text = table(["what", "size"], rows)
    fits = [
        [name, *(f"{machine['micro_batch_tokens'][kind]:,}" for kind in ("plain", "checkpointed"))]
        for name, machine in report["machines"].items()
        if "micro_batch_tokens" in machine
    ]
    if fits:
        text += "\n\n" + table(["tokens in a micro-batch", "plain", "gradient checkpointing"], fits)
    return text


def flops_table(report: dict) -> str:
    flops = report["flops_per_token"]
    names = {
        "projections": "projections of the blocks",
        "recurrence": "recurrence, chunks of 64",
        "head": f"head, {report['labelled_share']:.0%} of tokens",
        "convolution": "convolution",
        "elementwise": "norms, activations, gates, decay, softmax",
        "forward": "**forward**",
        "training": "**training: 3 x matrix products**",
        "training_checkpointed": "with gradient checkpointing",
    }
    rows = [
        [text, f"{flops[name] / 1e6:,.2f}", f"{flops[name] / flops['forward']:.1%}"] for name, text in names.items()
    ]
    return table(["a token", "MFLOP", "of forward"], rows)


def rates_table(report: dict) -> str:
    low, high = report["assumptions"]["mfu_bounds"]
    rows = [
        [
            rate["device"],
            f"{rate.get('processes') or 1}",
            f"{rate.get('threads', '-')}",
            rate.get("precision", "-"),
            f"{rate['tokens_per_second']:,.0f}",
            rate.get("rate_by", "wall clock"),
            "-" if not rate.get("mfu") else f"{rate['mfu']:.0%}",
            rate.get("file", "command line"),
        ]
        for rate in report["measured"]
    ]
    head = ["measured on", "processes", "threads", "precision", "tokens/s", "by", "of peak", "file"]
    text = table(head, rows) if rows else "Nothing is measured."
    published = [[entry["name"], f"{entry['tokens_per_second']:,.0f}"] for entry in report["assumptions"]["published"]]
    text += "\n\n" + table(["published, from outside", "tokens/s"], published)
    between = f"Projected rates lie between {low:.1%} and {high:.1%} of the peak; the plan is their geometric mean."
    return f"{text}\n\n{between}"


def prices_table(report: dict) -> str:
    currency, owned = report["assumptions"]["currency"], report["assumptions"]["owned"]
    rows = [
        [
            name,
            f"{machine['cloud_per_hour']:.2f}",
            f"{machine['owned_per_hour']:.2f}",
            f"{machine['purchase']:,.0f}",
            f"{machine['break_even_hours']:,.0f}",
            machine["sources"]["cloud"] + "; " + machine["sources"]["purchase"],
        ]
        for name, machine in report["machines"].items()
    ]
    head = ["machine", "cloud/h", "owned/h", "purchase", "hours to break even", "source"]
    return (
        f"{currency}, {report['assumptions']['date']}. Owned: {owned['amortisation_years']} years, used "
        f"{owned['utilisation']:.0%} of the time, {owned['electricity_per_kwh']} a kWh, PUE {owned['pue']}.\n\n"
    ) + table(head, rows)


def spread(values: dict, first: str = "best", last: str = "worst", factor: float = 1.0) -> str:
    """`plan (first to last)`, or one number where all are the same."""
    plan, low, high = (values[name] * factor for name in ("planning", first, last))
    return amount(plan) if math.isclose(low, high) else f"{amount(plan)} ({amount(low)} to {amount(high)})"


def amount(value: float) -> str:
    """Three digits, no more than are known."""
    if value == 0:
        return "0"
    digits = 2 - math.floor(math.log10(abs(value)))
    return f"{round(value, digits):,.{max(0, digits)}f}"
