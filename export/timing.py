"""Timing in turns on a machine that others use too, and what that machine is."""

import os
import platform
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from tqdm import tqdm


def in_turns(steps: dict[str, Callable[[], object]], rounds: int, burst: int = 1) -> dict[str, np.ndarray]:
    """Times each step `burst` times a round, all of them in turn, after a round that does not count.

    So a neighbour's load falls on all alike. With a burst of several, its first step does not count either: it finds
    the caches full of others' data.

    Returns:
        Milliseconds of each, `[rounds, max(burst - 1, 1)]`.
    """
    times: dict[str, list[list[float]]] = {name: [] for name in steps}
    for turn in tqdm(range(rounds + 1), leave=False):
        for name, step in steps.items():
            spent = []
            for _ in range(burst):
                start = time.perf_counter()
                step()
                spent.append(1e3 * (time.perf_counter() - start))
            if turn > 0:
                times[name].append(spent[min(1, burst - 1) :])
    return {name: np.array(spent) for name, spent in times.items()}


def paired_ratio(times: np.ndarray, reference: np.ndarray, seed: int = 0) -> tuple[float, float, float]:
    """How many times as long as `reference` took `times`, both `[rounds]` and taken in turns: `(median, low, high)`.

    The ratio is taken within each round, the median over the rounds; low and high bound it with 95% confidence, by the
    bootstrap (2,000 resamples of the rounds).
    """
    ratios = times / reference
    chosen = np.random.default_rng(seed).integers(len(ratios), size=(2000, len(ratios)))
    low, high = np.quantile(np.median(ratios[chosen], 1), [0.025, 0.975])
    return float(np.median(ratios)), float(low), float(high)


def machine() -> dict:
    """The processor in general terms."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next(line.partition(": ")[2] for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        name = platform.processor() or platform.machine()
    return {"processor": name, "cores": os.cpu_count()}
