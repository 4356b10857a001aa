"""The gated delta rule of the training graph: the model's chunked form, with its derivative written by hand.

Shapes: G = N * B * H chunks, those of one place in the rows together and the first in front; Q tokens of a chunk,
K = V head_dim.
"""

import torch
from torch import bmm


class GatedDelta(torch.autograd.Function):
    """`recurrence.chunked_gated_delta` from a state of zeros.

    Every term of the docstring there has a name here: keys_in is K+, keys_out K-, `inverse` that of the triangular
    system. The running sum of g begins anew with a document, which changes nothing that a token may see. A derivative
    by a logarithm is the one by the value times the value, so no exponential has one of its own.

    Args:
        q, k, v, g: `[G, Q, K]`.
        beta: `[G, Q, 1]`.
        masks: of `Masks`.
    """

    @staticmethod
    def forward(q, k, v, g, beta, masks):
        total = bmm(masks.inside, g)
        middle = total[:, -1:] * 0.5
        centred = total - middle
        grow, shrink, half = centred.exp(), (-centred).exp(), middle.exp()
        keys_in, queries_in, keys_out = k * grow, q * grow, k * shrink
        from_start, to_end = half * masks.since_start, half * masks.until_end
        carried = (half * half * masks.since_start[:, -1:]).mT
        keys_before, queries_before, keys_after = keys_in * from_start, queries_in * from_start, keys_out * to_end
        similar = bmm(keys_in, keys_out.mT) * masks.strict
        weights = bmm(queries_in, keys_out.mT) * masks.inside
        inverse = inverse_unit_lower(similar * beta, masks)
        solve = inverse * beta.mT
        removal = bmm(solve, keys_before)
        updates, before = delta_scan(carried, removal, keys_after, bmm(solve, v), masks.chunks)
        out = bmm(queries_before, before) + bmm(weights, updates)
        return (
            out,
            *(grow, shrink, from_start, to_end, carried),
            *(keys_in, queries_in, keys_out, keys_before, queries_before, keys_after),
            *(similar, weights, inverse, solve, removal, updates, before),
        )

    @staticmethod
    def setup_context(ctx, inputs, output):
        _, _, v, _, beta, masks = inputs
        ctx.masks = masks
        ctx.save_for_backward(v, beta, *output[1:])

    @staticmethod
    def backward(ctx, d_out, *_):
        v, beta, grow, shrink, from_start, to_end, carried, *saved = ctx.saved_tensors
        keys_in, queries_in, keys_out, keys_before, queries_before, keys_after, *saved = saved
        similar, weights, inverse, solve, removal, updates, before = saved
        masks = ctx.masks

        d_queries_before = bmm(d_out, before.mT)
        d_weights = bmm(d_out, updates.mT) * masks.inside
        d_updates, d_after = delta_scan_backward(
            carried, removal, keys_after, bmm(weights.mT, d_out), bmm(queries_before.mT, d_out), masks.chunks
        )
        d_carried = (d_after * before).sum(-1, keepdim=True)
        d_removal = -bmm(d_updates, before.mT)
        d_keys_after = bmm(updates, d_after.mT)

        d_keys_before, d_v = bmm(solve.mT, d_removal), bmm(solve.mT, d_updates)
        d_solve = bmm(d_removal, keys_before.mT) + bmm(d_updates, v.mT)
        d_system = -bmm(bmm(inverse.mT, d_solve * beta.mT), inverse.mT)
        d_beta = (d_solve * inverse).sum(-2, keepdim=True).mT + (d_system * similar).sum(-1, keepdim=True)
        d_similar = d_system * beta * masks.strict

        d_keys_in, d_queries_in = bmm(d_similar, keys_out), bmm(d_weights, keys_out)
        d_keys_out = bmm(d_similar.mT, keys_in) + bmm(d_weights.mT, queries_in)
        within = d_keys_in * keys_in + d_queries_in * queries_in - d_keys_out * keys_out
        since = d_keys_before * keys_before + d_queries_before * queries_before
        until = d_keys_after * keys_after
        d_middle = (until + until - within).sum(-2, keepdim=True) + 2 * (d_carried * carried).mT
        d_g = bmm(masks.inside.mT, within + since - until) + 0.5 * d_middle * masks.until_end
        d_q = (d_queries_in + d_queries_before * from_start) * grow
        d_k = (d_keys_in + d_keys_before * from_start) * grow + (d_keys_out + d_keys_after * to_end) * shrink
        return d_q, d_k, d_v, d_g, d_beta, None


