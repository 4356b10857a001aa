"""The choices of `OdinConfig` that change the recurrence: passes, slow heads, slot heads, decay hierarchy."""

import pytest
import torch

from configuration_odin import OdinConfig
from modeling_odin import OdinForCausalLM
from modeling_odin.recurrence import recurrent_gated_delta
from modeling_odin.time_mixing_odin import MAX_DECAY, MIN_DECAY, OdinTimeMixing


VARIANTS = {
    "passes": {"recurrence_passes": 3},
    "slow": {"slow_heads": 1},
    "slots": {"slot_heads": 1},
    "hierarchy": {"decay_hierarchy": True},
    "all": {"recurrence_passes": 2, "slow_heads": 1, "slot_heads": 1, "decay_hierarchy": True},
}


def tokens(*shape):
    return torch.randint(3, 97, shape, generator=torch.Generator().manual_seed(3))


@pytest.fixture(params=VARIANTS.values(), ids=VARIANTS)
def variant(request, toy_config):
    torch.manual_seed(0)
    model = OdinForCausalLM(OdinConfig(**{**toy_config.to_dict(), **request.param})).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    return model


@torch.no_grad()
def test_cached_steps_packing_and_padding(variant):
    ids = tokens(1, 23)
    full = variant(ids).logits
    past, pieces = None, []
    for piece in ids.split([9, 1, 13], 1):
        output = variant(piece, past_key_values=past, use_cache=True)
        past = output.past_key_values
        pieces.append(output.logits)
    torch.testing.assert_close(torch.cat(pieces, 1), full, rtol=1e-4, atol=2e-5)

    packed = variant(torch.cat([ids[:, :10], ids], 1), cu_seqlens=torch.tensor([0, 10, 33])).logits
    torch.testing.assert_close(packed[:, 10:], full, rtol=1e-4, atol=2e-5)

    padded = torch.cat([torch.zeros(1, 4, dtype=torch.long), ids], 1)
    got = variant(padded, attention_mask=(torch.arange(27) >= 4)[None].long()).logits[:, 4:]
    torch.testing.assert_close(got, full, rtol=1e-4, atol=2e-5)


def test_every_parameter_is_trained(variant):
    loss = variant(tokens(2, 12), labels=tokens(2, 12)).loss
    loss.backward()
    for name, parameter in variant.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().max() > 0, name


@torch.no_grad()
def test_passes_are_products_of_updates(toy_config):
    """Three passes equal, in one layer, the rule applied to three tokens of which only the first decays."""
    config = OdinConfig(**{**toy_config.to_dict(), "recurrence_passes": 3})
    q, v = torch.randn(2, 1, 4, 2, 16)
    g = -torch.rand(1, 4, 2, 16) * MAX_DECAY
    beta = 2 * torch.rand(1, 4, 6)
    mixing = OdinTimeMixing(config, 0)
    spread_q, spread_g, spread_beta, seq_idx = mixing.spread(q, g, beta, torch.tensor([[0, 0, 1, 1]]))
    assert seq_idx.tolist() == [[0] * 6 + [1] * 6]
    assert torch.equal(spread_q[:, 2::3], q) and spread_q[:, 0::3].abs().max() == 0
    assert torch.equal(spread_g[:, 0::3], g) and spread_g[:, 1::3].abs().max() == 0
    k = torch.nn.functional.normalize(torch.randn(1, 12, 2, 16), dim=-1)
    values = torch.randn(1, 12, 2, 16)
    _, state = recurrent_gated_delta(spread_q, k, values, spread_g, spread_beta)
    by_hand = torch.zeros(2, 16, 16)
    for t in range(4):
        by_hand = g[0, t].exp()[..., None] * by_hand
        for i in range(3 * t, 3 * t + 3):
            key, rate = k[0, i], beta[0, t].view(3, 2)[i - 3 * t][:, None]
            stored = torch.einsum("hkv,hk->hv", by_hand, key)
            by_hand = by_hand + torch.einsum("hk,hv->hkv", key, rate * (values[0, i] - stored))
    torch.testing.assert_close(state[0], by_hand)


@torch.no_grad()
def test_slow_heads_sit_on_the_floor_and_the_hierarchy_narrows(toy_config):
    config = OdinConfig(**{**toy_config.to_dict(), "slow_heads": 1, "decay_hierarchy": True, "num_hidden_layers": 3})
    x = 50 * torch.randn(1, 200, config.decay_rank)
    strongest = []
    for layer in range(3):
        mixing = OdinTimeMixing(config, layer)
        mixing.decay_proj.init_weights(config)
        g = mixing.log_decay(x).view(1, 200, 2, 16)
        assert (g[:, :, 0] == -MIN_DECAY).all()
        strongest.append(-g[:, :, 1].min().item())
    assert MAX_DECAY >= strongest[0] > 2 * strongest[1] > 4 * strongest[2] > 4 * MIN_DECAY


@torch.no_grad()
def test_slot_keys_are_shares(toy_config):
    mixing = OdinTimeMixing(OdinConfig(**{**toy_config.to_dict(), "slot_heads": 1}), 0)
    keys = mixing.normalize(torch.randn(2, 5, 2, 16))
    torch.testing.assert_close(keys[:, :, 0].norm(dim=-1), torch.ones(2, 5))
    torch.testing.assert_close(keys[:, :, 1].sum(-1), torch.ones(2, 5))
    assert (keys[:, :, 1] >= 0).all()


@pytest.mark.parametrize(
    "keys, message",
    [
        ({"slow_heads": -1}, "slow_heads"),
        ({"slow_heads": 2, "slot_heads": 1}, "at most the number of heads, 2"),
        ({"recurrence_passes": 0}, "recurrence_passes must be a positive integer"),
        ({"time_mixing": "mamba"}, "time_mixing must be one of gated_delta, mamba2"),
        ({"time_mixing": "mamba2", "recurrence_passes": 2}, "recurrence_passes needs time_mixing 'gated_delta'"),
    ],
)
def test_impossible_choices_are_refused(toy_config, keys, message):
    with pytest.raises(ValueError, match=message):
        OdinConfig(**{**toy_config.to_dict(), **keys})
