"""What a device can do: peak rates of matrix products, memory, bandwidth, power.

GPU figures are dense ones (without 2:4 sparsity, which vendors like to print) and with float32 accumulation, from the
vendors' data sheets and architecture white papers. A processor's peak is measured, because its data sheet has none.
"""

import functools
import os
import platform
import time
from dataclasses import dataclass
from pathlib import Path

import torch

from data_chef.build import cores


TERA = 1e12


@dataclass(frozen=True)
class Device:
    """One kind of accelerator.

    Attributes:
        name: as people write it.
        match: words that all occur in the name that the driver reports; the first device of `DEVICES` that fits wins.
        bf16, fp16, tf32, fp32: 1e12 dense operations per second; None where the format has no matrix unit.
        memory: GB as sold (1e9 bytes); None where one name is sold with several.
        bandwidth: of memory, GB/s.
        watts: board power.
        source: what the figures were read from.
    """

    name: str
    match: tuple[str, ...]
    bf16: float | None
    fp16: float
    tf32: float | None
    fp32: float
    memory: int
    bandwidth: int
    watts: int
    source: str


# More specific names first.
DEVICES = (
    Device("B200", ("B200",), 2250, 2250, 1125, 75, 180, 7700, 1000, "HGX B200 data sheet, per GPU"),
    Device("H200 NVL", ("H200", "NVL"), 835, 835, 417, 60, 141, 4800, 600, "H200 data sheet"),
    Device("H200", ("H200",), 989, 989, 494, 67, 141, 4800, 700, "H200 data sheet, SXM"),
    Device("GH200", ("GH200",), 989, 989, 494, 67, 96, 4000, 900, "GH200 data sheet, HBM3"),
    Device("H100 NVL", ("H100", "NVL"), 835, 835, 417, 60, 94, 3900, 400, "H100 data sheet"),
    Device("H100 PCIe", ("H100", "PCIe"), 756, 756, 378, 51, 80, 2000, 350, "H100 PCIe data sheet"),
    Device("H100 SXM", ("H100",), 989, 989, 494, 67, 80, 3350, 700, "H100 data sheet, SXM"),
    Device("A100-40GB PCIe", ("A100", "PCIE-40GB"), 312, 312, 156, 19.5, 40, 1555, 250, "A100 data sheet"),
    Device("A100-40GB", ("A100", "40GB"), 312, 312, 156, 19.5, 40, 1555, 400, "A100 data sheet, SXM"),
    Device("A100-80GB PCIe", ("A100", "PCIe"), 312, 312, 156, 19.5, 80, 1935, 300, "A100 80GB data sheet"),
    Device("A100-80GB", ("A100",), 312, 312, 156, 19.5, 80, 2039, 400, "A100 80GB data sheet, SXM"),
    Device("A10G", ("A10G",), 70, 70, 35, 35, 24, 600, 150, "A10G data sheet (AWS G5)"),
    Device("A10", ("A10",), 125, 125, 62.5, 31.2, 24, 600, 150, "A10 data sheet"),
    Device("A40", ("A40",), 149.7, 149.7, 74.8, 37.4, 48, 696, 300, "A40 data sheet"),
    Device("RTX A6000", ("RTX A6000",), 154.8, 154.8, 77.4, 38.7, 48, 768, 300, "RTX A6000 data sheet"),
    Device("RTX 6000 Ada", ("RTX 6000 Ada",), 364.2, 364.2, 182.1, 91.1, 48, 960, 300, "RTX 6000 Ada data sheet"),
    Device("L40S", ("L40S",), 362, 362, 183, 91.6, 48, 864, 350, "L40S data sheet"),
    Device("L40", ("L40",), 181, 181, 90.5, 90.5, 48, 864, 300, "L40 data sheet"),
    Device("L4", ("L4",), 121, 121, 60, 30.3, 24, 300, 72, "L4 data sheet"),
    Device("RTX 5090", ("RTX 5090",), 209.5, 209.5, 104.8, 104.8, 32, 1792, 575, "RTX Blackwell white paper"),
    Device("RTX 4090", ("RTX 4090",), 165.2, 165.2, 82.6, 82.6, 24, 1008, 450, "Ada white paper"),
    Device("RTX 3090", ("RTX 3090",), 71, 71, 35.6, 35.6, 24, 936, 350, "Ampere GA102 white paper"),
    Device("V100 PCIe", ("V100", "PCIE"), None, 112, None, 14, 16, 900, 250, "V100 data sheet"),
    Device("V100", ("V100",), None, 125, None, 15.7, 16, 900, 300, "V100 data sheet, SXM2"),
    Device("T4", ("T4",), None, 65, None, 8.1, 16, 320, 70, "T4 data sheet"),
    Device("MI300X", ("MI300X",), 1307, 1307, 653, 163, 192, 5300, 750, "MI300X data sheet"),
)

# What Accelerate's `mixed_precision` and people call the formats.
FORMATS = {
    torch.bfloat16: "bf16",
    torch.float16: "fp16",
    torch.float32: "fp32",
    "bfloat16": "bf16",
    "float16": "fp16",
    "float32": "fp32",
    "no": "fp32",
}


