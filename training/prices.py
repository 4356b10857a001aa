"""`training/configs/prices.yaml`: the machines of a budget, and what it assumes about them."""

import math
from dataclasses import dataclass
from pathlib import Path

import yaml

from training.hardware import TERA, Device, lookup


PRICES = Path(__file__).with_name("configs") / "prices.yaml"


@dataclass(frozen=True)
class Machine:
    """One machine of the file: prices are in its currency; `cloud_per_hour` is low, planning and high."""

    name: str
    device: str
    gpus: int
    cloud_per_hour: tuple[float, float, float]
    cloud_source: str
    purchase: float  # of one device
    purchase_source: str
    host_purchase: float
    host_watts: float
    watts: float | None = None  # of one device, where the device table has none
    bus_gb_s: float | None = None
    bus_source: str | None = None

    @property
    def known(self) -> Device | None:
        """The device's entry in the table of `training/hardware.py`."""
        return lookup(self.device)

    @property
    def peak(self) -> float | None:
        """Dense bfloat16 operations per second of all devices together."""
        return self.gpus * self.known.bf16 * TERA if self.known and self.known.bf16 else None

    @property
    def total_watts(self) -> float:
        """Power of the machine under load."""
        board = self.watts if self.watts is not None else self.known.watts if self.known else math.nan
        return self.gpus * board + self.host_watts

    def exchange_seconds(self, size: float) -> float:
        """Time of one all-reduce of `size` bytes in a ring, none of it hidden behind the backward pass.

        Raises:
            ValueError: several devices and no bandwidth between them.
        """
        if self.gpus == 1:
            return 0.0
        if not self.bus_gb_s:
            raise ValueError(f"machine '{self.name}' has {self.gpus} GPUs and needs bus_gb_s")
        return 2 * (self.gpus - 1) / self.gpus * size / (self.bus_gb_s * 1e9)


def read_prices(path: Path = PRICES) -> dict:
    """The assumptions, with `machines` as a list of `Machine`.

    Raises:
        ValueError: the file is not what is expected; the message names the place.
        OSError: it cannot be read.
    """
    try:
        prices = yaml.safe_load(path.read_text())
        missing = {"date", "currency", "published", "training", "owned", "machines"} - set(prices)
        if missing:
            raise KeyError(", ".join(sorted(missing)))
        prices["machines"] = [
            Machine(name=name, **row | {"cloud_per_hour": tuple(row["cloud_per_hour"])})
            for name, row in prices["machines"].items()
        ]
    except (yaml.YAMLError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"'{path}' is not a file of prices as {PRICES.name} is: {error}") from error
    return prices


def mfu_bounds(prices: dict) -> tuple[float, float]:
    """The lowest and the highest share of its GPU's peak among the published rates.

    Raises:
        ValueError: one of them names a device that is not in the table.
    """
    shares = []
    for entry in prices["published"]:
        device = lookup(entry["device"])
        if device is None or device.bf16 is None:
            raise ValueError(f"the published rate '{entry['name']}' needs a GPU of training/hardware.py as device")
        shares.append(entry["tokens_per_second"] * 6 * entry["parameters"] / (device.bf16 * TERA))
    return min(shares), max(shares)
