"""What models cost, from their configuration: parameters, a search for equal ones, operations and bytes of decode."""

import math

import torch
from transformers import LlamaConfig, LlamaForCausalLM, PretrainedConfig

from configuration_odin import OdinConfig
from modeling_odin import OdinForCausalLM


def build(config: PretrainedConfig):
    """The language model of an `OdinConfig`, or transformers' Llama of a `LlamaConfig`, freshly initialised."""
    return LlamaForCausalLM(config) if isinstance(config, LlamaConfig) else OdinForCausalLM(config)


def count_parameters(config: PretrainedConfig) -> int:
    """Parameters, tied ones once; nothing is allocated."""
    with torch.device("meta"):
        return build(config).num_parameters()


def equal_parameters(config: PretrainedConfig, parameters: int) -> PretrainedConfig:
    """`config` with the `intermediate_size` that brings it nearest to `parameters`: what a time mixing costs more, its
    channel mixing gives up.

    Raises:
        ValueError: even the narrowest channel mixing is too large.
    """

    def with_width(width: int) -> PretrainedConfig:
        return type(config)(**{**config.to_diff_dict(), "intermediate_size": width})

    fixed = count_parameters(with_width(1))
    per_unit = count_parameters(with_width(2)) - fixed
    width = 1 + round((parameters - fixed) / per_unit)
    if width < 1:
        raise ValueError(
            f"{type(config).__name__} has {fixed:,} parameters at the least, {parameters:,} were asked for"
        )
    return with_width(width)


def transformer(vocab_size: int, hidden_size: int, num_hidden_layers: int, head_dim: int, **overrides) -> LlamaConfig:
    """A Llama with rotary positions, RMS norms and a gated MLP: the outside reference."""
    return LlamaConfig(
        vocab_size=vocab_size,
        hidden_size=hidden_size,
        num_hidden_layers=num_hidden_layers,
        num_attention_heads=hidden_size // head_dim,
        tie_word_embeddings=True,
        max_position_embeddings=16384,
        **{"intermediate_size": 2 * hidden_size, **overrides},
    )


# Multiply-adds as two, per entry of a head's K x V state and token: decay 1, each reading 2, each writing 2.
STATE_OPERATIONS = {
    "gated_delta": 7,  # decay, read S^T k, write the update, read S^T q
    "mamba2": 5,  # decay, write, read
    "rwkv6": 5,  # the same, a decay per channel
    "rwkv7": 9,  # the delta rule's four, and a second writing: what is removed is not along the key that is written
}


def decode_cost(config: PretrainedConfig, context: int = 1024) -> dict[str, int]:
    """What one token of one sequence costs in decode, everything in float32.

    Args:
        context: tokens before it, which only a transformer's numbers depend on.

    Returns:
        `parameters`; `weight_bytes`; `state_bytes`, recurrent, convolution and key-value cache; `matrix_flops`, of
        products with weights; `state_flops`, of the recurrence or of attention over the context; `bytes_moved`, all
        weights once, and the states in and out or the keys and values in.
    """
    with torch.device("meta"):
        model = build(config)
    # Every matrix multiplies a vector once per token (the tied embedding as the head), but for two.
    others = ("conv.weight", "bonus")
    matrices = [p for name, p in model.named_parameters() if p.ndim == 2 and not name.endswith(others)]
    layers, width = config.num_hidden_layers, config.hidden_size
    if isinstance(config, OdinConfig):
        heads, keys, values = config.recurrent_state_shape
        recurrent = layers * heads * keys * values
        state = recurrent + layers * math.prod(config.conv_state_shape)
        state_flops = STATE_OPERATIONS[config.time_mixing] * recurrent
        moved = 2 * state
    else:
        state = moved = 2 * layers * context * width
        state_flops = 4 * layers * context * width
    parameters = model.num_parameters()
    return {
        "parameters": parameters,
        "weight_bytes": 4 * parameters,
        "state_bytes": 4 * state,
        "matrix_flops": 2 * sum(p.numel() for p in matrices),
        "state_flops": state_flops,
        "bytes_moved": 4 * (parameters + moved),
    }
