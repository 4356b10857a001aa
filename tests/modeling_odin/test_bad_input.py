"""Every wrong argument is refused by name, with what was expected."""

import pytest
import torch
from transformers import DynamicCache

from configuration_odin import OdinConfig
from modeling_odin import OdinCache, OdinForCausalLM


IDS = torch.tensor([[3, 4, 5, 6]])
EMBEDS = torch.zeros(1, 4, 32)


def packed(*bounds, dtype=torch.long):
    return {"input_ids": IDS, "cu_seqlens": torch.tensor(bounds, dtype=dtype)}


CASES = {
    "nothing": ({}, ValueError, "exactly one of input_ids and inputs_embeds"),
    "both": ({"input_ids": IDS, "inputs_embeds": EMBEDS}, ValueError, "exactly one of input_ids and inputs_embeds"),
    "float ids": (
        {"input_ids": IDS.float()},
        TypeError,
        "input_ids must be int64 or int32 token ids, got torch.float32",
    ),
    "ids of one dimension": ({"input_ids": IDS[0]}, ValueError, r"input_ids must have the shape \[batch, tokens\]"),
    "id beyond the vocabulary": ({"input_ids": IDS + 94}, ValueError, r"input_ids must lie in \[0, 97\), got"),
    "negative id": ({"input_ids": IDS - 9}, ValueError, r"input_ids must lie in \[0, 97\), got ids from -6"),
    "no token": ({"input_ids": IDS[:, :0]}, ValueError, "at least one token"),
    "no row": ({"input_ids": IDS[:0]}, ValueError, "at least one token"),
    "integer embeds": ({"inputs_embeds": EMBEDS.long()}, TypeError, "inputs_embeds must be torch.float32 vectors"),
    "float64 embeds": (
        {"inputs_embeds": EMBEDS.double()},
        TypeError,
        "inputs_embeds must be torch.float32 as the model",
    ),
    "narrow embeds": ({"inputs_embeds": EMBEDS[..., 1:]}, ValueError, r"inputs_embeds must .* \[batch, tokens, 32\]"),
    "embeds of NaN": ({"inputs_embeds": EMBEDS / 0}, ValueError, "inputs_embeds or past_key_values"),
    "short mask": ({"input_ids": IDS, "attention_mask": torch.ones(1, 3)}, ValueError, "attention_mask must .* 4"),
    "mask of two rows": ({"input_ids": IDS, "attention_mask": torch.ones(2, 4)}, ValueError, "attention_mask must"),
    "4-D mask": ({"input_ids": IDS, "attention_mask": torch.ones(1, 1, 4, 4)}, ValueError, "attention_mask must"),
    "float labels": ({"input_ids": IDS, "labels": IDS.float()}, TypeError, "labels must be integer"),
    "short labels": ({"input_ids": IDS, "labels": IDS[:, 1:]}, ValueError, r"labels must .* \[1, 4\], got \[1, 3\]"),
    "seq_idx too long": ({"input_ids": IDS, "seq_idx": torch.zeros(1, 5).long()}, ValueError, "seq_idx must .* 4"),
    "float seq_idx": ({"input_ids": IDS, "seq_idx": torch.zeros(1, 4)}, TypeError, "seq_idx must be integers"),
    "float positions": (
        {"input_ids": IDS, "position_ids": torch.zeros(1, 4)},
        TypeError,
        "position_ids must be integers",
    ),
    "cu_seqlens short of T": (packed(0, 3), ValueError, "cu_seqlens must begin with 0 and end with .* 4; got 0 and 3"),
    "cu_seqlens beyond T": (packed(0, 5), ValueError, "cu_seqlens must begin with 0 and end with .* 4; got 0 and 5"),
    "cu_seqlens from 1": (packed(1, 4), ValueError, "cu_seqlens must begin with 0"),
    "cu_seqlens falls": (packed(0, 3, 2, 4), ValueError, "cu_seqlens must increase"),
    "empty document": (packed(0, 2, 2, 4), ValueError, "cu_seqlens must increase, each document has at least one"),
    "cu_seqlens of floats": (packed(0, 4, dtype=torch.float), TypeError, "cu_seqlens must be int64 or int32"),
    "cu_seqlens of one number": (packed(0), ValueError, r"cu_seqlens must have the shape \[documents \+ 1\]"),
    "cu_seqlens of two rows": (
        {"input_ids": IDS.repeat(2, 1), "cu_seqlens": torch.tensor([0, 4])},
        ValueError,
        "cu_seqlens needs all documents in one row",
    ),
    "cu_seqlens and seq_idx": (packed(0, 4) | {"seq_idx": torch.zeros(1, 4).long()}, ValueError, "at most one of"),
    "cu_seqlens of two dimensions": (
        {"input_ids": IDS, "cu_seqlens": torch.tensor([[0, 4]])},
        ValueError,
        r"cu_seqlens must have the shape \[documents \+ 1\], got \[1, 2\]",
    ),
    "negative cu_seqlens": (packed(0, -1, 4), ValueError, r"cu_seqlens must increase.*got \[0, -1, 4\]"),
    "seq_idx without batch": ({"input_ids": IDS, "seq_idx": torch.zeros(4).long()}, ValueError, "seq_idx must .* 4"),
    "seq_idx of two rows": (
        {"input_ids": IDS, "seq_idx": torch.zeros(2, 4).long()},
        ValueError,
        r"seq_idx must have the shape \[1, 4\], got \[2, 4\]",
    ),
    "short positions": (
        {"input_ids": IDS, "position_ids": torch.arange(3)[None]},
        ValueError,
        r"position_ids must have the shape \[1, 4\], got \[1, 3\]",
    ),
    "truth values as ids": ({"input_ids": IDS > 0}, TypeError, "input_ids must be int64 or int32 .* got torch.bool"),
    "embeds without batch": ({"inputs_embeds": EMBEDS[0]}, ValueError, r"inputs_embeds must .* got \[4, 32\]"),
    "no embeds": ({"inputs_embeds": EMBEDS[:, :0]}, ValueError, "at least one token"),
    "foreign cache": (
        {"input_ids": IDS, "past_key_values": DynamicCache()},
        TypeError,
        "past_key_values must be an Odin",
    ),
    "cache as tuple": ({"input_ids": IDS, "past_key_values": ((), ())}, TypeError, "past_key_values must be an Odin"),
}


