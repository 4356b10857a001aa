"""The gated delta rule with per-channel decay in three forms: token by token, in chunks, and fused on CUDA.

One head holds a state S in R^{K x V}. Each token decays it, then moves what it stores under the key k towards v:

    S_t = diag(exp g_t) S_{t-1};   S_t += b_t k_t (v_t - S_t^T k_t)^T;   o_t = S_t^T q_t

All forms have one signature and agree with each other in outputs and gradients. Reference for the recurrence:
Gated DeltaNet (arXiv:2412.06464) and Kimi Delta Attention (arXiv:2510.26692).
"""

import functools
import importlib

import torch
from torch.nn import functional as F


def recurrent_gated_delta(q, k, v, g, beta, initial_state=None, seq_idx=None, chunk_size=None):
    """The definition: one step per token. O(T) sequential steps, O(1) memory beyond the outputs.

    Args:
        q, k: `[B, T, H, K]`; k of norm at most 1 (each is L2-normalised by the caller).
        v: `[B, T, H, V]`.
        g: `[B, T, H, K]` log decay, at most 0, float32.
        beta: `[B, T, H]` update rate in (0, 2).
        initial_state: `[B, H, K, V]` float32, zeros when None.
        seq_idx: `[B, T]` index of the document that each token belongs to; the state is reset where it changes.
            The first document of a row continues `initial_state`.
        chunk_size: not used here; part of the common signature.

    Returns:
        output `[B, T, H, V]` in v's dtype and the final state `[B, H, K, V]` in float32 (float64 for float64 input).

    Raises:
        ValueError: a shape that does not fit q's, named with the one expected.
    """
    check_shapes(q, k, v, g, beta, initial_state, seq_idx)
    dtype = v.dtype
    q, k, v, g, beta = (x.to(state_dtype(dtype)) for x in (q, k, v, g, beta))
    state = zeros_state(q, v) if initial_state is None else initial_state.to(v.dtype)
    outputs = []
    for t in range(q.shape[1]):
        if seq_idx is not None and t > 0:
            state = state * (seq_idx[:, t] == seq_idx[:, t - 1]).to(state.dtype)[:, None, None, None]
        state = state * g[:, t].exp()[..., None]
        stored = (k[:, t][..., None] * state).sum(-2)
        update = beta[:, t][..., None] * (v[:, t] - stored)
        state = state + k[:, t][..., None] * update[..., None, :]
        outputs.append((q[:, t][..., None] * state).sum(-2))
    return torch.stack(outputs, 1).to(dtype), state


def chunked_gated_delta(q, k, v, g, beta, initial_state=None, seq_idx=None, chunk_size=32):
    """The same result through matrix products over chunks of tokens. Arguments, results and errors as above.

    With G the running sum of g inside a chunk and S the state before it, the updates u_t that the loop would write
    solve a unit lower-triangular system (the WY form of Yang et al., arXiv:2406.06484):

        (I + diag(b) tril(K+ K-^T, -1)) U = diag(b) (V - K+ S),   K+ = k exp(G),  K- = k exp(-G)
        O = Q+ S + tril(Q+ K-^T) U,   S' = diag(exp G_C) S + (k exp(G_C - G))^T U

    Only the pass of S from chunk to chunk is sequential (`delta_scan`); all else is batched over chunks.
    exp(G) and exp(-G) are taken around the middle of the chunk; the decay floor of the model keeps both in range.
    """
    check_shapes(q, k, v, g, beta, initial_state, seq_idx)
    # Autocast would take these products to half precision, and exp(G) out of the range of float16.
    with torch.autocast(q.device.type, enabled=False):
        return _chunked_gated_delta(q, k, v, g, beta, initial_state, seq_idx, chunk_size)


