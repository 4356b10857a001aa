"""The tables of docs/specification.md, from the code: `python docs/studies/specification.py`.

Parameters (shape, count, optimiser, weight decay, initialisation), the budget by part, floating-point operations, and
bytes of activations and state. Writes docs/measurements/specification.json and the tables.
"""

import argparse
import json
import re
import sys
from collections import defaultdict
from pathlib import Path


HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

import torch  # noqa: E402

from configuration_odin import OdinConfig  # noqa: E402
from modeling_odin import OdinForCausalLM  # noqa: E402
from training.config import TrainConfig  # noqa: E402
from training.io import replace_block, write_json  # noqa: E402
from training.optimizer import build_optimizers  # noqa: E402


PRESETS = ("odin-nano", "odin-100m")
DOCUMENT = HERE.parent / "specification.md"
BUDGET = {"odin-100m": (95_000_000, 105_000_000), "odin-nano": (0, 5_000_000)}

# What each parameter starts as: text, and standard deviation and mean of the fresh values (None: not of that kind).
INITIALISATION = {
    "embed_tokens.weight": ("N(0, 0.02^2)", lambda c: c.initializer_range, 0.0),
    "in_proj.weight": ("N(0, 1/D)", lambda c: c.hidden_size**-0.5, 0.0),
    "conv.weight": ("N(0, 0.1^2), + 1 on the current token", None, None),
    "decay_proj.weight": ("N(0, 0.01/r)", lambda c: 0.1 * c.decay_rank**-0.5, 0.0),
    "decay_proj.bias": ("memory of 2 to 4,000 tokens, even in log time", None, None),
    "gate_proj.weight": ("N(0, 1/r_g)", lambda c: c.gate_rank**-0.5, 0.0),
    "out_proj.weight": ("N(0, 1/(2 L D))", lambda c: (2 * c.num_hidden_layers * c.hidden_size) ** -0.5, 0.0),
    "beta_bias": ("0", lambda c: 0.0, 0.0),
    "norm.weight": ("1", lambda c: 0.0, 1.0),
    "up_proj.weight": ("N(0, 1/D)", lambda c: c.hidden_size**-0.5, 0.0),
    "down_proj.weight": (
        "N(0, 1/(2 L F))",
        lambda c: (2 * c.num_hidden_layers * c.intermediate_size) ** -0.5,
        0.0,
    ),
}
PARTS = {
    "embeddings (tied with the head)": r"embed_tokens",
    "recurrence": r"time_mixing\.(?!norm)",
    "channel mixing": r"channel_mixing",
    "norms": r"norm\.",
}


def initialisation(name: str):
    """(text, standard deviation of a config or None, mean or None) of the parameter `name`."""
    return next(value for suffix, value in INITIALISATION.items() if name.endswith(suffix))


def parameters(preset: str) -> list[dict]:
    """One record per kind of parameter: those of the layers together, as `layers.*`."""
    with torch.device("meta"):
        model = OdinForCausalLM(OdinConfig.from_preset(preset))
    groups = {}
    for optimizer in build_optimizers(model, TrainConfig()):
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                groups[parameter] = (type(optimizer).__name__, group["weight_decay"] > 0)
    kinds: dict[str, dict] = {}
    for name, parameter in model.named_parameters():
        kind = re.sub(r"layers\.\d+", "layers.*", name)
        optimizer, decays = groups[parameter]
        record = kinds.setdefault(
            kind,
            {
                "name": kind,
                "shape": list(parameter.shape),
                "tensors": 0,
                "total": 0,
                "optimizer": optimizer,
                "weight_decay": decays,
                "initialisation": initialisation(name)[0],
            },
        )
        record["tensors"] += 1
        record["total"] += parameter.numel()
    return list(kinds.values())


def budget(kinds: list[dict]) -> dict[str, int]:
    """Parameters by part of the model; every one is in exactly one part.

    Raises:
        ValueError: a parameter is in no part.
    """
    totals: dict[str, int] = defaultdict(int)
    for kind in kinds:
        part = next((part for part, pattern in PARTS.items() if re.search(pattern, kind["name"])), None)
        if part is None:
            raise ValueError(f"no part of the budget covers '{kind['name']}'")
        totals[part] += kind["total"]
    return dict(totals)


def flops(config: OdinConfig) -> dict[str, int]:
    """Floating-point operations of one token in the forward pass, a multiply-add counted as two.

    "matrices" are the products with weights, the head among them. The recurrence is counted in both forms; decays,
    norms and activations, which are linear in D, are left out.
    """
    d, f, k, c = config.hidden_size, config.intermediate_size, config.head_dim, config.chunk_size
    layers, heads = config.num_hidden_layers, config.num_heads
    projections = d * (3 * d + config.decay_rank + config.gate_rank + heads)
    projections += (config.decay_rank + config.gate_rank) * d + d * d
    per_head_recurrent = 7 * k * k  # decay 1, read S^T k 2, write k u^T 2, read S^T q 2
    # System and weights, two products with the inverse, weights times updates: 2 c k each; three products with the
    # state; its decay and the substitution.
    per_head_chunked = 5 * 2 * c * k + 3 * 2 * k * k + k * k // c + c * c
    return {
        "time mixing matrices": 2 * layers * projections,
        "channel mixing matrices": 2 * layers * 2 * d * f,
        "head": 2 * d * config.vocab_size,
        "convolution": 2 * layers * 3 * d * config.conv_kernel_size,
        "recurrence, token by token": layers * heads * per_head_recurrent,
        "recurrence, chunked": layers * heads * per_head_chunked,
    }


