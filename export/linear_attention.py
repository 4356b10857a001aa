"""Every recurrence of the model as nodes of an ONNX graph: `com.microsoft::LinearAttention`, onnxruntime's own.

The operator (CPU, WebAssembly, WebGPU) knows two rules that matter here, both with a decay of the state before:

    gated:        S += k v^T                          gated_delta:  S += b k (v - S^T k)^T

The second is ODIN's, the first Mamba-2's. RWKV-6 and RWKV-7 are rewritten in terms of them, exactly.
"""

import torch


# RWKV-7's rate a of erasing enters as a logarithm; what a smaller one would erase is below float32's precision.
SMALLEST_RATE = 2.0**-24
# A write with this rate and a value as many times larger reads next to nothing of the state that it is added to.
WRITE_RATE = 2.0**-30


class LinearAttention(torch.autograd.Function):
    """Computes with a form of the recurrence in PyTorch, and is written to ONNX as one fused operator.

    Its shapes differ from ours only in that heads and channels are one dimension. A token may take `steps` steps; they
    then stand one after the other where its heads are, `[B, T, steps * H, K]`. `longer` says that there are more steps
    than tokens, for either reason.
    """

    @staticmethod
    def forward(ctx, q, k, v, g, beta, state, form, steps, longer, heads, head_dim):
        inputs = (q, k, v, g, beta)
        if steps > 1:
            inputs = tuple(None if x is None else x.unflatten(2, (steps, heads)).flatten(1, 2) for x in inputs)
        output, state = form(*inputs, state)
        return output.unflatten(1, (-1, steps)).flatten(2, 3), state

    @staticmethod
    def symbolic(graph, q, k, v, g, beta, state, form, steps, longer, heads, head_dim):
        def shape(*dims):
            return graph.op("Constant", value_t=torch.tensor(dims))

        flat = shape(0, -1, heads * head_dim) if longer else shape(0, 0, -1)  # the latter is simplified away
        state_type, flat_type = state.type(), v.type().with_sizes([None, None, heads * head_dim])
        q, k, v, g = (graph.op("Reshape", x, flat) for x in (q, k, v, g))
        if steps > 1:
            beta = graph.op("Reshape", beta, shape(0, -1, heads))
        output, state = linear_attention_node(graph, q, k, v, state, g, beta, heads)
        state.setType(state_type)  # the exporter knows no shapes of an operator outside ai.onnx
        output.setType(flat_type)
        return graph.op("Reshape", output, shape(0, -1, steps * heads, head_dim)), state


def linear_attention_node(graph, q, k, v, state, g, beta, heads):
    """The operator's two results; q, k, v, g `[B, T, H * K]`, without beta `[B, T, H]` by the gated rule."""
    return graph.op(
        "com.microsoft::LinearAttention",
        *(x for x in (q, k, v, state, g, beta) if x is not None),
        q_num_heads_i=heads,
        kv_num_heads_i=heads,
        update_rule_s="gated" if beta is None else "gated_delta",
        scale_f=1.0,  # the default would be 1 / sqrt(K); none of ours scales
        outputs=2,
    )


def fused_form(form, config):
    """`form` (one of `modeling_odin.recurrence.FORMS`) with the same signature, exported as one node."""
    sizes = config.recurrence_passes > 1, config.num_heads, config.head_dim

    def fused(q, k, v, g, beta, initial_state=None, seq_idx=None, chunk_size=None):
        refuse_documents(seq_idx)
        return LinearAttention.apply(q, k, v, g, beta, initial_state, form, 1, *sizes)

    return fused


def fused_general(general, gated_delta):
    """`general` (`modeling_odin.alternative_recurrences.general_recurrence`) with the same signature, exported as one
    node and its surroundings.

    Args:
        gated_delta: the form of `modeling_odin.recurrence.FORMS` that takes any decay: the recurrent one.
    """

    def fused(config, q, k, v, g, erase=None, initial_state=None, seq_idx=None, read_before=False):
        refuse_documents(seq_idx)
        heads = (config.num_heads, config.head_dim)

        def gated(q, k, v, g, _, state):
            return general(config, q, k, v, g, initial_state=state)

        if erase is not None:
            steps = delete_then_write(q, k, v, g, *erase)
            output, state = LinearAttention.apply(*steps, initial_state, gated_delta, 2, True, *heads)
            return output[:, :, config.num_heads :], state
        if not read_before:
            return LinearAttention.apply(q, k, v, g, None, initial_state, gated, 1, False, *heads)
        # What a token reads before its own write is what the one before it reads after its own. (The algebra instead,
        # q^T (S_t - k v^T) exp(-g), is off by 1e-3 at the strongest decay; this by 2e-7.)
        first = (q[:, :1].transpose(1, 2) @ initial_state).transpose(1, 2)
        following = torch.cat([q[:, 1:], q[:, :1]], 1)
        output, state = LinearAttention.apply(following, k, v, g, None, initial_state, gated, 1, False, *heads)
        return torch.cat([first, output[:, :-1]], 1), state

    return fused


def delete_then_write(q, k, v, g, removal, rate):
    """RWKV-7's step as two of the gated delta rule: q, k, v, g and b of both, `[B, T, 2 * H, K]` (b without K).

    With D1 = sqrt(w / a), D2 = sqrt(w a) and c = r sqrt(a / w), the transition diag(w) - (a * r) r^T is
    D2 (I - c c^T) D1: decay by D1, delete under c at the rate 1, decay by D2, write.
    """
    log_rate = rate.float().clamp(min=SMALLEST_RATE).log()
    keys = torch.cat([removal * (0.5 * (log_rate - g)).exp(), k.float()], 2)
    decays = torch.cat([g - log_rate, g + log_rate], 2) * 0.5
    heads = q.shape[2]
    values = torch.cat([0.0 * v, v / WRITE_RATE], 2)
    rates = torch.tensor([1.0] * heads + [WRITE_RATE] * heads, device=v.device) + 0.0 * g[:, :, :1, 0]
    return torch.cat([q, q], 2), keys, values, decays, rates


def refuse_documents(seq_idx) -> None:
    """Raises ValueError for packed documents."""
    if seq_idx is not None:
        raise ValueError("packed documents (seq_idx) cannot be exported to ONNX")