def _chunked_gated_delta(q, k, v, g, beta, initial_state, seq_idx, chunk_size):
    dtype = v.dtype
    q, k, v, g, beta = (x.to(state_dtype(dtype)) for x in (q, k, v, g, beta))
    state = zeros_state(q, v) if initial_state is None else initial_state.to(v.dtype)
    length = q.shape[1]
    size = min(chunk_size, length)
    q, k, v, g, beta = (to_chunks(x, size) for x in (q, k, v, g, beta.unsqueeze(-1)))  # [B, H, N, C, .]

    total = g.cumsum(-2)
    last = total[..., -1:, :]
    middle = last * 0.5
    grow = (total - middle).exp()
    keys_in, queries_in = k * grow, q * grow
    keys_out = k / grow
    from_start, to_end = middle.exp(), (last - middle).exp()
    carried = last.exp()
    inside = causal_mask(size, q.device)
    if seq_idx is not None:
        same, since_start, until_end = document_masks(seq_idx, size, q.dtype)
        inside = inside & same
        from_start, to_end = from_start * since_start, to_end * until_end
        carried = carried * since_start[..., -1:, :]
    # `where` and not a product: the entries above the diagonal may be huge, and 0 * inf is NaN.
    system = torch.where(inside.tril(-1), keys_in @ keys_out.mT, 0.0) * beta
    weights = torch.where(inside, queries_in @ keys_out.mT, 0.0)
    inverse = inverse_unit_lower(system)
    removal = inverse @ (beta * keys_in * from_start)
    updates, before, state = delta_scan(carried.mT, removal, (keys_out * to_end).mT, inverse @ (beta * v), state)
    out = (queries_in * from_start) @ before + weights @ updates
    return from_chunks(out, length).to(dtype), state


def fused_gated_delta(q, k, v, g, beta, initial_state=None, seq_idx=None, chunk_size=None):
    """The same result by the Triton kernels of fla (`pip install fla-core`), on CUDA. Arguments as above.

    The kernels take packed documents as one long row, so rows are laid end to end when there are any.

    Raises:
        RuntimeError: fla is not installed, or the tensors are not on CUDA.
    """
    check_shapes(q, k, v, g, beta, initial_state, seq_idx)
    kernel = fla_kernel()
    if kernel is None or q.device.type != "cuda":
        raise RuntimeError(
            f"recurrence='fused' needs CUDA tensors and the package fla-core; the tensors are on '{q.device.type}', "
            f"fla is {'missing' if kernel is None else 'installed'}. recurrence='auto' picks what is available"
        )
    return run_fused(kernel, q, k, v, g, beta, initial_state, seq_idx)


def run_fused(kernel, q, k, v, g, beta, initial_state, seq_idx):
    """Calls `kernel`, which has the signature of `fla.ops.kda.chunk_kda`, with our arguments."""
    dtype, (rows, length) = v.dtype, q.shape[:2]
    compute = torch.get_autocast_dtype(q.device.type) if torch.is_autocast_enabled(q.device.type) else dtype
    state = zeros_state(q, v).float() if initial_state is None else initial_state.float()
    offsets = None
    if seq_idx is not None:
        starts = torch.ones_like(seq_idx, dtype=torch.bool)
        starts[:, 1:] = seq_idx[:, 1:] != seq_idx[:, :-1]
        offsets = F.pad(starts.flatten().nonzero().flatten(), (0, 1), value=rows * length)
        q, k, v, g, beta = (x.flatten(0, 1).unsqueeze(0) for x in (q, k, v, g, beta))
        # A row's first document continues its state, all others begin with zeros.
        of_row = starts.flatten().cumsum(0).view(rows, length) - 1
        state = state.new_zeros(len(offsets) - 1, *state.shape[1:]).index_copy(0, of_row[:, 0], state)
    out, state = kernel(
        *(x.to(compute) for x in (q, k, v)),
        g.float(),
        beta.to(compute),
        scale=1.0,
        initial_state=state,
        output_final_state=True,
        cu_seqlens=offsets,
        safe_gate=True,
    )
    if seq_idx is not None:
        out, state = out.view(rows, length, *out.shape[2:]), state[of_row[:, -1]]
    return out.to(dtype), state


FORMS = {"recurrent": recurrent_gated_delta, "chunked": chunked_gated_delta, "fused": fused_gated_delta}


