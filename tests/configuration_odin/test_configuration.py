"""`OdinConfig` refuses what cannot be, in words."""

import pytest

from configuration_odin import PRESETS, OdinConfig


@pytest.mark.parametrize("name", PRESETS)
def test_presets_round_trip(name, tmp_path):
    config = OdinConfig.from_preset(name)
    config.save_pretrained(tmp_path)
    assert OdinConfig.from_pretrained(tmp_path).to_dict() == config.to_dict()


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: OdinConfig.from_preset("odin-nona"), "did you mean 'odin-nano'"),
        (lambda: OdinConfig.from_preset("odin-nano", hiden_size=64), "did you mean 'hidden_size'"),
        (lambda: OdinConfig(num_hiden_layers=3), "did you mean 'num_hidden_layers'"),
        (lambda: OdinConfig(hidden_size=100, head_dim=64), "must divide"),
        (lambda: OdinConfig(hidden_size=0), "positive"),
        (lambda: OdinConfig(recurrence="fussed"), "recurrence must be"),
        (lambda: OdinConfig(chunk_size=4096), "chunk_size"),
        (lambda: OdinConfig(conv_kernel_size=1), "conv_kernel_size"),
    ],
)
def test_bad_values_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
