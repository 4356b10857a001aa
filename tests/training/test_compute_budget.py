"""Budgets against hand-made arithmetic; measured rates against projected ones; what is refused; a real step's cost."""

import json
import math
from pathlib import Path

import pytest
import torch
import yaml

from configuration_odin import OdinConfig
from modeling_odin import OdinForCausalLM
from training import compute_budget
from training.budget_tables import amount, tables
from training.compute_budget import budget, count_parameters, main, read_rate
from training.prices import PRICES, Machine, mfu_bounds, read_prices
from training.step_cost import measure, saved_bytes


ROOT = Path(__file__).resolve().parents[2]
SMALL = {"vocab_size": 64, "hidden_size": 32, "num_hidden_layers": 2, "head_dim": 16, "decay_rank": 4, "gate_rank": 4}


@pytest.fixture(scope="module")
def prices():
    return read_prices()


@pytest.fixture(scope="module")
def config():
    return OdinConfig(**SMALL)


def test_hours_energy_and_cost_by_hand(prices, config):
    measured = {"tokens_per_second": 1000.0, "device": "NVIDIA H200"}
    report = budget(config, 3.6e6, prices, [measured])["machines"]["H200"]
    assert report["rate"] == {"low": 1000.0, "planning": 1000.0, "high": 1000.0, "kind": "measured"}
    assert report["hours"]["planning"] == 1.0
    kilowatts = (700 + 300) / 1000 * prices["owned"]["pue"]
    assert report["kwh"] == pytest.approx(kilowatts)
    assert report["cloud_cost"]["planning"] == 3.59
    hours = prices["owned"]["amortisation_years"] * 8760 * prices["owned"]["utilisation"]
    per_hour = 40000 / hours + kilowatts * prices["owned"]["electricity_per_kwh"]
    assert report["owned_cost"]["planning"] == pytest.approx(per_hour)


def test_measured_replaces_projected(prices, config):
    before = budget(config, 1e9, prices, [])["machines"]
    assert {machine["rate"]["kind"] for machine in before.values()} == {"projected"}
    assert "1 CPU core" not in before  # nothing is known of it without a measurement
    after = budget(config, 1e9, prices, [{"tokens_per_second": 5.0, "device": "NVIDIA A100-SXM4-40GB"}])["machines"]
    assert after["A100-40GB"]["rate"]["planning"] == 5.0
    assert after["H200"] == before["H200"]


def test_projection_lies_between_the_published_shares_of_the_peak(prices):
    report = budget(OdinConfig.from_preset("odin-100m"), 10e9, prices, [])
    low, high = mfu_bounds(prices)
    assert low == pytest.approx(98000 * 6 * 124e6 / 989e12)
    rate, training = report["machines"]["H100 SXM"]["rate"], report["flops_per_token"]["training"]
    assert rate["low"] == pytest.approx(low * 989e12 / training)
    assert rate["high"] == pytest.approx(high * 989e12 / training)
    assert rate["planning"] == pytest.approx(math.sqrt(rate["low"] * rate["high"]))


def test_memory_bandwidth_caps_a_projection(prices, config):
    saved = {"blocks": 1e12, "blocks_checkpointed": 1e10, "head": 0.0}
    measured = {"tokens_per_second": 1.0, "device": "none of these", "saved_bytes_per_token": saved}
    rate = budget(config, 1e9, prices, [measured])["machines"]["H100 SXM"]["rate"]
    assert rate["low"] == rate["high"] == pytest.approx(3350e9 / 2e12)


def test_several_gpus_pay_for_the_exchange(prices, config):
    machine = Machine("pair", "RTX 4090", 2, (1.0, 1.0, 1.0), "", 1.0, "", 0.0, 0.0, bus_gb_s=4.0)
    assert machine.exchange_seconds(8e9) == pytest.approx(2 * 1 / 2 * 8 / 4)
    one = {"tokens_per_second": 1e6, "device": "NVIDIA GeForce RTX 4090"}
    report = budget(config, 1e9, prices, [one])["machines"]["4x RTX 4090"]
    step, size = prices["training"]["tokens_per_step"], 4 * count_parameters(config, False)["parameters"]
    expected = step / (step / 4e6 + 2 * 3 / 4 * size / 10e9)
    assert report["rate"]["kind"] == "measured per device"
    assert report["rate"]["planning"] == pytest.approx(expected)
    four = one | {"processes": 4}
    assert budget(config, 1e9, prices, [four])["machines"]["4x RTX 4090"]["rate"]["planning"] == 1e6
    lonely = Machine("pair", "RTX 4090", 2, (1.0, 1.0, 1.0), "", 1.0, "", 0.0, 0.0)
    with pytest.raises(ValueError, match="'pair' has 2 GPUs and needs bus_gb_s"):
        lonely.exchange_seconds(1.0)


