"""docs/studies/exported_speed.py measures four graphs of one size, and says what it measured."""

import json

import exported_speed
import pytest

from configuration_odin import OdinConfig


@pytest.fixture(scope="module")
def records():
    config = OdinConfig(vocab_size=64, hidden_size=32, num_hidden_layers=1, head_dim=16, decay_rank=4, gate_rank=4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exported_speed, "LENGTHS", (8, 16))
        patch.setattr(exported_speed, "DECODE_BURST", 2)
        return exported_speed.measure("toy", config, rounds=2)


def test_four_graphs_of_one_size(records):
    assert [r["time_mixing"] for r in records] == ["gated_delta", "mamba2", "rwkv6", "rwkv7"]
    parameters = [r["parameters"] for r in records]
    assert max(parameters) - min(parameters) <= 2 * 32  # a unit of the channel mixing
    assert [r["state_bytes"] for r in records] == [4 * (512 + 3 * 96)] * 2 + [4 * (512 + 32)] * 2
    for r in records:
        assert 0 < r["best_decode_ms"] <= r["decode_ms"]
        assert 0 < r["prefill_16_tokens_per_second"] <= r["best_prefill_16_tokens_per_second"]
    assert len({r["nodes"] for r in records}) == 4


def test_a_size_measured_again_replaces_its_like(records, tmp_path, monkeypatch, capsys):
    labels = {"decode_ms": "decode, ms a token", "prefill_8_tokens_per_second": "prefill", "nodes": "nodes"}
    monkeypatch.setattr(exported_speed, "LABELS", labels)
    out = tmp_path / "speed.json"
    for ms in (1.0, 3.25):
        timed = [{**record, "model": "odin-nano", "decode_ms": ms, "best_decode_ms": 0.5} for record in records]
        monkeypatch.setattr(exported_speed, "measure", lambda name, config, rounds, timed=timed: timed)
        exported_speed.main(["--models", "odin-nano", "--out", str(out)])
    found = json.loads(out.read_text())
    assert found["records"] == timed and len(found["rows"]) == 3
    assert found["rows"][0]["rwkv6"] == "3.25 (0.50)"
    printed = capsys.readouterr().out.splitlines()
    assert printed[-2].startswith("| odin-nano: nodes | ") and json.loads(printed[-1]) == timed
