"""One recurrence that covers Mamba-2, RWKV-6 and RWKV-7, token by token and in chunks.

    S_t = (diag(exp g_t) - (a_t * r_t) r_t^T) S_{t-1} + k_t v_t^T;   o_t = S_t^T q_t

RWKV-7 erases with the second term: what the old state holds under a removal key r, at a rate a per channel; the others
do without. Reference for the rule: RWKV-7 (arXiv:2503.14456) and DPLR in flash-linear-attention.
"""

import torch

from .recurrence import (
    causal_mask,
    delta_scan,
    document_masks,
    from_chunks,
    inverse_unit_lower,
    state_dtype,
    to_chunks,
    zeros_state,
)


# With 16 tokens a chunk, the factors around its middle reach exp(8 * 10): within float32.
STRONGEST_DECAY = 10.0
CHUNK = 16


def recurrent_general(q, k, v, g, erase=None, initial_state=None, seq_idx=None, read_before=False):
    """The definition: one step per token.

    Args:
        q, k: `[B, T, H, K]`.
        v: `[B, T, H, V]`.
        g: `[B, T, H, K]`, or `[B, T, H, 1]` for one a head: log decay in [-STRONGEST_DECAY, 0], float32.
        erase: None, or (r, a), each `[B, T, H, K]`: removal key of norm at most 1, and rates in [0, 1].
        initial_state: `[B, H, K, V]` float32, zeros when None.
        seq_idx: `[B, T]` document of each token; the state is reset where it changes.
        read_before: whether o_t reads S_{t-1} in place of S_t.

    Returns:
        output `[B, T, H, V]` in v's dtype and the final state `[B, H, K, V]` in float32 (float64 for float64 input).
    """
    dtype = v.dtype
    q, k, v, g = (x.to(state_dtype(dtype)) for x in (q, k, v, g))
    state = zeros_state(q, v) if initial_state is None else initial_state.to(v.dtype)
    outputs = []
    for t in range(q.shape[1]):
        if seq_idx is not None and t > 0:
            state = state * (seq_idx[:, t] == seq_idx[:, t - 1]).to(state.dtype)[:, None, None, None]
        before = state
        state = g[:, t].exp()[..., None] * before + k[:, t][..., None] * v[:, t][..., None, :]
        if erase is not None:
            r, a = (x[:, t].to(state.dtype)[..., None] for x in erase)
            state = state - a * r * (r * before).sum(-2, keepdim=True)
        outputs.append((q[:, t][..., None] * (before if read_before else state)).sum(-2))
    return torch.stack(outputs, 1).to(dtype), state


def chunked_general(q, k, v, g, erase=None, initial_state=None, seq_idx=None, read_before=False):
    """The same result through matrix products over chunks of tokens. Arguments and results as above.

    What r reads in a chunk solves a unit lower-triangular system, as in `chunked_gated_delta`. Its solution U and the
    values V are then written alike: the keys of a chunk are -a * r and k together.
    """
    with torch.autocast(q.device.type, enabled=False):
        return _chunked_general(q, k, v, g, erase, initial_state, seq_idx, read_before)


def _chunked_general(q, k, v, g, erase, initial_state, seq_idx, read_before):
    dtype, length = v.dtype, q.shape[1]
    q, k, v, g = (x.to(state_dtype(dtype)) for x in (q, k, v, g))
    state = zeros_state(q, v) if initial_state is None else initial_state.to(v.dtype)
    size = min(CHUNK, length)
    q, k, v, g = (to_chunks(x, size) for x in (q, k, v, g))  # [B, H, N, C, .]

    total = g.cumsum(-2)
    last = total[..., -1:, :]
    centred = total - last * 0.5
    # An exponential of its own and not 1 / grow: the gradient of a division squares it, and overflows.
    grow, grow_before, shrink = centred.exp(), (centred - g).exp(), (-centred).exp()
    from_start = (last * 0.5).exp()
    to_end, carried = from_start, last.exp().mT.expand(*k.shape[:3], k.shape[-1], 1)
    inside = causal_mask(size, q.device)
    earlier = inside.tril(-1)
    if seq_idx is not None:
        same, since_start, until_end = document_masks(seq_idx, size, q.dtype)
        inside, earlier = inside & same, earlier & same
        from_start, to_end = from_start * since_start, to_end * until_end
        carried = carried * since_start[..., -1:, :]
    queries, visible = (q * grow_before, earlier) if read_before else (q * grow, inside)

    # `where` and not a product: the entries above the diagonal may be huge, and 0 * inf is NaN.
    def products(left, right, mask):
        return torch.where(mask, left @ right.mT, 0.0)

    keys = k * shrink
    values, removal = v, torch.zeros_like(k)
    if erase is not None:
        r, a = (to_chunks(x.to(q.dtype), size) for x in erase)
        readers, erasers = r * grow_before, -a * r * shrink
        inverse = inverse_unit_lower(-products(readers, erasers, earlier))
        read = inverse @ (products(readers, keys, earlier) @ v)
        values = torch.cat([read, values], -2)
        removal = torch.cat([-(inverse @ (readers * from_start)), removal], -2)
        weights = torch.cat([products(queries, erasers, visible), products(queries, keys, visible)], -1)
        keys = torch.cat([erasers * to_end, keys * to_end], -2)
    else:
        weights = products(queries, keys, visible)
        keys = keys * to_end
    updates, before, state = delta_scan(carried, removal, keys.mT, values, state)
    out = (queries * from_start) @ before + weights @ updates
    return from_chunks(out, length).to(dtype), state


def general_recurrence(config, *arguments, **options):
    """The form that `config.recurrence` asks for; "auto" and "fused" take the chunked one for more than one token."""
    one_by_one = config.recurrence == "recurrent" or arguments[0].shape[1] == 1
    return (recurrent_general if one_by_one else chunked_general)(*arguments, **options)
