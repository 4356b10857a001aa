"""The analytic count of operations against PyTorch's own count of what the model runs; the table of devices."""

import dataclasses

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

import modeling_odin.recurrence as recurrence
from configuration_odin import OdinConfig
from modeling_odin import OdinForCausalLM
from training.flops import counted_flops, flops_per_token, mfu, operator_formulas
from training.hardware import DEVICES, describe, lookup, measured_matmul_peak, peak_flops, use_cores


SMALL = {"vocab_size": 300, "hidden_size": 48, "num_hidden_layers": 2, "head_dim": 16, "intermediate_size": 80}
SMALL |= {"decay_rank": 8, "gate_rank": 12, "chunk_size": 16}


@pytest.mark.parametrize(
    "config, length",
    [
        (OdinConfig.from_preset("odin-nano"), 256),
        (OdinConfig.from_preset("odin-nano"), 50),  # a last chunk that is not full
        (OdinConfig.from_preset("odin-100m"), 512),
        (OdinConfig(**SMALL), 7),  # less than a chunk
        (OdinConfig(**SMALL, recurrence_passes=2), 40),
        (OdinConfig(**SMALL, time_mixing="rwkv7"), 32),
    ],
)
def test_analytic_count_is_what_the_model_runs(config, length):
    expected = flops_per_token(config, length)
    assert counted_flops(config, length, backward=False) / length == pytest.approx(expected.matmul, rel=1e-6)
    assert counted_flops(config, length) / length == pytest.approx(expected.training, rel=0.02)


def test_scan_counts_what_its_products_count_one_by_one():
    """The operator is opaque to PyTorch's counter, so its count is ours; here it runs as plain products."""
    batch, heads, chunks, size, key, value = 2, 3, 4, 5, 6, 7
    shapes = [(chunks, key, 1), (chunks, size, key), (chunks, key, size), (chunks, size, value), (key, value)]
    tensors = [torch.randn(batch, heads, *shape, requires_grad=True) for shape in shapes]
    counted = {}
    for name, scan in (("opaque", recurrence.delta_scan), ("plain", recurrence._delta_scan)):
        with FlopCounterMode(display=False, custom_mapping=operator_formulas()) as counter:
            outputs = scan(*tensors)
        forward = counter.get_total_flops()
        with FlopCounterMode(display=False, custom_mapping=operator_formulas()) as counter:
            sum(output.sum() for output in outputs).backward()
        counted[name] = forward, counter.get_total_flops()
    assert counted["opaque"] == counted["plain"]
    assert counted["plain"][0] == 4 * batch * heads * chunks * size * key * value


def test_recurrent_form_counts_the_definition():
    config = OdinConfig(**SMALL)
    chunked = flops_per_token(config, 64)
    recurrent = flops_per_token(config, 64, recurrence="recurrent")
    heads, key, layers = 3, 16, 2
    # decay K V; read 2 K V; correct 2 V; write 2 K V; read 2 K V
    assert recurrent.recurrence == layers * heads * (7 * key * key + 2 * key)
    assert recurrent.recurrence < chunked.recurrence
    assert dataclasses.replace(recurrent, recurrence=0, elementwise=0) == dataclasses.replace(
        chunked, recurrence=0, elementwise=0
    )


def test_projections_are_twice_the_matrices():
    config = OdinConfig.from_preset("odin-100m")
    with torch.device("meta"):
        model = OdinForCausalLM(config)
    matrices = sum(p.numel() for name, p in model.named_parameters() if name.endswith("proj.weight"))
    flops = flops_per_token(config, 512, labelled_share=0.5)
    assert flops.projections == 2 * matrices
    assert flops.head == config.hidden_size * config.vocab_size
    assert flops.forward - flops.matmul < 0.01 * flops.forward
    assert flops.training_checkpointed == flops.training + flops.matmul - flops.head


@pytest.mark.parametrize(
    "arguments", [{"seq_len": 0}, {"seq_len": 8, "labelled_share": 1.5}, {"seq_len": 8, "recurrence": "fused"}]
)
def test_bad_arguments_are_refused(arguments):
    with pytest.raises(ValueError, match=f"{list(arguments)[-1]} must"):
        flops_per_token(OdinConfig(**SMALL), **arguments)


def test_mfu():
    assert mfu(1000.0, 5e8, 1e12) == 0.5
    assert mfu(1000.0, 5e8, None) is None


@pytest.mark.parametrize(
    "reported, meant",
    [
        ("NVIDIA A100-SXM4-40GB", "A100-40GB"),
        ("NVIDIA A100-PCIE-40GB", "A100-40GB PCIe"),
        ("NVIDIA A100 80GB PCIe", "A100-80GB PCIe"),
        ("NVIDIA A100-SXM4-80GB", "A100-80GB"),
        ("NVIDIA H100 80GB HBM3", "H100 SXM"),
        ("NVIDIA H100 PCIe", "H100 PCIe"),
        ("NVIDIA H100 NVL", "H100 NVL"),
        ("NVIDIA H200", "H200"),
        ("NVIDIA GH200 480GB", "GH200"),
        ("NVIDIA GeForce RTX 4090", "RTX 4090"),
        ("NVIDIA L4", "L4"),
        ("NVIDIA L40S", "L40S"),
        ("NVIDIA A10G", "A10G"),
        ("Tesla V100-SXM2-16GB", "V100"),
        ("Tesla T4", "T4"),
        ("AMD Instinct MI300X", "MI300X"),
        ("NVIDIA RTX A1000", None),
    ],
)
def test_names_that_drivers_report(reported, meant):
    found = lookup(reported)
    assert (found.name if found else None) == meant


def test_every_device_is_found_by_its_own_name():
    for device in DEVICES:
        assert lookup(device.name) == device


def test_peaks():
    assert peak_flops("NVIDIA A100-SXM4-40GB", torch.bfloat16) == 312e12
    assert peak_flops("RTX 4090", "bf16") == 165.2e12
    assert peak_flops("Tesla V100-SXM2-16GB", "fp16") == 125e12
    assert peak_flops("Tesla V100-SXM2-16GB", "bf16") is None
    assert peak_flops("Voodoo 3", "bf16") is None
    with pytest.raises(ValueError, match="dtype must"):
        peak_flops("H100", "int3")


def test_processor_is_measured():
    peak = peak_flops("cpu", "fp32")
    assert peak is not None and 1e8 < peak < 1e14
    assert measured_matmul_peak("fp32", torch.get_num_threads()) == peak
    report = describe("cpu")
    assert report["peak_flops_fp32"] == peak and report["device"] and report["threads"] == torch.get_num_threads()


@pytest.mark.parametrize(
    ("launched", "threads", "processes", "expected"),
    [
        (True, 1, 1, 8),
        (True, 1, 2, 4),
        (True, 1, 16, 1),
        (True, 3, 1, 3),  # --num_cpu_threads_per_process 3
        (False, 1, 1, 1),  # OMP_NUM_THREADS=1 python training/train.py
    ],
)
def test_a_launched_process_takes_its_share_of_the_cores(monkeypatch, launched, threads, processes, expected):
    before = torch.get_num_threads()
    monkeypatch.setattr("training.hardware.cores", lambda: 8)
    monkeypatch.delenv("ACCELERATE_MIXED_PRECISION", raising=False)
    if launched:
        monkeypatch.setenv("ACCELERATE_MIXED_PRECISION", "no")
    try:
        torch.set_num_threads(threads)
        use_cores(processes)
        assert torch.get_num_threads() == expected
    finally:
        torch.set_num_threads(before)
