"""Transformers with each attention as one node: `com.microsoft::GroupQueryAttention`.

q, k and v come from one product, rotary embedding is part of the operator, and where past and present are bound to the
same buffer, the new keys and values are written into it in place. For Llama and GPT-2 of transformers.
"""

import types

import torch


class GroupQueryAttention(torch.autograd.Function):
    """qkv `[B, T, (H + 2 * G) * K]`, past key and value `[B, G, P, K]`; gives `[B, T, H * K]` and both with P + T.

    For the tracer only: it computes shapes, not values. `cos` and `sin` `[positions, K / 2]`, None for no rotation.
    """

    @staticmethod
    def forward(ctx, qkv, key, value, seqlens, total, cos, sin, heads, groups, head_dim):
        longer = key.new_zeros(len(key), groups, key.shape[2] + qkv.shape[1], head_dim)
        return qkv[..., : heads * head_dim].clone(), longer, longer.clone()

    @staticmethod
    def symbolic(graph, qkv, key, value, seqlens, total, cos, sin, heads, groups, head_dim):
        absent = graph.op("prim::Constant")
        absent.setType(torch._C.OptionalType.ofTensor())
        rotation = [] if cos is None else [cos, sin]
        results = graph.op(
            "com.microsoft::GroupQueryAttention",
            *(qkv, absent, absent, key, value, seqlens, total, *rotation),
            num_heads_i=heads,
            kv_num_heads_i=groups,
            do_rotary_i=int(bool(rotation)),
            outputs=3,
        )
        results[0].setType(qkv.type().with_sizes([None, None, heads * head_dim]))
        for result in results[1:]:
            result.setType(key.type().with_sizes([None, groups, None, head_dim]))
        return results


@torch.no_grad()
def fuse_attention(model, positions: int) -> None:
    """Makes every attention of `model` one node when it is exported; it computes nothing sensible in PyTorch any more.

    Args:
        positions: the longest text, for a table of the rotary embedding.

    Raises:
        ValueError: neither a Llama nor a GPT-2.
    """
    kind, heads = model.config.model_type, model.config.num_attention_heads
    if kind not in ("llama", "gpt2"):
        raise ValueError(f"attention of '{kind}' cannot be fused: expected a model of type llama or gpt2")
    lengths: dict[str, torch.Tensor] = {}

    def note_lengths(module, args, kwargs):
        mask = kwargs["attention_mask"]
        lengths["seqlens"] = (mask.sum(-1) - 1).to(torch.int32)
        lengths["total"] = torch._shape_as_tensor(mask)[1].to(torch.int32)

    rotation = None, None
    if kind == "llama":
        tables = model.base_model.rotary_emb(torch.zeros(1), torch.arange(positions)[None])
        rotation = tuple(table[0, :, : table.shape[-1] // 2].contiguous() for table in tables)
        for name, table in zip(("cos", "sin"), rotation, strict=True):
            model.base_model.register_buffer(name, table)  # or each layer would store a constant of its own
    model.base_model.register_forward_pre_hook(note_lengths, with_kwargs=True)

    def forward(self, hidden_states, past_key_values=None, **_):
        layer = past_key_values.layers[self.layer_idx]
        past, counts = (layer.keys, layer.values), (lengths["seqlens"], lengths["total"])
        sizes = heads, getattr(self.config, "num_key_value_heads", heads), self.head_dim
        out, layer.keys, layer.values = GroupQueryAttention.apply(
            self.qkv(hidden_states), *past, *counts, *rotation, *sizes
        )
        return (self.c_proj if kind == "gpt2" else self.o_proj)(out), None

    for module in list(model.modules()):
        if type(module).__name__ == "GPT2Attention":
            module.qkv = module.c_attn
        elif type(module).__name__ == "LlamaAttention":
            parts = module.q_proj, module.k_proj, module.v_proj
            module.qkv = torch.nn.Linear(module.q_proj.in_features, sum(x.out_features for x in parts), bias=False)
            module.qkv.weight.copy_(torch.cat([x.weight for x in parts]))
        else:
            continue
        module.forward = types.MethodType(forward, module)
