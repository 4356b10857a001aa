"""docs/specification.md says what the code does."""

import json
import re
from pathlib import Path

import pytest
import specification
import torch
from torch.utils.flop_counter import FlopCounterMode

from configuration_odin import OdinConfig
from modeling_odin import OdinForCausalLM


DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def recorded():
    return json.loads((DOCS / "measurements/specification.json").read_text())


@pytest.mark.parametrize("preset", specification.PRESETS)
def test_tables_are_those_of_the_code(preset, recorded):
    kinds = specification.parameters(preset)
    config = OdinConfig.from_preset(preset)
    assert recorded[preset]["parameters"] == kinds
    assert recorded[preset]["flops_per_token"] == specification.flops(config)
    assert recorded[preset]["state_bytes"] == specification.state_bytes(config)
    assert specification.parameter_table(recorded[preset]) in (DOCS / "specification.md").read_text()


@pytest.mark.parametrize("preset", specification.PRESETS)
def test_budget_is_whole(preset, recorded):
    with torch.device("meta"):
        total = OdinForCausalLM(OdinConfig.from_preset(preset)).num_parameters()
    assert sum(recorded[preset]["budget"].values()) == recorded[preset]["total"] == total
    low, high = specification.BUDGET[preset]
    assert low <= total <= high


def test_parameters_start_as_the_table_says():
    torch.manual_seed(0)
    config = OdinConfig.from_preset("odin-nano")
    for name, parameter in OdinForCausalLM(config).named_parameters():
        text, deviation, mean = specification.initialisation(name)
        if deviation is not None:
            assert parameter.std().item() == pytest.approx(deviation(config), rel=0.08), (name, text)
            assert parameter.mean().item() == pytest.approx(
                mean, abs=5 * deviation(config) * parameter.numel() ** -0.5
            ), (name, text)


def test_products_with_weights_equal_the_counter():
    """The counter of PyTorch sees the products only; token by token the recurrence has none."""
    config = OdinConfig.from_preset("odin-nano", recurrence="recurrent")
    model, length = OdinForCausalLM(config).eval(), 7
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.randint(3, 2000, (1, length)), use_cache=False)
    flops = specification.flops(config)
    expected = sum(flops[name] for name in ("time mixing matrices", "channel mixing matrices", "head"))
    assert counter.get_total_flops() == length * expected


def test_state_bytes_are_those_of_a_cache():
    config = OdinConfig.from_preset("odin-nano")
    with torch.no_grad():
        cache = OdinForCausalLM(config)(torch.tensor([[5, 6, 7]]), use_cache=True).past_key_values
    expected = specification.state_bytes(config)
    assert sum(x.nbytes for x in cache.recurrent_states) == expected["recurrent, float32"]
    assert sum(x.nbytes for x in cache.conv_states) == expected["convolution, float32"]


def test_activation_bytes_grow_with_the_layers_alone(recorded):
    """Per token, whatever the length; and a transformer-sized surprise would show."""
    config, layers = {"vocab_size": 64, "num_hidden_layers": 1}, OdinConfig.from_preset("odin-nano").num_hidden_layers
    per_token = [
        specification.activation_bytes(OdinConfig.from_preset("odin-nano", **config), length) for length in (128, 512)
    ]
    assert per_token[1] == pytest.approx(per_token[0], rel=0.05)
    whole = recorded["odin-nano"]["activation_bytes_per_token"]["float32"]
    assert whole == pytest.approx(layers * per_token[0], rel=0.1)


def test_every_block_of_the_document_is_filled():
    text = (DOCS / "specification.md").read_text()
    for name, body in re.findall(r"<!-- (?!/)(.*?) -->\n(.*?)<!-- /", text, re.S):
        assert body.startswith("|"), name