def test_bytes_of_the_optimiser_follow_its_groups(config):
    model = OdinForCausalLM(config)
    names = {name: p.numel() for name, p in model.named_parameters()}
    muon = sum(n for name, n in names.items() if name.endswith("proj.weight") and "decay_proj" not in name)
    counts = count_parameters(config, ema=True)
    total = sum(names.values())
    assert counts["parameters"] == total
    assert counts["bytes"]["optimizer"] == 4 * muon + 8 * (total - muon)
    assert counts["fixed_bytes"] == 4 * 3 * total + 2 * total + counts["bytes"]["optimizer"]


def test_saved_bytes_grow_with_tokens_only(config):
    model = OdinForCausalLM(config)
    short = saved_bytes(model, config, 128, "no", "cpu")
    long = saved_bytes(model, config, 256, "no", "cpu")
    assert long["blocks"] == pytest.approx(short["blocks"], rel=0.05)
    # Checkpointed, a block leaves its input, and the final norm its own.
    assert long["blocks_checkpointed"] == pytest.approx(4 * 32 * (2 + 1), rel=0.5)
    assert long["blocks"] > 10 * long["blocks_checkpointed"]
    # Softmax and logits in float32, and the hidden state.
    assert long["head"] == pytest.approx(4 * (64 + 32), rel=0.5)
    half = saved_bytes(model, config, 128, "bf16", "cpu")
    assert half["blocks"] < long["blocks"]


def test_a_measured_step_is_a_rate_that_the_budget_reads(tmp_path, prices, config):
    threads = torch.get_num_threads()
    report = measure(config, rows=1, seq_len=32, steps=2, precision="no")
    assert report["tokens_per_second"] > 0 and report["threads"] == threads and report["mfu"] > 0
    seconds = report["tokens_per_step"] / 32 * report["seconds_forward_backward"] + report["seconds_optimizer"]
    assert report["tokens_per_second"] == pytest.approx(report["tokens_per_step"] / seconds)
    path = tmp_path / "rate.json"
    path.write_text(json.dumps(report))
    saved = budget(config, 1e6, prices, [read_rate(path, "odin-100m")])["saved_bytes_per_token"]
    assert saved == report["saved_bytes_per_token"]
    with pytest.raises(ValueError, match="steps must be at least 1"):
        measure(config, steps=0)


@pytest.mark.parametrize(
    "text, message",
    [
        ("[]", "is no measured rate"),
        ('{"tokens_per_second": 3}', "is no measured rate"),
        ('{"tokens_per_second": 0, "device": "x"}', "must be positive"),
        ('{"tokens_per_second": 9, "device": "x", "model": "odin-nano"}', "was measured on odin-nano"),
    ],
)
def test_files_that_are_no_rate(tmp_path, text, message):
    path = tmp_path / "rate.json"
    path.write_text(text)
    with pytest.raises(SystemExit, match=message):
        main(["--rate", str(path)])


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--tokens", "0"], "tokens must be positive"),
        (["--tokens-per-second", "5"], "belong together"),
        (["--model", "odin-200m"], "did you mean 'odin-100m'"),
        (["--prices", "pyproject.toml"], "is not a file of prices"),
        (["--prices", "no-such-file.yaml"], "no-such-file.yaml"),
    ],
)
def test_arguments_that_are_refused(arguments, message, monkeypatch):
    monkeypatch.chdir(ROOT)
    with pytest.raises(SystemExit, match=message):
        main(arguments)


def test_prices_without_a_part_are_refused(tmp_path):
    path = tmp_path / "prices.yaml"
    prices = yaml.safe_load(PRICES.read_text())
    del prices["owned"]
    path.write_text(yaml.safe_dump(prices))
    with pytest.raises(ValueError, match="owned"):
        read_prices(path)


def test_every_price_has_its_source(prices):
    for machine in prices["machines"]:
        assert machine.cloud_source and machine.purchase_source
        assert list(machine.cloud_per_hour) == sorted(machine.cloud_per_hour)
        assert machine.total_watts > 0


def test_document_shows_the_record(prices):
    """The tables in the document are those of the committed numbers, and these are what the code computes."""
    report = json.loads((ROOT / compute_budget.RECORD).read_text())
    document = (ROOT / compute_budget.DOCUMENT).read_text()
    for name, table in tables(report).items():
        assert f"<!-- {name} -->\n{table.rstrip()}\n<!-- /{name} -->" in document
    config = OdinConfig.from_preset(report["model"])
    again = budget(config, report["tokens"], prices, report["measured"], report["seq_len"], report["labelled_share"])
    assert json.loads(json.dumps(again))["machines"] == report["machines"]


def test_amounts():
    assert [amount(x) for x in (0, 0.01234, 1.987, 35.26, 1234.5)] == ["0", "0.0123", "1.99", "35.3", "1,230"]
