"""What bounds the state, and what low precision does to it: `python docs/studies/stability.py`.

An adversary writes against the old state at rate 2, with and without the decay floor; and the recurrence runs with its
decay factor or its state rounded to half precision. Writes docs/measurements/stability.json, docs/images/stability.png
and the tables of docs/proofs.md.
"""

import argparse
import json
import math
import sys
from pathlib import Path


HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

import torch  # noqa: E402

from modeling_odin.time_mixing_odin import MAX_DECAY, MIN_DECAY  # noqa: E402
from training.io import replace_block, write_json  # noqa: E402


HALF = {"bfloat16": torch.bfloat16, "float16": torch.float16}
DECAYS = {
    "no floor (g = 0)": 0.0,
    "floor (g = -2^-14)": MIN_DECAY,
    "strongest decay (g = -e^-0.5)": MAX_DECAY,
}


def adversary(steps: int, decay: float, rate: float = 2.0) -> list[tuple[int, float]]:
    """|S| after powers of ten of steps, when each token writes |v| = 1 under the key that points against the state.

    With S = s k' for a unit vector k', the key k = -k' reads -s, so the rule adds rate * k (1 + s): at rate 2 the
    state turns round and grows by 2.
    """
    state = torch.zeros(2, 1, dtype=torch.float64)
    factor, seen = math.exp(-decay), []
    for step in range(1, steps + 1):
        state = factor * state
        size = state.norm()
        key = -state / size if size > 0 else torch.tensor([[1.0], [0.0]], dtype=torch.float64)
        state = state + rate * key * (1.0 - (key * state).sum())
        if math.log10(step).is_integer() or step == steps:
            seen.append((step, state.norm().item()))
    return seen


def bound(decay: float, rate: float = 2.0) -> float:
    """max(b |v|) / (1 - w_max) for |v| = 1."""
    return rate / -math.expm1(-decay)


def rounded_factors() -> list[dict]:
    """The memory 1 / (1 - exp g), in tokens, that the slowest decays have in each precision (None: for ever)."""
    records = []
    for power in (14, 13, 12, 11, 10, 9, 8, 6, 4):
        g = torch.tensor(-(2.0**-power), dtype=torch.float64)
        record = {"g": -(2.0**-power), "exact": 1 / -math.expm1(g.item())}
        for name, dtype in {"float32": torch.float32, **HALF}.items():
            factor = g.float().exp().to(dtype).double().item()
            record[name] = None if factor == 1.0 else 1 / (1 - factor)
        records.append(record)
    return records


def rounded_recurrence(length: int, heads: int = 4, width: int = 32) -> list[dict]:
    """Relative error of outputs and state against float64 after `length` random tokens, rounding one part a step.

    The decays are those of a fresh model: memories from 2 to 4,000 tokens.
    """
    generator = torch.Generator().manual_seed(0)
    q, k, v = torch.randn(3, length, heads, width, generator=generator, dtype=torch.float64)
    q, k = (torch.nn.functional.normalize(x, dim=-1) for x in (q, k))
    beta = 2 * torch.rand(length, heads, 1, generator=generator, dtype=torch.float64)
    g = -1 / torch.logspace(math.log10(2), math.log10(4000), width, dtype=torch.float64).expand(heads, -1)
    identity = torch.float64
    cases = {"all float32": (torch.float32, torch.float32, torch.float32)}
    for name, dtype in HALF.items():
        cases[f"exp(g) {name}"] = (torch.float32, dtype, torch.float32)
        cases[f"state {name}"] = (torch.float32, torch.float32, dtype)
        cases[f"q, k, v, b {name}"] = (dtype, torch.float32, torch.float32)
    states = {name: torch.zeros(heads, width, width, dtype=torch.float64) for name in ("exact", *cases)}
    outputs: dict[str, list] = {name: [] for name in states}
    for t in range(length):
        for name, state in states.items():
            inputs, factor, kept = cases.get(name, (identity,) * 3)
            keys, values, queries, rate = (x[t].to(inputs).double() for x in (k, v, q, beta))
            state = g.exp().to(factor).double()[..., None] * state
            update = rate * (values - (keys[..., None] * state).sum(-2))
            state = (state + keys[..., None] * update[..., None, :]).to(kept).double()
            states[name] = state
            outputs[name].append((queries[..., None] * state).sum(-2))
    exact = torch.stack(outputs["exact"])
    return [
        {
            "rounded": name,
            "output_error": ((torch.stack(outputs[name]) - exact).norm() / exact.norm()).item(),
            "state_error": ((states[name] - states["exact"]).norm() / states["exact"].norm()).item(),
        }
        for name in cases
    ]


def plot(grown: dict, path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6, 3.6))
    for name, curve in grown.items():
        axes.loglog(*zip(*curve, strict=True), marker="o", label=name)
    axes.axhline(bound(MIN_DECAY), color="grey", linestyle="--", label="bound with the floor")
    axes.set_xlabel("tokens of the adversary")
    axes.set_ylabel("norm of the state")
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=100)


def tables(results: dict) -> dict[str, str]:
    """The blocks of docs/proofs.md."""
    growth = ["| tokens | " + " | ".join(DECAYS) + " |", "| ---: |" + " ---: |" * len(DECAYS)]
    for row in zip(*(results["adversary"][name] for name in DECAYS), strict=True):
        growth.append(f"| {row[0][0]:,} | " + " | ".join(f"{size:,.0f}" for _, size in row) + " |")
    factors = ["| g | exact | float32 | bfloat16 | float16 |", "| ---: | ---: | ---: | ---: | ---: |"]
    for record in results["factors"]:
        cells = [record["exact"], *(record[name] for name in ("float32", "bfloat16", "float16"))]
        shown = ("for ever" if cell is None else f"{cell:,.0f}" for cell in cells)
        factors.append(f"| -2^{round(math.log2(-record['g']))} | " + " | ".join(shown) + " |")
    rounded = ["| in half precision | error of outputs | error of the state |", "| --- | ---: | ---: |"]
    for record in results["rounded"]:
        rounded.append(f"| {record['rounded']} | {record['output_error']:.1e} | {record['state_error']:.1e} |")
    return {"adversary": "\n".join(growth), "factors": "\n".join(factors), "rounded": "\n".join(rounded)}


def measure(steps: int, length: int) -> dict:
    return {
        "adversary": {name: adversary(steps, decay) for name, decay in DECAYS.items()},
        "bound": bound(MIN_DECAY),
        "factors": rounded_factors(),
        "rounded": rounded_recurrence(length),
        "length": length,
    }


def main() -> None:
    argparse.ArgumentParser(description=__doc__.split("\n\n")[0]).parse_args()
    results = measure(100_000, 4096)
    write_json(HERE.parent / "measurements/stability.json", results)
    plot(results["adversary"], HERE.parent / "images/stability.png")
    for name, text in tables(results).items():
        replace_block(HERE.parent / "proofs.md", name, text)
    print(json.dumps(results["adversary"]))


if __name__ == "__main__":
    main()