@pytest.mark.parametrize("arguments, error, message", CASES.values(), ids=CASES)
def test_wrong_argument(toy_model, arguments, error, message):
    with pytest.raises(error, match=message):
        toy_model(**arguments)


@pytest.mark.parametrize(
    "changes, batch, message",
    [
        ({}, 2, r"past_key_values.recurrent_states must have the shape \[1, 2, 16, 16\], got \[2,"),
        ({"num_hidden_layers": 3}, 1, "past_key_values must have 2 layers as the model, got 3"),
        ({"head_dim": 8}, 1, r"past_key_values.recurrent_states must have the shape \[1, 2, 16, 16\]"),
        (
            {"conv_kernel_size": 3},
            1,
            r"past_key_values.conv_states must have the shape \[1, 3, 96\], got \[1, 2, 96\]",
        ),
        ({"recurrence_passes": 2}, 1, "past_key_values.conv_states must have the shape"),
    ],
)
def test_cache_of_another_model_or_batch(toy_model, toy_config, changes, batch, message):
    other = OdinConfig(**{**toy_config.to_dict(), **changes})
    cache = OdinCache.empty(other, batch, torch.float32, "cpu")
    with pytest.raises(ValueError, match=message):
        toy_model(IDS, past_key_values=cache)


@torch.no_grad()
def test_a_refused_call_leaves_the_cache_as_it_was(toy_model):
    past = toy_model(IDS, use_cache=True).past_key_values
    before = [state.clone() for state in past.recurrent_states]
    with pytest.raises(ValueError):
        toy_model(IDS + 94, past_key_values=past)
    assert past.get_seq_length() == 4
    assert all(torch.equal(a, b) for a, b in zip(before, past.recurrent_states, strict=True))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_not_finite(toy_model, tmp_path, value):
    with torch.no_grad():
        toy_model.model.layers[1].channel_mixing.down_proj.weight[0, 0] = value
    with pytest.raises(ValueError, match="layers.1.channel_mixing.down_proj.weight hold NaN or infinity"):
        toy_model(IDS)
    toy_model.save_pretrained(tmp_path)
    with pytest.raises(ValueError, match="'model.layers.1.channel_mixing.down_proj.weight' holds NaN or infinity"):
        OdinForCausalLM.from_pretrained(tmp_path)


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"hidden_size": 0}, "hidden_size must be a positive integer, got 0"),
        ({"num_hidden_layers": -1}, "num_hidden_layers must be a positive integer, got -1"),
        ({"vocab_size": 9.5}, "vocab_size must be a positive integer, got 9.5"),
        ({"chunk_size": 0}, "chunk_size must be between 1 and 128, got 0"),
        ({"chunk_size": 129}, "chunk_size must be between 1 and 128, got 129"),
        ({"head_dim": 5}, "must divide hidden_size"),
        ({"conv_kernel_size": 1}, "conv_kernel_size must be at least 2, got 1"),
    ],
)
def test_impossible_dimensions(toy_config, changes, message):
    with pytest.raises(ValueError, match=message):
        OdinConfig(**{**toy_config.to_dict(), **changes})
