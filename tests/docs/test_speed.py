"""docs/speed.md says what docs/studies/speed.py measured, and it measures what it says."""

import json

import pytest
import speed
import torch

from configuration_odin import OdinConfig


@pytest.fixture
def toy(monkeypatch):
    monkeypatch.setattr(speed, "TOKENS", 40)
    return OdinConfig(vocab_size=64, hidden_size=32, num_hidden_layers=1, head_dim=16, decay_rank=4, gate_rank=4)


def timed(variant, ms, measurement="training", **values):
    same = {"model": "odin-100m", "threads": 1, "rows": 1, "dtype": "float32", "best_ms": ms}
    return {**same, "measurement": measurement, "variant": variant, "ms": ms, **values}


def test_steps_take_turns_and_the_first_round_does_not_count(monkeypatch):
    clock, calls = [0.0], []
    monkeypatch.setattr(speed.time, "perf_counter", lambda: clock[0])

    def step(name, seconds):
        calls.append(name)
        clock[0] += 9 if len(calls) <= 2 else seconds

    result = speed.in_turns({"a": lambda: step("a", 0.5), "b": lambda: step("b", 0.25)}, rounds=2)
    assert calls == ["a", "b"] * 3
    assert result == {"a": {"ms": 500, "best_ms": 500}, "b": {"ms": 250, "best_ms": 250}}


def test_a_training_step_is_a_whole_one_in_the_form_asked_for(toy):
    gradients = {}
    for form in ("chunked", "recurrent"):
        model = speed.build(toy).train()
        speed.training_step(model, speed.token_ids(toy, 2, 40), recurrence=form, chunk_size=16)
        assert model.config.recurrence == form and toy.recurrence == "auto"
        gradients[form] = torch.cat([p.grad.flatten() for p in model.parameters()])
    torch.testing.assert_close(gradients["chunked"], gradients["recurrent"], atol=1e-5, rtol=1e-3)
    assert not torch.equal(gradients["chunked"], gradients["recurrent"])  # or it was one form twice


def test_training_is_measured_in_all_variants(toy):
    records = speed.training("toy", toy, rounds=1)
    assert {(r["dtype"], r["variant"]) for r in records} == {
        (dtype, variant)
        for dtype in ("float32", "bfloat16")
        for variant in ("recurrent", "chunked", "chunked, 16", "chunked, 64")
    }
    assert all(r["ms"] >= r["best_ms"] > 0 for r in records)


def test_decode_is_measured_in_all_variants_and_feeds_the_state(toy, monkeypatch):
    monkeypatch.setattr(speed.torch, "compile", lambda model: model)  # minutes; its speed is no matter here
    records = speed.decode("toy", toy, rounds=1)
    assert [(r["dtype"], r["variant"]) for r in records] == [
        ("float32", "PyTorch"),
        ("float32", "PyTorch, compiled"),
        ("bfloat16", "PyTorch"),
        ("float16", "PyTorch"),
        ("float32", "onnxruntime"),
        ("int8", "onnxruntime"),
    ]
    model = speed.build(toy).eval()
    fed = []
    speed.torch_step(
        model, lambda ids, past_key_values, **_: fed.append(past_key_values.seen_tokens), torch.ones(1, 1, dtype=int)
    )()
    assert fed == [1]


def test_shares_are_of_the_whole(toy):
    for record in speed.profiled("toy", toy, rounds=1):
        assert sum(record["shares"].values()) == pytest.approx(1)
        assert record["shares"]["products with weights"] > 0
        # A single token is not chunked: nothing is solved.
        assert (record["shares"]["triangular solve"] > 0) == (record["variant"] == "training step")


def test_merge_replaces_what_was_measured_again():
    old = [timed("chunked", 5), timed("chunked", 9, threads=2)]
    assert speed.merge(old, [timed("chunked", 4)]) == [timed("chunked", 4), timed("chunked", 9, threads=2)]


@pytest.mark.parametrize("ms, met", [(29, "no"), (31, "yes")])
def test_demand_of_training_compares_like_with_like(ms, met):
    records = [timed("chunked", 10), timed("chunked", 1, dtype="bfloat16"), timed("recurrent", ms)]
    (row,) = speed.demands(records)
    assert (row["measured"], row["met"]) == (ms / 10, met)


@pytest.mark.parametrize("ms, met", [(100, "no"), (30, "yes"), (19, "yes, and the target")])
def test_demand_of_decoding(ms, met):
    assert [row["met"] for row in speed.demands([timed("PyTorch", ms, "decode")])] == [met]
    assert not speed.demands([timed("PyTorch", ms, "prefill")])


def test_products_are_read_at_a_speed_that_a_memory_has(toy, monkeypatch):
    monkeypatch.setattr(speed, "CACHE_BYTES", 10**6)
    records = speed.products("toy", toy, rounds=1)
    assert len({(r["dtype"], r["variant"]) for r in records}) == len(records) == 5
    assert all(0.001 < r["gigabytes_per_second"] < 10_000 for r in records)


def test_unknown_measurement_is_refused(capsys):
    with pytest.raises(SystemExit) as stop:
        speed.main(["decod"])
    assert stop.value.code == 2
    assert "choose from products, training, compile, prefill, decode, profile" in capsys.readouterr().err


def test_tables_are_those_of_the_measurements():
    records = json.loads(speed.RESULTS.read_text())["records"]
    document = speed.DOCUMENT.read_text()
    for table in (speed.demand_table, speed.time_table, speed.share_table, speed.product_table):
        assert table(records) in document
