"""Mamba-2, RWKV-6 and RWKV-7 against loops written from their published equations, and as models."""

import pytest
import torch
from torch.nn import functional as F

from configuration_odin import OdinConfig
from modeling_odin import OdinForCausalLM
from modeling_odin.alternative_recurrences import STRONGEST_DECAY, chunked_general, recurrent_general


FORMS = {"recurrent": recurrent_general, "chunked": chunked_general}
B, H, K = 2, 2, 8


def resets(seq_idx, b, t):
    return seq_idx is not None and t > 0 and seq_idx[b, t] != seq_idx[b, t - 1]


def loop(step, arguments, state, seq_idx):
    """Runs `step(state [K, V], *token's arguments) -> (output [V], state)` for every row, head and token."""
    batch, length, heads = arguments[0].shape[:3]
    outs, states = [], []
    for b in range(batch):
        for h in range(heads):
            s = state[b, h]
            for t in range(length):
                s = torch.zeros_like(s) if resets(seq_idx, b, t) else s
                out, s = step(s, *(x[b, t, h] for x in arguments))
                outs.append(out)
            states.append(s)
    out = torch.stack(outs).view(batch, heads, length, -1).transpose(1, 2)
    return out, torch.stack(states).view(batch, heads, *state.shape[2:])


def mamba2(s, c, b, x, g, *unused):
    """Mamba-2: h_t = a_t h_{t-1} + dt B x^T (dt already in B), y = C^T h."""
    s = g[0].exp() * s + torch.outer(b, x)
    return c @ s, s


def rwkv6(s, r, k, v, g, *unused):
    """RWKV-6 without its bonus: o_t = r^T S_{t-1}, S_t = diag(w) S_{t-1} + k v^T."""
    return r @ s, torch.diag(g.exp()) @ s + torch.outer(k, v)


def rwkv7(s, r, k, v, g, kappa, a):
    """RWKV-7, transposed: S_t = (diag(w) - (a * kappa) kappa^T) S_{t-1} + k v^T, o_t = r^T S_t."""
    s = (torch.diag(g.exp()) - torch.outer(a * kappa, kappa)) @ s + torch.outer(k, v)
    return r @ s, s


RULES = {
    "mamba2": (mamba2, lambda form, q, k, v, g, kappa, a, **o: form(q, k, v, g[..., :1], **o)),
    "rwkv6": (rwkv6, lambda form, q, k, v, g, kappa, a, **o: form(q, k, v, g, read_before=True, **o)),
    "rwkv7": (rwkv7, lambda form, q, k, v, g, kappa, a, **o: form(q, k, v, g, (kappa, a), **o)),
}


def inputs(length, strongest=STRONGEST_DECAY, dtype=torch.float64):
    torch.manual_seed(0)
    q, k, v, kappa = torch.randn(4, B, length, H, K, dtype=torch.float64)
    g = -strongest * torch.rand(B, length, H, K, dtype=torch.float64) ** 4
    rate = torch.rand(B, length, H, K, dtype=torch.float64)
    state = torch.randn(B, H, K, K, dtype=torch.float64)
    return [x.to(dtype).clone().requires_grad_() for x in (q, k, v, g, F.normalize(kappa, dim=-1), rate, state)]


