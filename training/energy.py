"""What a training run drew from the socket: an estimate, from its time and the power assumed of its devices.

    energy = hours x (devices x device watts + host watts) x PUE

Nothing here is measured but the time. Power and PUE (power of the building per power of the machine) are those of
`training/configs/prices.yaml` and of the table in `training/hardware.py`, as in docs/compute-budget.md. For
comparison: Green Algorithms (doi:10.1002/advs.202100707) takes 12 W for a processor's core and a PUE of 1.67.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from training.hardware import lookup
from training.prices import read_prices


# Grams of CO2 equivalent a kWh: the world's mean of 2023, Ember, July 2024. Countries lie between about 30 and 700.
GRID, GRID_SOURCE = 481, "world mean of 2023, Ember"


@dataclass(frozen=True)
class Energy:
    """An estimate.

    Attributes:
        hours: of training, by the clock.
        devices: GPUs, or processor cores (a thread counts as one).
        device: what one of them is.
        watts: of one, at full load.
        host_watts: of everything around all of them.
        source: of the watts.
    """

    hours: float
    devices: int
    device: str
    watts: float
    host_watts: float
    pue: float
    source: str

    @property
    def kwh(self) -> float:
        return self.hours * (self.devices * self.watts + self.host_watts) * self.pue / 1000

    @property
    def grams(self) -> float:
        """CO2 equivalent, had the electricity been the world's mean."""
        return self.kwh * GRID


def estimate(training: Mapping[str, Any], prices: Mapping[str, Any] | None = None) -> Energy | None:
    """The energy of a run.

    Args:
        training: the run's `summary.json`: `minutes`, `device`, `processes` and `threads`.
        prices: of `read_prices`; the repository's own when None.

    Returns:
        None for a device whose power is not known.
    """
    prices = read_prices() if prices is None else prices
    hours, pue = training["minutes"] / 60, prices["owned"]["pue"]
    if training["device"].endswith("CPU"):
        core = next((m for m in prices["machines"] if m.name == "1 CPU core"), None)
        if core is None:
            return None
        cores = training["threads"] * training["processes"]
        source = "assumption of training/configs/prices.yaml for a core of a server"
        return Energy(hours, cores, "processor core", core.total_watts, 0, pue, source)
    known = lookup(training["device"])
    if known is None:
        return None
    hosts = [m.host_watts for m in prices["machines"] if m.known and m.known.bf16]
    source = f"{known.source}; host: the most that training/configs/prices.yaml assumes of one"
    return Energy(hours, training["processes"], known.name, known.watts, max(hosts, default=0), pue, source)
