"""Both forms of the recurrence against a float64 loop written here, outputs and gradients."""

import pytest
import torch

from modeling_odin.modeling_odin import MAX_DECAY, MIN_DECAY
from modeling_odin.recurrence import FORMS, chunked_gated_delta, recurrent_gated_delta


LENGTHS = (1, 2, 31, 63, 64, 100)


def loop(q, k, v, g, beta, initial_state=None, seq_idx=None):
    """The equations of the module's docstring, one head and one token at a time."""
    batch, length, heads, width = q.shape
    rows = []
    states = []
    for b in range(batch):
        for h in range(heads):
            state = torch.zeros(width, v.shape[-1], dtype=q.dtype) if initial_state is None else initial_state[b, h]
            outs = []
            for t in range(length):
                if seq_idx is not None and t and seq_idx[b, t] != seq_idx[b, t - 1]:
                    state = torch.zeros_like(state)
                state = torch.diag(g[b, t, h].exp()) @ state
                state = state + beta[b, t, h] * torch.outer(k[b, t, h], v[b, t, h] - state.T @ k[b, t, h])
                outs.append(state.T @ q[b, t, h])
            rows.append(torch.stack(outs))
            states.append(state)
    out = torch.stack(rows).view(batch, heads, length, -1).transpose(1, 2)
    return out, torch.stack(states).view(batch, heads, width, -1)


def inputs(length, dtype=torch.float64, repeated=False, seed=0):
    """Random q, k, v, g, beta and initial state, the decay spread over its whole range."""
    torch.manual_seed(seed)
    batch, heads, width = 2, 2, 8
    q, k, v = torch.randn(3, batch, length, heads, width, dtype=torch.float64)
    if repeated:
        k = k[:, :1].expand_as(k)
    q, k = (torch.nn.functional.normalize(x, dim=-1) for x in (q, k))
    g = -(MIN_DECAY + (MAX_DECAY - MIN_DECAY) * torch.rand(batch, length, heads, width, dtype=torch.float64) ** 4)
    beta = 2 * torch.rand(batch, length, heads, dtype=torch.float64)
    state = torch.randn(batch, heads, width, width, dtype=torch.float64)
    return [x.to(dtype).clone().requires_grad_() for x in (q, k, v, g, beta, state)]


def documents(length):
    """Document indices with changes at arbitrary places, different in each row."""
    torch.manual_seed(1)
    return (torch.rand(2, length) < 0.1).long().cumsum(1)


def results(form, arguments, seq_idx):
    """Output, final state and the gradient of a fixed random projection of both for every argument."""
    out, state = form(*arguments, seq_idx=seq_idx)
    torch.manual_seed(2)
    loss = (out * torch.randn(out.shape, dtype=torch.float64)).sum()
    loss = loss + (state * torch.randn(state.shape, dtype=torch.float64)).sum()
    return out, state, *torch.autograd.grad(loss, arguments)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("packed", [False, True], ids=["one document", "packed"])
@pytest.mark.parametrize("repeated", [False, True], ids=["random keys", "one key repeated"])
@pytest.mark.parametrize("length", LENGTHS)
def test_form_equals_loop(form, length, repeated, packed):
    seq_idx = documents(length) if packed else None
    expected = results(loop, inputs(length, repeated=repeated), seq_idx)
    for name, got, want in zip(
        "o state dq dk dv dg dbeta dstate".split(),
        results(form, inputs(length, repeated=repeated), seq_idx),
        expected,
        strict=True,
    ):
        torch.testing.assert_close(got, want, rtol=1e-9, atol=1e-9, msg=lambda m, name=name: f"{name}: {m}")


@pytest.mark.parametrize("repeated", [False, True], ids=["random keys", "one key repeated"])
@pytest.mark.parametrize("chunk_size", [1, 7, 32, 64, 128])
def test_chunked_in_float32_stays_close(chunk_size, repeated):
    """Also where every token has the strongest decay, whose running product spans 33 decimal orders in 128 tokens."""
    exact = inputs(300, repeated=repeated)
    exact[3] = torch.full_like(exact[3], -MAX_DECAY).detach()
    expected, _ = loop(*exact)
    got, _ = chunked_gated_delta(*(x.float() for x in exact), chunk_size=chunk_size)
    assert (got - expected).abs().max() < 2e-5 * max(1.0, expected.abs().max().item())


def test_gradcheck():
    arguments = inputs(5)
    for form in (recurrent_gated_delta, chunked_gated_delta):
        assert torch.autograd.gradcheck(lambda *x, form=form: form(*x, chunk_size=2), arguments)


def test_half_precision_inputs_keep_a_float32_state():
    for form in FORMS.values():
        out, state = form(*(x.to(torch.bfloat16) for x in inputs(9)))
        assert out.dtype == torch.bfloat16 and state.dtype == torch.float32
