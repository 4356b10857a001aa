"""Operations of the training graph, with their derivatives written by hand: few nodes, and none without a converter.

What autograd writes for them is right but long: masks as products, sums over broadcasts, slices and pads. Forward and
backward here are the model's (`modeling_odin`) in the operators that onnxruntime is quick at. Shapes: B batch, T
tokens, R = B * T rows, C channels, K = V head_dim, H heads, N chunks of Q tokens.
"""

import torch


class RMSNorm(torch.autograd.Function):
    """`OdinRMSNorm`: x `[..., C]` / rms(x) * weight `[C]`. Also gives, for its backward, x / rms(x) and 1 / rms(x)."""

    @staticmethod
    def forward(x, weight, eps):
        scale = torch.rsqrt((x * x).mean(-1, keepdim=True) + eps)
        normed = x * scale
        return normed * weight, normed, scale

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(inputs[1], *output[1:])

    @staticmethod
    def backward(ctx, d_out, *_):
        weight, normed, scale = ctx.saved_tensors
        d_normed = d_out * weight
        d_x = (d_normed - normed * (d_normed * normed).mean(-1, keepdim=True)) * scale
        return d_x, (d_out * normed).flatten(0, -2).sum(0), None


class L2Norm(torch.autograd.Function):
    """`l2_normalize` over the last dimension."""

    @staticmethod
    def forward(x, eps):
        scale = torch.rsqrt((x * x).sum(-1, keepdim=True) + eps)
        return x * scale, scale

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*output)

    @staticmethod
    def backward(ctx, d_out, _):
        normed, scale = ctx.saved_tensors
        return (d_out - normed * (d_out * normed).sum(-1, keepdim=True)) * scale, None


class ShortConv(torch.autograd.Function):
    """`OdinShortConv` with its SiLU: x `[R, C]`, weight `[k, C]`.

    earlier, later: `[k-1, R]` indices of the rows 1 to k-1 tokens before and after, plus one; 0 where that is another
    document or none. A row of zeros in front makes the mask a part of the gathering.
    """

    @staticmethod
    def forward(x, weight, earlier, later):
        padded = torch.cat([x.new_zeros(1, x.shape[1]), x])
        out = x * weight[-1]
        for back, index in enumerate(earlier.unbind(0), start=1):
            out = out + padded.index_select(0, index) * weight[-1 - back]
        gate = torch.sigmoid(out)
        return out * gate, gate

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs, *output)

    @staticmethod
    def backward(ctx, d_out, _):
        x, weight, _, later, out, gate = ctx.saved_tensors
        d = d_out * (gate + out * (1 - gate))
        padded = torch.cat([d.new_zeros(1, d.shape[1]), d])
        d_x, d_weight = d * weight[-1], [(d * x).sum(0)]
        for ahead, index in enumerate(later.unbind(0), start=1):
            reached = padded.index_select(0, index)
            d_x = d_x + reached * weight[-1 - ahead]
            d_weight.append((reached * x).sum(0))
        return d_x, torch.stack(d_weight[::-1]), None, None


class SquaredReLU(torch.autograd.Function):
    """`squared_relu`, without a comparison in its backward."""

    @staticmethod
    def forward(x):
        positive = x.clamp(min=0)
        return positive * positive, positive

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(output[1])

    @staticmethod
    def backward(ctx, d_out, _):
        (positive,) = ctx.saved_tensors
        return d_out * (positive + positive)


class FrozenLinear(torch.autograd.Function):
    """x `[R, in]` times a matrix `[out, in]` that is not trained.

    It comes twice, so that a graph need not keep it in memory between forward and backward.
    """

    @staticmethod
    def forward(x, weight, weight_backward):
        return x @ weight.mT

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(inputs[2])

    @staticmethod
    def backward(ctx, d_out):
        return d_out @ ctx.saved_tensors[0], None, None


def neighbours(seq_idx, taps: int):
    """The indices that `ShortConv` takes, from the document `[B, T]` of each token."""
    batch, length = seq_idx.shape
    rows = torch.arange(1, batch * length + 1).view(batch, length)
    earlier, later = [], []
    for distance in range(1, taps):
        same = (seq_idx[:, distance:] == seq_idx[:, :-distance]).long()
        nothing = torch.zeros(batch, distance, dtype=torch.long)
        earlier.append(torch.cat([nothing, rows[:, :-distance] * same], 1).view(1, -1))
        later.append(torch.cat([rows[:, distance:] * same, nothing], 1).view(1, -1))
    return torch.cat(earlier), torch.cat(later)
