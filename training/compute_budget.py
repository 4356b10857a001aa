"""Hours, memory, energy and cost of a training run: `python -m training.compute_budget --tokens 10e9 --rate FILE`.

A rate is **measured** where a JSON file says so (`training/step_cost.py` writes one, and so does every run as its
`summary.json`). For the other machines it is **projected** from published rates of models of this size, between the
lowest and the highest share of the peak that these reach; `training/configs/prices.yaml` has them and all prices.

Not covered: people's time, storage, traffic, taxes, and runs that fail.
"""

import argparse
import dataclasses
import json
import math
import sys
from dataclasses import dataclass
from pathlib import Path

from torch._subclasses.fake_tensor import FakeTensorMode

from configuration_odin import OdinConfig
from modeling_odin import OdinForCausalLM
from training.budget_tables import tables
from training.config import TrainConfig
from training.flops import FUSED_CHUNK, Flops, flops_per_token, mfu
from training.hardware import lookup
from training.io import replace_block, write_json
from training.optimizer import build_optimizers
from training.prices import PRICES, Machine, mfu_bounds, read_prices


DOCUMENT = Path("docs/compute-budget.md")
RECORD = Path("docs/measurements/compute-budget.json")
HOURS_PER_YEAR = 8760


@dataclass(frozen=True)
class Rate:
    """Tokens per second of a whole machine: what to plan with and its bounds; all three alike when measured."""

    low: float
    planning: float
    high: float
    kind: str  # "measured", "measured per device" or "projected"

    @classmethod
    def certain(cls, rate: float, kind: str) -> "Rate":
        """A rate without bounds."""
        return cls(rate, rate, rate, kind)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--model", default="odin-100m", help="preset")
    parser.add_argument("--tokens", type=float, default=10e9)
    parser.add_argument("--seq-len", type=int, default=1024)
    parser.add_argument("--labelled-share", type=float, default=1.0, help="share of tokens that reach the head")
    parser.add_argument("--rate", type=Path, action="append", default=[], help="JSON with a measured rate; repeatable")
    parser.add_argument("--tokens-per-second", type=float, help="a measured rate without a file, with --device")
    parser.add_argument("--device", help="whose rate it is, as `Machine` or the driver names it")
    parser.add_argument("--gpus", type=int, default=1, help="devices that reached --tokens-per-second together")
    parser.add_argument("--prices", type=Path, default=PRICES)
    parser.add_argument("--json", type=Path, help="write the numbers here")
    parser.add_argument("--docs", action="store_true", help=f"write {RECORD} and the tables of {DOCUMENT}")
    options = parser.parse_args(arguments)
    try:
        measured = [read_rate(path, options.model) for path in options.rate]
        if (options.tokens_per_second is None) != (options.device is None):
            raise ValueError("--tokens-per-second and --device belong together")
        if options.device is not None:
            rate = {"tokens_per_second": options.tokens_per_second, "device": options.device}
            measured.append(rate | {"processes": options.gpus})
        config = OdinConfig.from_preset(options.model)
        report = {"model": options.model} | budget(
            config, options.tokens, read_prices(options.prices), measured, options.seq_len, options.labelled_share
        )
        # As the record will be read again: its keys are sorted, and the tables follow them.
        made = tables(json.loads(json.dumps(report, sort_keys=True)))
        if options.json:
            write_json(options.json, report)
        if options.docs:
            write_json(RECORD, report)
            for name, table in made.items():
                replace_block(DOCUMENT, name, table)
    except (ValueError, OSError) as error:
        sys.exit(f"compute_budget: {error}")
    print("\n\n".join(made.values()))


def read_rate(path: Path, model: str) -> dict:
    """A measured rate: a JSON object with `tokens_per_second` and `device`, and, where they are, `processes`,
    `model`, `threads` and `saved_bytes_per_token`.

    Raises:
        ValueError: not such a file, or measured on another model.
    """
    try:
        rate = json.loads(path.read_text())
        positive = rate["tokens_per_second"] > 0 and bool(rate["device"])
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ValueError(
            f"'{path}' is no measured rate: expected a JSON object with tokens_per_second and device ({error!r})"
        ) from error
    if not positive:
        raise ValueError(f"'{path}': tokens_per_second must be positive and device named")
    if rate.get("model", model) != model:
        raise ValueError(f"'{path}' was measured on {rate['model']}, the budget is of {model}: measure that one")
    return rate | {"file": path.name}


def budget(
    config: OdinConfig,
    tokens: float,
    prices: dict,
    measured: list[dict],
    seq_len: int = 1024,
    labelled_share: float = 1.0,
) -> dict:
    """Everything the tables show, as numbers.

    Args:
        config: the model.
        tokens: to train on.
        prices: from `read_prices`.
        measured: from `read_rate`.
        seq_len, labelled_share: of the training rows.

    Raises:
        ValueError: no tokens.
    """
    if not tokens > 0:
        raise ValueError(f"tokens must be positive, got {tokens}")
    flops = flops_per_token(config, seq_len, FUSED_CHUNK, labelled_share)
    counts = count_parameters(config, prices["training"]["ema"])
    saved = next((rate["saved_bytes_per_token"] for rate in measured if rate.get("saved_bytes_per_token")), None)
    machines = {}
    for machine in prices["machines"]:
        rate = machine_rate(machine, flops, counts, prices, measured, saved)
        if rate is not None:
            machines[machine.name] = describe_machine(machine, rate, tokens, flops, counts, saved, prices)
    optimal = 20.0 * counts["parameters"]
    return {
        "tokens": tokens,
        "compute_optimal_tokens": optimal,
        "seq_len": seq_len,
        "labelled_share": labelled_share,
        "flops_per_token": flops.as_dict(),
        "total_flops": tokens * flops.training,
        "parameters": counts,
        "saved_bytes_per_token": saved,
        "measured": measured,
        "assumptions": {key: prices[key] for key in ("currency", "published", "training", "owned")}
        | {"date": str(prices["date"]), "mfu_bounds": mfu_bounds(prices)},
        "machines": machines,
    }


