"""The forms of the recurrence against a float64 loop written here, outputs and gradients."""

import inspect

import pytest
import torch

from modeling_odin.recurrence import FORMS, chunked_gated_delta, fla_kernel, recurrent_gated_delta, run_fused
from modeling_odin.time_mixing_odin import MAX_DECAY, MIN_DECAY


LENGTHS = (1, 2, 31, 63, 64, 100)
ON_CPU = {name: FORMS[name] for name in ("recurrent", "chunked")}
needs_fla = pytest.mark.skipif(not torch.cuda.is_available() or fla_kernel() is None, reason="needs CUDA and fla")


@pytest.fixture(autouse=True)
def poisoned_memory():
    """Fills every uninitialised buffer with NaN, so that reading one cannot go unnoticed."""
    torch.use_deterministic_algorithms(True, warn_only=True)
    yield
    torch.use_deterministic_algorithms(False)


def test_uninitialised_memory_is_poisoned():
    assert torch.empty(100).isnan().all()


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


@pytest.mark.parametrize("form", ON_CPU.values(), ids=ON_CPU)
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
    for form in ON_CPU.values():
        out, state = form(*(x.to(torch.bfloat16) for x in inputs(9)))
        assert out.dtype == torch.bfloat16 and state.dtype == torch.float32


def test_forms_have_one_signature():
    assert len({str(inspect.signature(form)).replace("=32", "=None") for form in FORMS.values()}) == 1


def test_autocast_does_not_lower_the_precision_of_the_recurrence():
    arguments = [x.float() for x in inputs(40)]
    expected = chunked_gated_delta(*arguments)
    for dtype in (torch.bfloat16, torch.float16):
        with torch.autocast("cpu", dtype=dtype):
            got = chunked_gated_delta(*arguments)
        assert all(torch.equal(a, b) for a, b in zip(got, expected, strict=True))


@pytest.mark.parametrize("length", [1, 63, 64])
def test_compiled_equals_eager(length):
    """In one graph: nothing falls back to Python."""
    compiled = torch.compile(chunked_gated_delta, fullgraph=True, backend="aot_eager")
    seq_idx = documents(length)
    for got, want in zip(
        results(compiled, inputs(length), seq_idx),
        results(chunked_gated_delta, inputs(length), seq_idx),
        strict=True,
    ):
        torch.testing.assert_close(got, want)


def kernel_by_the_loop(q, k, v, g, beta, scale, initial_state, output_final_state, cu_seqlens, safe_gate):
    """What fla's kernel computes, by its documentation: one row of documents, and one state for each of them."""
    assert scale == 1.0 and output_final_state
    bounds = [0, q.shape[1]] if cu_seqlens is None else cu_seqlens.tolist()
    if cu_seqlens is None:
        return loop(*(x.double() for x in (q, k, v, g, beta, initial_state)))
    assert q.shape[0] == 1 and bounds[0] == 0 and bounds[-1] == q.shape[1] and len(initial_state) == len(bounds) - 1
    pieces = [
        loop(*(x[:, a:b].double() for x in (q, k, v, g, beta)), initial_state[i : i + 1].double())
        for i, (a, b) in enumerate(zip(bounds, bounds[1:], strict=False))
    ]
    return torch.cat([out for out, _ in pieces], 1), torch.cat([state for _, state in pieces])


@pytest.mark.parametrize("packed", [False, True], ids=["one document", "packed"])
@pytest.mark.parametrize("length", [1, 31, 64])
def test_fused_form_hands_its_arguments_over(length, packed):
    """Rows, documents and states reach a kernel of fla's signature and come back in place; gradients too."""
    seq_idx = documents(length) if packed else None

    def form(*arguments, seq_idx):
        return run_fused(kernel_by_the_loop, *arguments, seq_idx)

    for got, want in zip(results(form, inputs(length), seq_idx), results(loop, inputs(length), seq_idx), strict=True):
        torch.testing.assert_close(got, want, rtol=1e-5, atol=1e-5)


def test_fused_form_says_what_it_lacks():
    with pytest.raises(RuntimeError, match="needs CUDA tensors and the package fla-core"):
        FORMS["fused"](*inputs(3))


@needs_fla
@pytest.mark.parametrize("packed", [False, True], ids=["one document", "packed"])
@pytest.mark.parametrize("length", [2, 63, 64, 100, 1000])
def test_fused_kernel_equals_loop(length, packed):
    """bfloat16 kernels: relative error of each result, as norms."""
    seq_idx = documents(length).cuda() if packed else None
    arguments = [x.detach().cuda().requires_grad_() for x in inputs(length, torch.float32)]
    arguments[2] = arguments[2].detach().bfloat16().requires_grad_()
    expected = results(recurrent_gated_delta, inputs(length), None if seq_idx is None else seq_idx.cpu())
    for got, want in zip(results(FORMS["fused"], arguments, seq_idx), expected, strict=True):
        assert (got.cpu() - want).norm() < 0.02 * want.norm()


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize(
    "index, name",
    [(1, "k"), (2, "v"), (3, "g"), (4, "beta"), (5, "initial_state")],
)
def test_wrong_shapes_are_named(form, index, name):
    arguments = inputs(6)
    arguments[index] = arguments[index][:1]
    with pytest.raises(ValueError, match=f"^{name} must have the shape"):
        form(*arguments)
    with pytest.raises(ValueError, match="seq_idx must have the shape"):
        form(*inputs(6), seq_idx=torch.zeros(2, 7))
    with pytest.raises(ValueError, match="at least one token"):
        form(*(x[:, :0] for x in inputs(6)[:5]))