def select_form(name: str, device_type: str, length: int):
    """The form to run: `name` itself, or with "auto" the fastest that can run there. The only place that chooses."""
    if name == "auto":
        if length == 1:
            name = "recurrent"
        else:
            name = "fused" if device_type == "cuda" and fla_kernel() is not None else "chunked"
    return FORMS[name]


@functools.cache
def fla_kernel():
    """fla's chunked kernel for this recurrence (it calls it KDA), or None where fla cannot be imported."""
    try:
        return importlib.import_module("fla.ops.kda").chunk_kda
    except (ImportError, RuntimeError):
        return None


def delta_scan(carried, removal, writes, values, initial):
    """Carries the state over chunks: U_n = V_n - R_n S_n,  S_{n+1} = c_n * S_n + W_n U_n, for n = 0 .. N-1.

    A custom operator, so that `torch.compile` neither unrolls the loop nor compiles anew for another length. What does
    not depend on the order of chunks is left to the caller and to one batched product in the backward pass.

    Args:
        carried: c `[B, H, N, K, 1]`, what a chunk leaves of each row of the state.
        removal: R `[B, H, N, C, K]`.
        writes: W `[B, H, N, K, C]`.
        values: V `[B, H, N, C, V]`.
        initial: S_0 `[B, H, K, V]`.

    Returns:
        the updates U `[B, H, N, C, V]`, the states S_0 .. S_{N-1} `[B, H, N, K, V]` and the final S_N `[B, H, K, V]`.
    """
    return torch.ops.odin.delta_scan(carried, removal, writes, values, initial)


def _by_chunk(x):
    """`[B, H, N, ., .]` to N batches of matrices `[B * H, ., .]`."""
    return x.flatten(0, 1).unbind(1)