@pytest.mark.parametrize("packed", [False, True], ids=["one document", "packed"])
@pytest.mark.parametrize("length", [1, 2, 15, 33, 100])
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_form_equals_published_rule(rule, form, length, packed):
    step, call = rule
    seq_idx = (torch.rand(B, length) < 0.15).long().cumsum(1) if packed else None
    *arguments, state = inputs(length)
    results = [
        loop(step, arguments, state, seq_idx),
        call(form, *arguments, initial_state=state, seq_idx=seq_idx),
    ]
    weights = [torch.randn_like(x) for x in results[0]]
    gradients = []
    for result in results:
        loss = sum((x * w).sum() for x, w in zip(result, weights, strict=True))
        gradients.append(torch.autograd.grad(loss, [*arguments, state], allow_unused=True))
    for want, got in zip((*results[0], *gradients[0]), (*results[1], *gradients[1]), strict=True):
        if want is None:
            assert got is None or got.abs().max() == 0
        else:
            torch.testing.assert_close(got, want, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_chunked_in_float32_survives_the_strongest_decay(rule):
    step, call = rule
    *arguments, state = inputs(64)
    arguments[3] = torch.full_like(arguments[3], -STRONGEST_DECAY)
    arguments = [x.detach().requires_grad_() for x in arguments]
    want, _ = loop(step, arguments, state, None)
    single = [x.detach().float().requires_grad_() for x in arguments]
    got, _ = call(chunked_general, *single, initial_state=state.float())
    assert (got - want).abs().max() < 1e-4 * want.abs().max()
    direction = torch.randn_like(want)
    (want * direction).sum().backward()
    (got * direction).sum().backward()
    for exact, x in zip(arguments, single, strict=True):
        if exact.grad is not None:
            assert (x.grad - exact.grad).abs().max() < 1e-4 * max(1.0, exact.grad.abs().max().item())


def tokens(*shape):
    return torch.randint(3, 97, shape, generator=torch.Generator().manual_seed(3))


@pytest.fixture(params=["mamba2", "rwkv6", "rwkv7"])
def model(request, toy_config):
    torch.manual_seed(0)
    model = OdinForCausalLM(OdinConfig(**{**toy_config.to_dict(), "time_mixing": request.param})).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    return model


def close(got, want):
    torch.testing.assert_close(got, want, rtol=2e-4, atol=5e-5)


@torch.no_grad()
def test_cached_steps_packing_and_padding(model):
    ids = tokens(1, 23)
    full = model(ids).logits
    past, pieces = None, []
    for piece in ids.split([9, 1, 1, 12], 1):
        output = model(piece, past_key_values=past, use_cache=True)
        past = output.past_key_values
        pieces.append(output.logits)
    close(torch.cat(pieces, 1), full)

    packed = model(torch.cat([ids[:, :10], ids], 1), cu_seqlens=torch.tensor([0, 10, 33])).logits
    close(packed[:, 10:], full)
    close(packed[:, :10], full[:, :10])

    for left, right in ((4, 0), (0, 5), (3, 2)):
        padded = F.pad(ids, (left, right))
        mask = F.pad(torch.ones_like(ids), (left, right))
        output = model(padded, attention_mask=mask, use_cache=True)
        close(output.logits[:, left : left + 23], full)
        more = model(tokens(1, 3), past_key_values=output.past_key_values).logits
        close(more, model(torch.cat([ids, tokens(1, 3)], 1)).logits[:, 23:])


@torch.no_grad()
def test_left_padding_after_cached_states(model):
    """Rows of one batch go on from their states, with 0, 2 and 4 tokens of padding before what is new."""
    start, ids, padding = tokens(3, 7), tokens(3, 4), [0, 2, 4]
    past = model(start, use_cache=True).past_key_values
    mask = torch.stack([torch.arange(4) >= n for n in padding]).long()
    output = model(ids, attention_mask=mask, past_key_values=past, use_cache=True)
    then = model(tokens(3, 2), past_key_values=output.past_key_values).logits
    for row, n in enumerate(padding):
        alone = model(torch.cat([start, ids[:, n:], tokens(3, 2)], 1)[row : row + 1]).logits[0]
        close(output.logits[row, n:], alone[7:-2])
        close(then[row], alone[-2:])


def test_every_parameter_is_trained(model):
    model(tokens(2, 12), labels=tokens(2, 12)).loss.backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().max() > 0, name


def test_extreme_decays_have_finite_gradients(toy_config):
    """RWKV-6's decay is exp(-exp(w)): a large w must meet the clamp before its exponential overflows."""
    model = OdinForCausalLM(OdinConfig(**{**toy_config.to_dict(), "time_mixing": "rwkv6"}))
    with torch.no_grad():
        for layer in model.model.layers:
            layer.time_mixing.decay_bias.fill_(200.0)
            layer.time_mixing.out_proj.weight.normal_(std=0.1)
    model(tokens(2, 40), labels=tokens(2, 40)).loss.backward()
    assert all(bool(parameter.grad.isfinite().all()) for parameter in model.parameters())


def test_saves_loads_and_generates(model, tmp_path):
    model.save_pretrained(tmp_path)
    again = OdinForCausalLM.from_pretrained(tmp_path)
    ids = tokens(1, 5)
    assert torch.equal(again(ids).logits, model(ids).logits)
    out = again.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=4, min_new_tokens=4, do_sample=False)
    assert out.shape == (1, 9)


@pytest.mark.parametrize("kind", ["mamba2", "rwkv6", "rwkv7"])
def test_fresh_model_is_finite_and_learns(kind, toy_config):
    torch.manual_seed(0)
    model = OdinForCausalLM(OdinConfig(**{**toy_config.to_dict(), "time_mixing": kind}))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    losses = []
    for _ in range(12):
        loss = model(tokens(2, 20), labels=tokens(2, 20)).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    assert losses[-1] < 0.7 * losses[0]
