"""The gated delta rule as one node of an ONNX graph: `com.microsoft::LinearAttention`."""

import torch


class LinearAttention(torch.autograd.Function):
    """Computes with a form of the recurrence in PyTorch, and is written to ONNX as one fused operator.

    The operator is onnxruntime's (CPU, WebAssembly and WebGPU). Its shapes differ from ours only in that heads and
    channels are one dimension.
    """

    @staticmethod
    def forward(ctx, q, k, v, g, beta, state, form, chunk_size, heads, head_dim):
        return form(q, k, v, g, beta, state, None, chunk_size)

    @staticmethod
    def symbolic(graph, q, k, v, g, beta, state, form, chunk_size, heads, head_dim):
        flat = graph.op("Constant", value_t=torch.tensor([0, 0, -1]))
        split = graph.op("Constant", value_t=torch.tensor([0, -1, heads, head_dim]))
        q, k, v, g = (graph.op("Reshape", x, flat) for x in (q, k, v, g))
        state_type, flat_type = state.type(), v.type().with_sizes([None, None, heads * head_dim])
        output, state = graph.op(
            "com.microsoft::LinearAttention",
            *(q, k, v, state, g, beta),
            q_num_heads_i=heads,
            kv_num_heads_i=heads,
            update_rule_s="gated_delta",
            scale_f=1.0,  # the default would be 1 / sqrt(K); ODIN does not scale
            outputs=2,
        )
        state.setType(state_type)  # the exporter knows no shapes of an operator outside ai.onnx
        output.setType(flat_type)
        return graph.op("Reshape", output, split), state


def fused_form(form, heads: int, head_dim: int):
    """`form` (one of `modeling_odin.recurrence.FORMS`) with the same signature, exported as one node."""

    def fused(q, k, v, g, beta, initial_state=None, seq_idx=None, chunk_size=None):
        if seq_idx is not None:
            raise ValueError("packed documents (seq_idx) cannot be exported to ONNX")
        return LinearAttention.apply(q, k, v, g, beta, initial_state, form, chunk_size, heads, head_dim)

    return fused