def lookup(name: str) -> Device | None:
    """The device that a driver's name ("NVIDIA A100-SXM4-40GB") or a common one ("H100 PCIe") means, if known."""
    # Whole words only, so that "A100" is not in "A1000" and "L4" not in "L40"; sizes may hang on with a hyphen.
    words = name.lower().replace("-", " ").split()
    for device in DEVICES:
        parts = [word for part in device.match for word in part.lower().replace("-", " ").split()]
        if all(part in words for part in parts):
            return device
    return None


def peak_flops(device: torch.device | str, dtype: torch.dtype | str = "bf16") -> float | None:
    """Dense operations per second of matrix products.

    Args:
        device: a torch device ("cpu", "cuda:1"), or the name of a GPU that need not be here.
        dtype: a torch dtype, `"bf16"`, `"fp16"`, `"tf32"`, `"fp32"` or Accelerate's `"no"`. float32 products use TF32
            where `torch.set_float32_matmul_precision` allows it on the GPU at hand.

    Returns:
        None for a device that the table lacks, or that has no matrix unit for the format.

    Raises:
        ValueError: a format that is not known.
    """
    form = FORMATS.get(dtype, str(dtype))
    if form not in ("bf16", "fp16", "tf32", "fp32"):
        raise ValueError(f"dtype must be bf16, fp16, tf32 or fp32, got {dtype!r}")
    here = _torch_device(device)
    if here is not None and here.type == "cpu":
        return measured_matmul_peak("fp32" if form == "tf32" else form, torch.get_num_threads())
    if here is not None and here.type != "cuda":
        return None
    if here is not None and form == "fp32" and torch.get_float32_matmul_precision() != "highest":
        form = "tf32"
    known = lookup(torch.cuda.get_device_name(here) if here is not None else str(device))
    if known is None:
        return None
    peak = getattr(known, form) or (known.fp32 if form == "tf32" else None)
    return None if peak is None else peak * TERA


def use_cores(processes: int) -> None:
    """Gives this process its share of the machine's cores, where `accelerate launch` has given it a single thread.

    That is what the launcher does unless `--num_cpu_threads_per_process` asks for more; a single thread cannot be
    asked for there. Without the launcher torch's own choice and OMP_NUM_THREADS stay.

    Args:
        processes: of the run on this machine.
    """
    if "ACCELERATE_MIXED_PRECISION" in os.environ and torch.get_num_threads() == 1:
        torch.set_num_threads(max(1, cores() // processes))


@functools.cache
def measured_matmul_peak(dtype: str = "fp32", threads: int | None = None, size: int = 1024) -> float:
    """The best rate of square matrix products on this processor in half a second, operations per second.

    By processor time over threads, so that other work on the processor hardly counts.

    Args:
        dtype: `"fp32"`, `"bf16"` or `"fp16"`.
        threads: only the key under which the result is kept: the products run with torch's own setting.
        size: rows and columns.
    """
    form = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}[dtype]
    left, right = torch.randn(2, size, size).to(form)
    best, begun = float("inf"), time.perf_counter()
    with torch.inference_mode():
        left @ right
        while best == float("inf") or time.perf_counter() - begun < 0.5:
            start = time.process_time()
            left @ right
            best = min(best, (time.process_time() - start) / torch.get_num_threads())
    return 2 * size**3 / best


def describe(device: torch.device | str | None = None) -> dict:
    """The device that a measurement was made on, for its report: name, memory, peaks, and the software versions.

    Args:
        device: CUDA where there is one, else the processor, when None.
    """
    here = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
    report: dict = {"device": device_name(here), "type": here.type, "torch": torch.__version__}
    if here.type == "cuda":
        properties = torch.cuda.get_device_properties(here)
        known = lookup(properties.name)
        report |= {
            "memory_gb": round(properties.total_memory / 1e9, 1),
            "devices": torch.cuda.device_count(),
            "cuda": torch.version.cuda,
            "bandwidth_gb_s": known.bandwidth if known else None,
            "watts": known.watts if known else None,
            "peak_source": known.source if known else None,
            "peak_flops_bf16": peak_flops(here, "bf16"),
        }
    else:
        report |= {
            "threads": torch.get_num_threads(),
            "instructions": torch.backends.cpu.get_cpu_capability(),
            "memory_gb": memory_gb(),
            "peak_flops_fp32": peak_flops(here, "fp32"),
            "peak_source": "measured: best 1024 x 1024 x 1024 product",
        }
    return report


def device_name(device: torch.device | str) -> str:
    """The GPU's name, or the processor's model."""
    if torch.device(device).type == "cuda":
        return torch.cuda.get_device_name(device)
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def memory_gb() -> float | None:
    """Main memory in GB (1e9 bytes), None where the system does not say."""
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1)
    except (AttributeError, ValueError, OSError):
        return None


def _torch_device(device: torch.device | str) -> torch.device | None:
    """A device of torch, None for a string that names none (and so may name a GPU)."""
    try:
        return torch.device(device)
    except RuntimeError:
        return None