def state_bytes(config: OdinConfig) -> dict[str, int]:
    """Bytes of the cache of one sequence, whatever its length."""
    heads, k, v = config.recurrent_state_shape
    taps, channels = config.conv_state_shape
    layers = config.num_hidden_layers
    return {
        "recurrent, float32": 4 * layers * heads * k * v,
        "convolution, float32": 4 * layers * taps * channels,
        "convolution, bfloat16": 2 * layers * taps * channels,
    }


def activation_bytes(config: OdinConfig, length: int = 256, dtype: torch.dtype | None = None) -> float:
    """Bytes per token that autograd keeps for the backward pass of the blocks: measured on one row of `length` tokens.

    With `dtype`, under autocast. Weights are not counted, and neither is the head.
    """
    torch.manual_seed(0)
    model = OdinForCausalLM(config).train()
    weights = {p.untyped_storage().data_ptr() for p in model.parameters()}
    kept: dict[int, int] = {}

    def pack(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor  # alive until the end, so that no address is used twice

    alive = torch.autograd.graph.saved_tensors_hooks(pack, lambda x: x)
    with alive, torch.autocast("cpu", dtype=dtype or torch.bfloat16, enabled=dtype is not None):
        out = model.model(torch.randint(3, config.vocab_size, (1, length)), use_cache=False).last_hidden_state
    del out
    return sum(kept.values()) / length


def describe(preset: str) -> dict:
    """Everything about a preset."""
    config = OdinConfig.from_preset(preset)
    kinds = parameters(preset)
    total = sum(kind["total"] for kind in kinds)
    low, high = BUDGET[preset]
    if not low <= total <= high:
        raise ValueError(f"{preset} has {total:,} parameters, outside [{low:,}, {high:,}]")
    # The blocks of one layer are measured twice, so that the layers of a large preset need not be run.
    layers = [activation_bytes(OdinConfig.from_preset(preset, num_hidden_layers=n, vocab_size=64)) for n in (1, 2)]
    low_precision = [
        activation_bytes(OdinConfig.from_preset(preset, num_hidden_layers=n, vocab_size=64), dtype=torch.bfloat16)
        for n in (1, 2)
    ]
    return {
        "parameters": kinds,
        "total": total,
        "budget": budget(kinds),
        "flops_per_token": flops(config),
        "state_bytes": state_bytes(config),
        "activation_bytes_per_token": {
            "float32": round(layers[0] + (config.num_hidden_layers - 1) * (layers[1] - layers[0])),
            "bfloat16 autocast": round(
                low_precision[0] + (config.num_hidden_layers - 1) * (low_precision[1] - low_precision[0])
            ),
        },
    }


def parameter_table(described: dict) -> str:
    rows = [
        "| parameter | shape | tensors | total | optimiser | weight decay | starts as |",
        "| --- | --- | ---: | ---: | --- | --- | --- |",
    ]
    for kind in described["parameters"]:
        rows.append(
            f"| `{kind['name']}` | {' x '.join(map(str, kind['shape']))} | {kind['tensors']} | {kind['total']:,} "
            f"| {kind['optimizer']} | {'yes' if kind['weight_decay'] else 'no'} | {kind['initialisation']} |"
        )
    rows.append(
        f"| **all** | | {sum(k['tensors'] for k in described['parameters'])} | **{described['total']:,}** | | | |"
    )
    return "\n".join(rows)


def table(presets: dict, key: str, unit: str, total: str | None = None) -> str:
    """Presets side by side: one row per entry of `key`, the largest of odin-100m first."""
    rows = [f"| {unit} | " + " | ".join(PRESETS) + " |", "| --- |" + " ---: |" * len(PRESETS)]
    columns = [presets[preset][key] for preset in PRESETS]
    for name in sorted(columns[-1], key=columns[-1].get, reverse=True):
        rows.append(f"| {name} | " + " | ".join(f"{column[name]:,}" for column in columns) + " |")
    if total:
        rows.append(f"| **{total}** | " + " | ".join(f"**{sum(column.values()):,}**" for column in columns) + " |")
    return "\n".join(rows)


def tables(presets: dict) -> dict[str, str]:
    """The blocks of docs/specification.md."""
    return {
        **{f"parameters {preset}": parameter_table(described) for preset, described in presets.items()},
        "budget": table(presets, "budget", "parameters", "all"),
        "flops": table(presets, "flops_per_token", "operations per token, forward"),
        "state": table(presets, "state_bytes", "bytes per sequence"),
        "activations": table(presets, "activation_bytes_per_token", "bytes per token"),
    }


def main() -> None:
    argparse.ArgumentParser(description=__doc__.split("\n\n")[0]).parse_args()
    presets = {preset: describe(preset) for preset in PRESETS}
    write_json(HERE.parent / "measurements/specification.json", presets)
    for name, text in tables(presets).items():
        replace_block(DOCUMENT, name, text)
    print(json.dumps({preset: described["budget"] for preset, described in presets.items()}))


if __name__ == "__main__":
    main()