def _delta_scan(
    carried: torch.Tensor, removal: torch.Tensor, writes: torch.Tensor, values: torch.Tensor, initial: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    state = initial.flatten(0, 1)
    updates, before = [], []
    for carry, remove, write, value in zip(*map(_by_chunk, (carried, removal, writes, values)), strict=True):
        before.append(state)
        updates.append(torch.baddbmm(value, remove, state, alpha=-1))
        state = torch.baddbmm(carry * state, write, updates[-1])
    return _stack(updates, initial), _stack(before, initial), state.view_as(initial)


def _stack(matrices, like):
    """The inverse of `_by_chunk`."""
    return torch.stack(matrices, 1).unflatten(0, like.shape[:2])


def _delta_scan_gradient(
    carried: torch.Tensor,
    removal: torch.Tensor,
    writes: torch.Tensor,
    d_updates: torch.Tensor,
    d_before: torch.Tensor,
    d_final: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The scan backwards. Given the gradients that U_n, S_n and S_N get from outside, returns the whole gradients of
    U_n, of S_{n+1} and of S_0."""
    d_state = d_final.flatten(0, 1)
    whole_updates, d_after = [], []
    steps = zip(*map(_by_chunk, (carried, removal.mT, writes.mT, d_updates, d_before)), strict=True)
    for carry, remove, write, d_update, d_outside in reversed(list(steps)):
        d_after.append(d_state)
        whole_updates.append(torch.baddbmm(d_update, write, d_state))
        d_state = torch.baddbmm(d_outside.addcmul(carry, d_state), remove, whole_updates[-1], alpha=-1)
    return _stack(whole_updates[::-1], d_final), _stack(d_after[::-1], d_final), d_state.view_as(d_final)


def _delta_scan_setup(ctx, inputs, output):
    ctx.save_for_backward(*inputs[:3], *output[:2])


def _delta_scan_backward(ctx, d_updates, d_before, d_final):
    carried, removal, writes, updates, before = ctx.saved_tensors
    d_updates, d_after, d_initial = torch.ops.odin.delta_scan_gradient(
        carried, removal, writes, d_updates, d_before, d_final
    )
    d_carried = (d_after * before).sum(-1, keepdim=True)
    return d_carried, -(d_updates @ before.mT), d_after @ updates.mT, d_updates, d_initial


# This file may be imported more than once in a process: from the repository, and from a released folder.
if not hasattr(torch.ops.odin, "delta_scan"):
    _forward = torch.library.custom_op("odin::delta_scan", _delta_scan, mutates_args=())
    _gradient = torch.library.custom_op("odin::delta_scan_gradient", _delta_scan_gradient, mutates_args=())

    @_forward.register_fake
    def _(carried, removal, writes, values, initial):
        states = initial.new_empty(*values.shape[:3], *initial.shape[2:])
        return values.new_empty(values.shape), states, initial.new_empty(initial.shape)

    @_gradient.register_fake
    def _(carried, removal, writes, d_updates, d_before, d_final):
        return (
            d_updates.new_empty(d_updates.shape),
            d_before.new_empty(d_before.shape),
            d_final.new_empty(d_final.shape),
        )

    _forward.register_autograd(_delta_scan_backward, setup_context=_delta_scan_setup)


def check_shapes(q, k, v, g, beta, initial_state=None, seq_idx=None):
    """Raises ValueError for an argument whose shape does not fit those of q `[B, T, H, K]` and v `[B, T, H, V]`."""
    if q.ndim != 4 or q.shape[1] == 0:
        raise ValueError(f"q must have the shape [B, T, H, K] with at least one token, got {list(q.shape)}")
    expected = {
        "k": (k, q.shape),
        "v": (v, (*q.shape[:3], v.shape[-1])),
        "g": (g, q.shape),
        "beta": (beta, q.shape[:3]),
        "initial_state": (initial_state, (q.shape[0], *q.shape[2:], v.shape[-1])),
        "seq_idx": (seq_idx, q.shape[:2]),
    }
    for name, (value, shape) in expected.items():
        if value is not None and value.shape != shape:
            raise ValueError(f"{name} must have the shape {list(shape)} to fit q, got {list(value.shape)}")


def state_dtype(dtype):
    """The state's precision: float32, however low that of the model (float64 where all is float64)."""
    return torch.float64 if dtype == torch.float64 else torch.float32


def zeros_state(q, v):
    """A state `[B, H, K, V]` that has seen nothing."""
    return q.new_zeros(q.shape[0], q.shape[2], q.shape[3], v.shape[3])


def to_chunks(x, size: int):
    """`[B, T, H, D]` to `[B, H, N, C, D]`. Padding with zeros neither decays (g = 0) nor writes (beta = 0)."""
    pad = -x.shape[1] % size
    if pad:
        x = F.pad(x, (0, 0, 0, 0, 0, pad))
    return x.transpose(1, 2).unflatten(2, (-1, size))


def from_chunks(x, length: int):
    """`[B, H, N, C, D]` back to `[B, T, H, D]`, without the padding."""
    return x.flatten(2, 3)[:, :, :length].transpose(1, 2)


def inverse_unit_lower(strict):
    """(I + strict)^-1 for strictly lower-triangular `[..., C, C]`.

    Forward substitution: a Neumann series would explode where keys repeat.
    """
    eye = torch.eye(strict.shape[-1], dtype=strict.dtype, device=strict.device)
    return torch.linalg.solve_triangular(strict + eye, eye, upper=False, unitriangular=True)


def causal_mask(size: int, device):
    """`[C, C]`, True where the column is not later than the row."""
    steps = torch.arange(size, device=device)
    return steps[:, None] >= steps[None, :]


def document_masks(seq_idx, size: int, dtype):
    """How documents cut the chunks: which pairs `[B, 1, N, C, C]` share one (bool), and for each token
    `[B, 1, N, C, 1]` whether its document began before the chunk, and whether it lasts until its end (0 or 1)."""
    batch, length = seq_idx.shape
    pad = -length % size
    idx = torch.cat([seq_idx, seq_idx[:, -1:].expand(-1, pad)], 1).view(batch, 1, -1, size)
    before = torch.cat([idx[:, :, :1, :1], idx[:, :, :-1, -1:]], 2)
    same = idx[..., :, None] == idx[..., None, :]
    return same, (idx == before).to(dtype)[..., None], (idx == idx[..., -1:]).to(dtype)[..., None]
