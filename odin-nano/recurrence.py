"""The gated delta rule with per-channel decay, as a loop over tokens and in chunks.

One head holds a state S in R^{K x V}. Each token decays it, then moves what it stores under the key k towards v:

    S_t = diag(exp g_t) S_{t-1};   S_t += b_t k_t (v_t - S_t^T k_t)^T;   o_t = S_t^T q_t

Both forms have one signature and agree with each other in outputs and gradients. Reference for the recurrence:
Gated DeltaNet (arXiv:2412.06464) and Kimi Delta Attention (arXiv:2510.26692).
"""

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
    """
    dtype = v.dtype
    q, k, v, g, beta = (x.to(_state_dtype(dtype)) for x in (q, k, v, g, beta))
    state = _zeros_state(q, v) if initial_state is None else initial_state.to(v.dtype)
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
    """The same result through matrix products over chunks of tokens. Arguments and results as above.

    With G the running sum of g inside a chunk and S the state before it, the updates u_t that the loop would write
    solve a unit lower-triangular system (the WY form of Yang et al., arXiv:2406.06484):

        (I + diag(b) tril(K+ K-^T, -1)) U = diag(b) (V - K+ S),   K+ = k exp(G),  K- = k exp(-G)
        O = Q+ S + tril(Q+ K-^T) U,   S' = diag(exp G_C) S + (k exp(G_C - G))^T U

    exp(G) and exp(-G) are taken around the middle of the chunk; the decay floor of the model keeps both in range.
    """
    dtype = v.dtype
    q, k, v, g, beta = (x.to(_state_dtype(dtype)) for x in (q, k, v, g, beta))
    batch, length, heads, key_dim = q.shape
    state = _zeros_state(q, v) if initial_state is None else initial_state.to(v.dtype)
    size = min(chunk_size, length)
    pad = -length % size
    q, k, v, g, beta = (_to_chunks(x, size, pad) for x in (q, k, v, g, beta.unsqueeze(-1)))  # [B, H, N, C, .]

    total = g.cumsum(-2)
    last = total[..., -1:, :]
    middle = last * 0.5
    grow = (total - middle).exp()
    keys_in, queries_in = k * grow, q * grow
    keys_out = k / grow
    from_start, to_end = middle.exp(), (last - middle).exp()

    steps = torch.arange(size, device=q.device)
    inside = steps[:, None] >= steps[None, :]
    keep_state = None
    if seq_idx is not None:
        idx = torch.cat([seq_idx, seq_idx[:, -1:].expand(-1, pad)], 1).view(batch, 1, -1, size)
        inside = inside & (idx[..., :, None] == idx[..., None, :])
        before = torch.cat([idx[:, :, :1, :1], idx[:, :, :-1, -1:]], 2)
        keep_state = (idx == before).to(q.dtype)[..., None]  # [B, 1, N, C, 1]: no reset since the chunk began
        to_end = to_end * (idx == idx[..., -1:]).to(q.dtype)[..., None]
    strictly = inside & (steps[:, None] > steps[None, :])
    # `where` and not a product: the entries above the diagonal may be huge, and 0 * inf is NaN.
    system = torch.where(strictly, keys_in @ keys_out.mT, 0.0) * beta
    weights = torch.where(inside, queries_in @ keys_out.mT, 0.0)
    inverse = _inverse_unit_lower(system)
    read_keys, read_queries = keys_in * from_start, queries_in * from_start
    write_keys = keys_out * to_end
    carried = last.exp()
    if keep_state is not None:
        read_keys, read_queries = read_keys * keep_state, read_queries * keep_state
        carried = carried * keep_state[..., -1:, :]
    values = inverse @ (beta * v)
    removal = inverse @ (beta * read_keys)
    carried = carried.mT  # [B, H, N, K, 1]

    outputs = []
    # Unbound once: indexing inside the loop would make the backward pass fill a whole tensor of zeros per chunk.
    chunks = (x.unbind(2) for x in (values, removal, read_queries, weights, carried, write_keys.mT))
    for value, remove, read, weight, carry, write in zip(*chunks, strict=True):
        update = value - remove @ state
        outputs.append(read @ state + weight @ update)
        state = carry * state + write @ update
    out = torch.stack(outputs, 2).flatten(2, 3)[:, :, :length]
    return out.transpose(1, 2).to(dtype), state


FORMS = {"recurrent": recurrent_gated_delta, "chunked": chunked_gated_delta}


def _state_dtype(dtype):
    return torch.float64 if dtype == torch.float64 else torch.float32


def _zeros_state(q, v):
    return q.new_zeros(q.shape[0], q.shape[2], q.shape[3], v.shape[3])


def _to_chunks(x, size, pad):
    """`[B, T, H, D]` to `[B, H, N, C, D]`. Padding with zeros neither decays (g = 0) nor writes (beta = 0)."""
    if pad:
        x = F.pad(x, (0, 0, 0, 0, 0, pad))
    return x.transpose(1, 2).unflatten(2, (-1, size))


def _inverse_unit_lower(strict):
    """(I + strict)^-1 for strictly lower-triangular `[..., C, C]`.

    Forward substitution: a Neumann series would explode where keys repeat.
    """
    eye = torch.eye(strict.shape[-1], dtype=strict.dtype, device=strict.device)
    return torch.linalg.solve_triangular(strict + eye, eye, upper=False, unitriangular=True)
