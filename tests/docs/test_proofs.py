"""The statements of docs/proofs.md, at a small size."""

import math
import re
from pathlib import Path

import complexity
import gradients
import precision
import pytest
import stability
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from modeling_odin.time_mixing_odin import MAX_DECAY, MIN_DECAY


DOCUMENT = Path(__file__).parents[2] / "docs/proofs.md"


@settings(deadline=None)
@given(
    seed=st.integers(0, 10**6),
    width=st.integers(1, 16),
    rate=st.floats(0, 2),
    length=st.floats(0, 1),
    decay=st.floats(MIN_DECAY, MAX_DECAY),
)
def test_transition_never_expands(seed, width, rate, length, decay):
    generator = torch.Generator().manual_seed(seed)
    key = torch.randn(width, 1, generator=generator, dtype=torch.float64)
    key = length * key / key.norm()
    factors = torch.exp(-decay - torch.rand(width, generator=generator, dtype=torch.float64))
    transition = (torch.eye(width, dtype=torch.float64) - rate * key @ key.T) @ torch.diag(factors)
    assert torch.linalg.matrix_norm(transition, 2) <= math.exp(-decay) + 1e-12


def test_transition_expands_beyond_the_range_of_the_rate():
    key = torch.tensor([[1.0], [0.0]])
    assert torch.linalg.matrix_norm(torch.eye(2) - 2.1 * key @ key.T, 2) > 1.05


def test_adversary_is_bounded_by_the_floor_alone():
    free, held = stability.adversary(2000, 0.0), stability.adversary(2000, 0.01)
    assert [size for _, size in free] == pytest.approx([2.0 * steps for steps, _ in free])
    assert held[-1][1] <= stability.bound(0.01) and held[-1][1] > 0.9 * stability.bound(0.01)
    assert stability.bound(MIN_DECAY) == pytest.approx(2 * 16384.5, rel=1e-4)


def test_half_precision_loses_the_floor():
    slowest = stability.rounded_factors()[0]
    assert slowest["bfloat16"] is None and slowest["float16"] is None
    assert slowest["float32"] == pytest.approx(slowest["exact"], rel=1e-3)
    errors = {r["rounded"]: r["output_error"] for r in stability.rounded_recurrence(300, heads=1, width=8)}
    assert errors["all float32"] < 1e-5
    assert errors["exp(g) bfloat16"] > 1e-3 and errors["state bfloat16"] > 1e-3


def test_gradients_through_tokens_stay_below_the_bound():
    for record in gradients.through_tokens(lengths=(1, 16, 200), width=8, heads=2):
        assert 0 < record["norm"] <= record["bound"] * (1 + 1e-9)
        if record["rates"] == "b = 2":
            assert record["norm"] == pytest.approx(record["bound"])


def test_initialisation_keeps_gradients_even_at_depth():
    records = {(r["layers"], r["initialisation"]): r for r in gradients.through_layers(depths=(2, 16))}
    scaled, plain = records[16, "1 / sqrt(2 L)"], records[16, "plain"]
    assert scaled["ratio"] < 0.3 * plain["ratio"]
    assert scaled["stream_growth"] < 2 < plain["stream_growth"]


def test_learning_rate_bound():
    records = {r["rate"]: r for r in gradients.learning_rates(depths=(2,), rates=(3e-3, 1.0), steps=25)}
    assert records[3e-3]["last"] < 0.5 * records[3e-3]["first"]
    assert records[1.0]["highest"] > 2 * records[1.0]["first"]


def test_descent_below_the_curvature_bound(toy_model):
    ids = torch.randint(3, 90, (2, 12), generator=torch.Generator().manual_seed(0))
    for layer in toy_model.model.layers:
        layer.time_mixing.config.recurrence = "recurrent"
    rate = 1 / gradients.largest_curvature(toy_model, ids)
    losses = []
    for _ in range(4):
        loss = gradients.loss_of(toy_model, ids)
        losses.append(loss.item())
        toy_model.zero_grad()
        loss.backward()
        with torch.no_grad():
            for parameter in toy_model.parameters():
                parameter -= rate * parameter.grad
    assert losses == sorted(losses, reverse=True)


def test_cost_does_not_grow(toy_model):
    records = complexity.curve(toy_model, 512, piece=32)
    assert [r["tokens"] for r in records] == [32, 64, 128, 256, 512]
    assert len({r["cache_bytes"] for r in records}) == 1


def test_transformer_cache_grows():
    peer = complexity.build(complexity.transformer(97, 32, 2, 16)).eval()
    records = complexity.curve(peer, 128, piece=32)
    assert records[-1]["cache_bytes"] == 4 * records[0]["cache_bytes"]


def test_int8_has_256_levels():
    x = torch.randn(4, 300)
    rounded = precision.fake_int8(x, 0)
    assert all(len(row.unique()) <= 256 for row in rounded)
    assert (rounded - x).abs().max() <= (x.amax() - x.amin()) / 255


def test_operations_are_really_lowered(toy_model):
    """Each context changes the logits, and leaves no trace behind."""
    ids = torch.randint(3, 90, (1, 40), generator=torch.Generator().manual_seed(0))
    texts = [(ids, 10)]
    exact, _ = precision.answers(toy_model, texts)
    records = precision.compare(toy_model, texts)
    assert {r["precision"] for r in records} == {"bfloat16", "float16", "int8"}
    assert all(r["finite"] and 1e-7 < r["logits_error"] < 0.2 for r in records), records
    assert torch.equal(precision.answers(toy_model, texts)[0], exact)


@torch.no_grad()
def test_order_matters(toy_model):
    """Far beyond the convolution: two tokens exchanged 30 places back are told apart."""
    ids = torch.randint(3, 90, (1, 40), generator=torch.Generator().manual_seed(0))
    ids[0, 3], ids[0, 6] = 5, 50
    swapped = ids.clone()
    swapped[0, 3], swapped[0, 6] = 50, 5
    assert (toy_model(ids).logits[0, -1] - toy_model(swapped).logits[0, -1]).abs().max() > 1e-3


@torch.no_grad()
def test_only_order_matters(toy_model):
    """A text begun anew anywhere in a row has the logits it has at the row's start."""
    ids = torch.randint(3, 90, (1, 20), generator=torch.Generator().manual_seed(0))
    alone = toy_model(ids).logits
    for shift in (1, 7, 64):
        row = torch.cat([torch.randint(3, 90, (1, shift)), ids], 1)
        moved = toy_model(row, cu_seqlens=torch.tensor([0, shift, shift + 20])).logits[:, shift:]
        torch.testing.assert_close(moved, alone, rtol=1e-4, atol=1e-5)


def test_every_block_of_the_document_is_filled():
    for name, body in re.findall(r"<!-- (?!/)(.*?) -->\n(.*?)<!-- /", DOCUMENT.read_text(), re.S):
        assert body.startswith("|"), name
