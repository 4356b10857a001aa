"""Sentences that repeat a number of a measurement say what the JSON says; who measures anew has to read them again."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from configuration_odin import OdinConfig
from data_chef.registry import tasks
from modeling_odin import OdinForCausalLM


DOCS = Path(__file__).parents[2] / "docs"


def read(name: str) -> dict:
    return json.loads((DOCS / "measurements" / f"{name}.json").read_text())


def between(values) -> str:
    """The least and the largest, as sentences have them."""
    return f"{min(values):.1f} to {max(values):.1f}"


def export_benchmark() -> Iterator[str]:
    found = {(r["dtype"], r["model"], r["place"]): r for r in read("export-benchmark")["records"]}
    small, gpt2 = "smollm2-135m", "gpt2"

    def ratios(place: str, fused: str = "") -> list[float]:
        return [found["int8", name + fused, place]["ratio"] for name in (small, gpt2)]

    def of_odin(dtype: str, key: str, *places: str) -> list[float]:
        return [found[dtype, "odin-100m (random)", place][key] for place in places]

    decode = [f"decode {tokens}" for tokens in (128, 1024, 4096, 16384)]
    first, second = ratios("decode 128")
    yield f"decodes {first:.1f} times as fast as SmolLM2-135M and {second:.1f} times as fast as GPT-2"
    yield "at 4,096 {:.1f} and {:.1f} times".format(*ratios("decode 4096"))
    yield "at 16,384 {:.0f} and {:.0f} times".format(*ratios("decode 16384"))
    beside = [ratios(f"decode {tokens}", "+gqa") for tokens in (128, 4096, 16384)]
    yield "Beside fused attention it is {:.1f} and {:.1f} times at 128".format(*beside[0])
    yield "{:.1f} and {:.1f} at 4,096, {:.1f} and {:.1f} at 16,384".format(*beside[1], *beside[2])
    yield f"int8 takes {np.median(of_odin('int8', 'ms', *decode)):.0f} ms a token"
    yield f"q4 takes {between(of_odin('q4', 'ms', *decode))} ms"
    peaks = {dtype: max(of_odin(dtype, "peak_bytes", *decode)) / 1e6 for dtype in ("q4", "int8")}
    yield f"at most {peaks['q4']:.0f} MB for q4 and {peaks['int8']:.0f} for int8"
    plain, fused = (found["int8", name, "decode 16384"]["peak_bytes"] / 1e9 for name in (gpt2, f"{gpt2}+gqa"))
    yield f"GPT-2 needs {plain:.1f} GB at 16,384 tokens, fused {fused:.1f} GB"
    reading = [of_odin(dtype, "peak_bytes", "prefill 1024")[0] / 1e6 for dtype in ("q4", "int8")]
    yield "Reading 1,024 tokens at once takes {:.0f} MB (q4) and {:.0f} (int8)".format(*reading)


def operators() -> Iterator[str]:
    small, large = read("operators-odin-nano"), read("operators-odin-100m")
    errors = {
        dtype: {place: found["logit_error"] for place, found in audit["web"].items()} for dtype, audit in small.items()
    }
    wasm = [error for dtype in ("fp32", "int8") for place, error in errors[dtype].items() if place.startswith("wasm")]
    assert max(wasm) < 2e-5
    yield "float32 and int8 agree with native onnxruntime within 2e-5"
    yield f"q4 differs by {max(errors['q4'].values()):.2f}"
    gpu = {dtype: audit["web"]["webgpu, fused"]["nodes"] for dtype, audit in small.items()}
    assert gpu["fp32"]["CPUExecutionProvider"] == gpu["q4"]["CPUExecutionProvider"]
    assert sum(gpu["fp32"]["CPUExecutionProvider"].values()) == 9
    yield "float32 and q4 run on WebGPU but for nine nodes"
    copies = {
        dtype: sum(count for op, count in nodes["WebGpuExecutionProvider"].items() if op.startswith("Memcpy"))
        for dtype, nodes in gpu.items()
    }
    assert copies["fp32"] == 2
    yield f"{sum(gpu['fp32']['WebGpuExecutionProvider'].values()) - copies['fp32']} in `odin-nano`"
    yield f"with {copies['int8']} copies a token in `odin-nano`"
    launches = {
        dtype: [sum(entry["launches"] for entry in audits[dtype]["fused"]) for audits in (small, large)]
        for dtype in small
    }
    each = {dtype: (many - few) // 6 for dtype, (few, many) in launches.items()}
    yield f"**Launches**: {each['fp32']} for each layer in float32, {each['q4']} in q4, {each['int8']} in int8"
    weights = {dtype: sum(e["bytes"] for e in audit["operators"]) / 1e6 for dtype, audit in large.items()}
    yield f"{weights['fp32']:.0f} MB (float32), {weights['int8']:.0f} MB (int8) or {weights['q4']:.0f} MB (q4)"


def web_speed() -> Iterator[str]:
    found = read("web-speed")["threads"]["1"]
    base = np.array(found["odin-100m int8"]["ms"]["decode 128"])
    peers = [name for name in found if not name.startswith("odin")]
    ratios = {
        tokens: [float(np.median(np.array(found[name]["ms"][f"decode {tokens}"]) / base)) for name in peers]
        for tokens in (128, 1024, 4096)
    }
    yield f"{between(ratios[128])} times as fast as the transformers at 128 tokens on one thread"
    yield f"{between(ratios[1024])} times at 1,024"
    yield f"{min(ratios[4096]):.0f} to {max(ratios[4096]):.0f} times at 4,096"
    slow = float(np.median(np.array(found["odin-100m q4"]["ms"]["decode 128"]) / base))
    yield f"{int(slow)} times int8's time"
    yield f"int8 on one thread writes {1e3 / np.median(base):.0f} tokens/s"


def compute_budget() -> Iterator[str]:
    gpus = {
        name: found for name, found in read("compute-budget")["machines"].items() if found["gpus"] and found["mfu"]
    }
    rented = {name: found for name, found in gpus.items() if found["rate"]["kind"] == "projected"}
    planned = [found["cloud_cost"]["planning"] for found in rented.values()]
    yield f"{min(planned):.0f} to {max(planned):.0f} dollars on rented GPUs"
    worst = max(rented.values(), key=lambda found: found["cloud_cost"]["worst"])
    assert worst is rented["A100-40GB"] and round(worst["hours"]["worst"] / 24) == 3
    yield f"the worst case is three days and {worst['cloud_cost']['worst']:.0f} dollars on an A100"
    rate = rented["H200"]["rate"]
    yield f"differ by a factor of {rate['high'] / rate['low']:.1f}"
    yield f"At that rate {rate['planning'] * 1800 / 1e6:.0f}M tokens"


def front_page() -> Iterator[str]:
    training = json.loads((DOCS.parent / "odin-nano/evaluation.json").read_text())["training"]
    yield (
        f"has {training['parameters'] / 1e6:.1f} million parameters and was trained for {training['minutes']:.0f} "
        f"minutes on two CPU cores"
    )
    assert training["threads"] * training["processes"] == 2
    yield f"{len(tasks())} task generators"
    with torch.device("meta"):
        large = OdinForCausalLM(OdinConfig.from_preset("odin-100m")).num_parameters()
    yield f'(`OdinConfig.from_preset("odin-100m")`, {large / 1e6:.1f} million parameters)'


CLAIMS = {
    "../README.md": front_page,
    "compute-budget.md": compute_budget,
    "decisions/0006-runtime.md": web_speed,
    "export.md": export_benchmark,
    "operators.md": operators,
}


@pytest.mark.parametrize(("page", "claim"), [(page, claim) for page, claims in CLAIMS.items() for claim in claims()])
def test_a_sentence_says_what_was_measured(page, claim):
    assert claim in " ".join((DOCS / page).read_text().split())
