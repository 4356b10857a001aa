"""Sizes of models, from their configuration: parameters, and a search for equal ones."""

import torch
from transformers import LlamaConfig, LlamaForCausalLM, PretrainedConfig

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

    fixed, per_unit = count_parameters(with_width(1)), 0
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
