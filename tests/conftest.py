"""Fixtures that more than one room uses."""

import pytest
import torch

from configuration_odin import OdinConfig
from modeling_odin import OdinForCausalLM


@pytest.fixture
def toy_config() -> OdinConfig:
    """Two small layers; the chunk is short so that a few tokens already span several chunks."""
    return OdinConfig(
        vocab_size=97,
        hidden_size=32,
        num_hidden_layers=2,
        head_dim=16,
        intermediate_size=48,
        decay_rank=8,
        gate_rank=8,
        chunk_size=8,
    )


@pytest.fixture
def toy_model(toy_config) -> OdinForCausalLM:
    torch.manual_seed(0)
    model = OdinForCausalLM(toy_config).eval()
    # Larger weights than at the start of training, so that every part of the model matters to the logits.
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    return model
