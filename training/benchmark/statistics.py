"""Intervals, pass@k and paired tests; the `evaluate` modules in `training/metrics` show the same functions outside."""

import math
from collections.abc import Sequence

import numpy as np


def wilson(right: int, total: int, z: float = 1.96) -> list[float]:
    """Wilson score interval of a proportion (Wilson 1927), [low, high]; [0, 1] when nothing was counted."""
    if total == 0:
        return [0.0, 1.0]
    share, spread = right / total, z * z / total
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * math.sqrt(share * (1 - share) / total + spread / (4 * total))
    # Rounding may step over the ends of the unit interval.
    return [round(max(middle - half, 0.0), 4), round(min(middle + half, 1.0), 4)]


def pass_at_k(samples: int, right: int, k: int) -> float:
    """Chance that at least one of k answers drawn without replacement is right: 1 - C(n-c, k) / C(n, k).

    The unbiased estimator of Chen et al. 2021 (arXiv 2107.03374).

    Raises:
        ValueError: unless 0 <= right <= samples and 1 <= k <= samples.
    """
    if not 0 <= right <= samples:
        raise ValueError(f"{right} right answers of {samples} samples make no sense")
    if not 1 <= k <= samples:
        raise ValueError(f"pass@{k} needs at least {max(k, 1)} samples of each problem, there are {samples}")
    return 1.0 - math.comb(samples - right, k) / math.comb(samples, k)


def bootstrap(values: Sequence[float], seed: int = 0, draws: int = 2000, level: float = 0.95) -> list[float]:
    """Percentile bootstrap interval of the mean over problems, [low, high]; the same for the same seed."""
    if not len(values):
        return [0.0, 1.0]
    array = np.asarray(values, dtype=np.float64)
    rng = np.random.default_rng(seed)
    # One draw at a time: a matrix of draws x problems would be large for a big suite.
    means = np.array([array[rng.integers(0, len(array), len(array))].mean() for _ in range(draws)])
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return [round(float(low), 4), round(float(high), 4)]


def mcnemar(only_first: int, only_second: int) -> float:
    """Two-sided p value of McNemar's exact test, from the counts of problems that only one of two models solved."""
    discordant = only_first + only_second
    if discordant == 0:
        return 1.0
    tail = sum(math.comb(discordant, i) for i in range(min(only_first, only_second) + 1))
    # Integers to the end: 2 ** -discordant is no float for a thousand problems.
    return min(1.0, 2 * tail / 2**discordant)


def maximal_ks(samples: int) -> list[int]:
    """The k of pass@k that a report shows for so many samples: 1, 5, 10, 50, 100 ... and the number itself."""
    usual = [k for power in range(6) for k in (10**power, 5 * 10**power) if k < samples]
    return [*usual, samples]