class Masks:
    """Which tokens of a chunk see which, as numbers, for all chunks of all heads at once.

    Attributes:
        inside, strict: `[G, Q, Q]`, 1 where the column is of the row's document and not later; and where earlier.
        since_start, until_end: `[G, Q, 1]`, whether the document began before the chunk, and lasts until its end.
        eye, between: of `inverse_unit_lower`.
        chunks: N.
    """

    def __init__(self, seq_idx, heads: int, size: int, dtype):
        index = torch.arange(size)
        self.eye = torch.eye(size, dtype=dtype)
        together = [(index[:, None] // 2**i == index // 2**i).to(dtype) for i in range(size.bit_length())]
        self.between = [whole - halves for halves, whole in zip(together, together[1:], strict=False)]
        batch, length = seq_idx.shape
        self.chunks = length // size
        documents = seq_idx.view(batch, self.chunks, size).transpose(0, 1)
        before = torch.cat([documents[:1, :, :1], documents[:-1, :, -1:]])
        causal = (index[:, None] >= index).to(dtype)
        same = (documents[..., :, None] == documents[..., None, :]).to(dtype) * causal

        def of_heads(mask):
            return mask.unsqueeze(2).expand(-1, -1, heads, -1, -1).reshape(-1, *mask.shape[2:])

        self.inside = of_heads(same)
        self.strict = of_heads(same - self.eye)
        self.since_start = of_heads((documents == before).to(dtype)[..., None])
        self.until_end = of_heads((documents == documents[..., -1:]).to(dtype)[..., None])


def inverse_unit_lower(a, masks):
    """(I + a)^-1 of strictly lower-triangular a `[G, Q, Q]`, Q a power of two.

    By blocks: with M the inverse of the blocks of half the size on the diagonal and X what stands between two of them,
    that of the whole is M - M X M. Every step is as exact as its products, which a Neumann series would not be where
    keys repeat.
    """
    first, *others = masks.between
    inverse = masks.eye - a * first
    for mask in others:
        inverse = inverse - bmm(bmm(inverse, a * mask), inverse)
    return inverse


def delta_scan(carried, removal, keys, values, chunks: int):
    """`recurrence.delta_scan`: carried `[G, K, 1]`, removal and keys (its writes, transposed) `[G, Q, K]`, values
    `[G, Q, V]`.

    Returns:
        the updates like values, and the states before each chunk `[G, K, V]`.
    """
    updates, before, state = [], [], None
    for carry, remove, key, value in by_chunk(chunks, carried, removal, keys, values):
        # The first state is zero. As a product it is no large constant of the graph.
        before.append(bmm(key.mT, value) * 0 if state is None else state)
        updates.append(value if state is None else value - bmm(remove, state))
        written = bmm(key.mT, updates[-1])
        state = written if state is None else carry * state + written
    return torch.cat(updates), torch.cat(before)


def delta_scan_backward(carried, removal, keys, d_updates, d_before, chunks: int):
    """`recurrence._delta_scan_gradient`: the whole gradients of the updates and of the states after each chunk."""
    whole, d_after, d_state = [], [], None
    for carry, remove, key, d_update, d_outside in by_chunk(chunks, carried, removal, keys, d_updates, d_before)[::-1]:
        d_after.append(d_outside * 0 if d_state is None else d_state)
        whole.append(d_update if d_state is None else d_update + bmm(key, d_state))
        removed = bmm(remove.mT, whole[-1])
        d_state = d_outside - removed if d_state is None else d_outside + carry * d_state - removed
    return torch.cat(whole[::-1]), torch.cat(d_after[::-1])


def by_chunk(chunks: int, *tensors):
    """The parts of each place in the rows, in order."""
    return list(zip(*(x.split(len(x) // chunks) for x in tensors), strict=True))
