"""ODIN's layers in few operators, as the tracer is to see them: norms, convolution and recurrence are one node each.

A decode step of a small model spends as long on launching nodes as on arithmetic, so what the graph computes is
arranged for few of them: q and k are normed together, and everything that is the sigmoid of a projection (decay, gate
and rate) goes through one product and one sigmoid. The values are the model's.
"""

import contextlib
import sys
import types

import torch
from torch.nn import functional as F

from .linear_attention import linear_attention_node, refuse_documents


# Of the model's `l2_normalize`.
L2_EPS = 1e-6


class RMSNormalization(torch.autograd.Function):
    """x / rms(x) * weight over the last dimension: ONNX's operator of that name, which is newer than the tracer.

    It is written in onnxruntime's domain, and `graph.simplify` puts it where it belongs.
    """

    @staticmethod
    def forward(ctx, x, weight, eps):
        return F.rms_norm(x, weight.shape, weight, eps)

    @staticmethod
    def symbolic(graph, x, weight, eps):
        result = graph.op("com.microsoft::RMSNormalization", x, weight, epsilon_f=eps, axis_i=-1)
        result.setType(x.type())
        return result


class CausalConvolution(torch.autograd.Function):
    """`OdinShortConv` with its SiLU: x `[B, T, C]`, state `[B, k-1, C]`, weight `[C, 1, k]`; new x and state."""

    @staticmethod
    def forward(ctx, x, state, weight):
        joined = torch.cat([state, x], 1).transpose(1, 2)
        out = F.silu(F.conv1d(joined, weight, groups=len(weight))).transpose(1, 2)
        return out, joined.transpose(1, 2)[:, x.shape[1] :]

    @staticmethod
    def symbolic(graph, x, state, weight):
        absent = graph.op("prim::Constant")
        absent.setType(torch._C.OptionalType.ofTensor())
        out, new = graph.op(
            "com.microsoft::CausalConvWithState",
            *(x, weight, absent, state),
            activation_s="silu",
            channels_last_i=1,
            outputs=2,
        )
        out.setType(x.type())
        new.setType(state.type())
        return out, new


class GatedDelta(torch.autograd.Function):
    """The recurrence with heads and channels in one dimension, as the operator has them.

    q, k, v, g `[B, T, H * K]`, beta `[B, T, H]`, state `[B, H, K, K]`; `form` takes them with heads apart.
    """

    @staticmethod
    def forward(ctx, q, k, v, g, beta, state, form, heads):
        output, state = form(*(x.unflatten(-1, (heads, -1)) for x in (q, k, v, g)), beta, state)
        return output.flatten(-2), state

    @staticmethod
    def symbolic(graph, q, k, v, g, beta, state, form, heads):
        output, new = linear_attention_node(graph, q, k, v, state, g, beta, heads)
        output.setType(v.type())
        new.setType(state.type())
        return output, new


class Heads(torch.autograd.Function):
    """`[B, T, ...]` to `[B, T, *dims]`, in one node for any B and T."""

    @staticmethod
    def forward(ctx, x, *dims):
        return x.reshape(*x.shape[:2], *dims)

    @staticmethod
    def symbolic(graph, x, *dims):
        # The tracer wants to see a -1 where there are zeros.
        return graph.op("Reshape", x, graph.op("Constant", value_t=torch.tensor([0, 0, *dims[:-1], -1])))


def norm(self, x):
    """`OdinRMSNorm.forward`."""
    return RMSNormalization.apply(x, self.weight, self.eps)


def convolution(self, x, state, mask=None, seq_idx=None):
    """`OdinShortConv.forward`. Padding needs no mask: what is zero before it is zero after it."""
    refuse_documents(seq_idx)
    return CausalConvolution.apply(x, state, self.weight.t().unsqueeze(1))


def time_mixing(layer, form):
    """`forward` of an `OdinTimeMixing` of the plain model, computing with a `form` of `recurrence.FORMS`."""
    projection, bias, factor, offset = merged_gates(layer)

    def forward(self, x, conv_state, recurrent_state, mask=None, seq_idx=None):
        config, width = self.config, self.config.hidden_size
        heads, head_dim = config.num_heads, config.head_dim
        qkv, decay, gate, beta = self.in_proj(x).split(self.splits, -1)
        qkv, conv_state = self.conv(qkv, conv_state, None, seq_idx)
        qk, v = qkv.split([2 * width, width], -1)
        # x / sqrt(sum(x^2) + eps) is a norm by the root of the mean with another eps and a constant weight.
        scale = torch.full((head_dim,), head_dim**-0.5)
        qk = RMSNormalization.apply(Heads.apply(qk, 2 * heads, head_dim), scale, L2_EPS / head_dim)
        q, k = Heads.apply(qk, 2 * width).split([width, width], -1)
        gates = torch.cat([torch.tanh(decay), gate, beta], -1) @ projection + bias
        gates = torch.sigmoid(gates) * factor + offset
        g, gate, beta = gates.split([width, width, heads], -1)
        out, recurrent_state = GatedDelta.apply(q, k, v, g, beta, recurrent_state, form, heads)
        out = Heads.apply(self.norm(Heads.apply(out, heads, head_dim)), width)
        return self.out_proj(out * gate), conv_state, recurrent_state

    return forward


@torch.no_grad()
def merged_gates(layer):
    """Decay, gate and rate as one affine map of a sigmoid of one product.

    Returns:
        projection `[decay_rank + gate_rank + H, 2 * D + H]`, of blocks on the diagonal, the rate's the identity; bias
        inside, factor and offset outside of the sigmoid, `[2 * D + H]`.
    """
    width, heads = layer.config.hidden_size, layer.config.num_heads
    decay, gate = layer.decay_proj, layer.gate_proj
    least = sys.modules[type(layer).__module__].MIN_DECAY
    projection = torch.block_diag(decay.weight.t(), gate.weight.t(), torch.eye(heads))
    bias = torch.cat([decay.bias, torch.zeros(width), layer.beta_bias])
    factor = torch.cat([torch.full((width,), least - layer.max_decay), torch.ones(width), torch.full((heads,), 2.0)])
    offset = torch.cat([torch.full((width,), -least), torch.zeros(width + heads)])
    return projection, bias, factor, offset


@contextlib.contextmanager
def lean_layers(model, form):
    """While active, the layers of `model` (an `OdinForCausalLM` of any time mixing) run as described above."""
    config = model.config
    plain = config.time_mixing == "gated_delta" and config.recurrence_passes == 1
    plain = plain and config.slot_heads == 0 and config.slow_heads == 0
    replaced = []
    for module in model.modules():
        kind = type(module).__name__
        forward = {"OdinRMSNorm": norm, "OdinShortConv": convolution}.get(kind)
        if kind == "OdinTimeMixing" and plain:
            forward = time_mixing(module, form)
        if forward is not None:
            module.forward = types.MethodType(forward, module)
            replaced.append(module)
    try:
        yield
    finally:
        for module in replaced:
            del module.forward