def count_parameters(config: OdinConfig, ema: bool) -> dict:
    """Parameters, and the bytes that do not depend on the batch: weights, gradients, optimiser states, average."""
    with FakeTensorMode():
        model = OdinForCausalLM(config)
        optimizers = build_optimizers(model, TrainConfig())
    total = model.num_parameters()
    states = 0
    for optimizer in optimizers:
        size = sum(p.numel() for group in optimizer.param_groups for p in group["params"])
        states += 4 * size * (1 if type(optimizer).__name__ == "Muon" else 2)  # Muon has one momentum, AdamW two
    parts = {"weights": 4 * total, "gradients": 4 * total, "optimizer": states, "bf16_copies": 2 * total}
    parts["ema"] = 4 * total if ema else 0
    return {
        "parameters": total,
        "layers": config.num_hidden_layers,
        "bytes": parts,
        "fixed_bytes": sum(parts.values()),
    }


def machine_rate(
    machine: Machine, flops: Flops, counts: dict, prices: dict, measured: list[dict], saved: dict | None
) -> Rate | None:
    """Tokens per second of `machine`; None where nothing is measured and nothing can be projected."""
    alone = None
    for rate in measured:
        found = lookup(rate["device"])
        if machine.device not in (rate["device"], found.name if found else None):
            continue
        devices = rate.get("processes") or 1
        if devices == machine.gpus:
            return Rate.certain(rate["tokens_per_second"], "measured")
        alone = rate["tokens_per_second"] / devices
    step, exchange = prices["training"]["tokens_per_step"], machine.exchange_seconds(4 * counts["parameters"])

    def together(one: float) -> float:
        return step / (step / (machine.gpus * one) + exchange)

    if alone is not None:
        return Rate.certain(together(alone), "measured per device")
    if machine.known is None or machine.peak is None:
        return None
    # Each byte kept for the backward pass is written once and read once: no rate is above what memory carries.
    ceiling = math.inf if saved is None else machine.known.bandwidth * 1e9 / (2 * (saved["blocks"] + saved["head"]))
    one = machine.peak / machine.gpus / flops.training
    bounds = [min(ceiling, share * one) for share in mfu_bounds(prices)]
    low, high = map(together, bounds)
    return Rate(low, math.sqrt(low * high), high, kind="projected")


def describe_machine(
    machine: Machine, rate: Rate, tokens: float, flops: Flops, counts: dict, saved: dict | None, prices: dict
) -> dict:
    """Hours, energy, cost and memory of one machine."""
    owned, training = prices["owned"], prices["training"]
    watts = machine.total_watts * owned["pue"]
    price = machine.gpus * machine.purchase + machine.host_purchase
    hours_owned = owned["amortisation_years"] * HOURS_PER_YEAR * owned["utilisation"]
    per_hour = price / hours_owned + watts / 1000 * owned["electricity_per_kwh"]
    rates = {"best": rate.high, "planning": rate.planning, "worst": rate.low}
    hours = {case: tokens / value / 3600 for case, value in rates.items()}
    prices_of_hour = dict(zip(rates, machine.cloud_per_hour, strict=True))
    known = machine.known
    report = {
        "rate": dataclasses.asdict(rate),
        "gpus": machine.gpus,
        "mfu": mfu(rate.planning, flops.training, machine.peak),
        "hours": hours,
        "device_hours": {name: machine.gpus * value for name, value in hours.items()},
        "kwh": hours["planning"] * watts / 1000,
        "cloud_per_hour": prices_of_hour["planning"],
        "cloud_cost": {case: hours[case] * price_of_hour for case, price_of_hour in prices_of_hour.items()},
        "owned_per_hour": per_hour,
        "owned_cost": {name: value * per_hour for name, value in hours.items()},
        "purchase": price,
        # Hours of use after which buying is cheaper than renting.
        "break_even_hours": price / (prices_of_hour["planning"] - watts / 1000 * owned["electricity_per_kwh"]),
        "exchange_seconds": machine.exchange_seconds(4 * counts["parameters"]),
        "sources": {"cloud": machine.cloud_source, "purchase": machine.purchase_source, "bus": machine.bus_source},
    }
    if known is not None and saved is not None:
        room = known.memory * 1e9 * training["memory_share"] - counts["fixed_bytes"]
        head = 2 * saved["head"]  # the logits and, in the backward pass, their gradient
        layer = saved["blocks"] / counts["layers"]
        report["micro_batch_tokens"] = {
            "plain": max(0, int(room / (saved["blocks"] + head))),
            "checkpointed": max(0, int(room / (saved["blocks_checkpointed"] + layer + head))),
        }
    return report


if __name__ == "__main__":
    main()
