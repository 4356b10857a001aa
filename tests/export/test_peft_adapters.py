"""The two forms of an adapter that this project writes, loaded by PEFT: the logits are those of the trained model."""

import copy
import warnings

import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file

from configuration_odin import OdinConfig
from modeling_odin import OdinForCausalLM
from tests.export.adapters import (
    TARGETS,
    changed,
    full_config,
    full_tensors,
    lora_config,
    lora_tensors,
    merged,
    write_adapter,
)


IDS = torch.tensor([[5, 17, 40, 3, 9], [8, 8, 60, 2, 1]])
SIZES = {"hidden_size": 32, "num_hidden_layers": 2, "head_dim": 8, "intermediate_size": 48, "vocab_size": 64}


def make(**others):
    torch.manual_seed(0)
    return OdinForCausalLM(OdinConfig(**SIZES, decay_rank=4, gate_rank=4, **others)).eval()


@pytest.fixture
def model():
    return make()


@torch.no_grad()
def logits(model):
    return model.eval()(IDS).logits


def load(model, folder):
    """The model as PEFT adapts it, without a word of warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return PeftModel.from_pretrained(copy.deepcopy(model), folder)


@pytest.mark.parametrize(("others", "scale"), [({}, 12 / 4), ({"use_rslora": True}, 12 / 4**0.5)])
def test_low_rank(model, tmp_path, others, scale):
    tensors = lora_tensors(model, rank=4)
    folder = write_adapter(tmp_path / "adapter", lora_config(4, 12, **others), tensors)
    expected = logits(merged(model, tensors, scale))
    assert (expected - logits(model)).abs().max() > 0.1
    assert torch.allclose(logits(load(model, folder)), expected, atol=1e-5)


def test_what_peft_saves_has_the_same_names(model, tmp_path):
    adapted = get_peft_model(copy.deepcopy(model), LoraConfig(r=4, lora_alpha=12, target_modules=TARGETS))
    adapted.save_pretrained(tmp_path / "adapter")
    saved, ours = load_file(tmp_path / "adapter/adapter_model.safetensors"), lora_tensors(model, rank=4)
    assert {name: value.shape for name, value in saved.items()} == {name: x.shape for name, x in ours.items()}


@pytest.mark.parametrize("time_mixing", ["gated_delta", "mamba2", "rwkv6", "rwkv7"])
def test_all_parameters(tmp_path, time_mixing):
    model = make(time_mixing=time_mixing)
    trained = changed(model)
    folder = write_adapter(tmp_path / "adapter", full_config(), full_tensors(trained))
    assert (logits(trained) - logits(model)).abs().max() > 0.1
    assert torch.equal(logits(load(model, folder)), logits(trained))


def test_all_parameters_merged_and_saved_stay_tied(model, tmp_path):
    trained = changed(model)
    folder = write_adapter(tmp_path / "adapter", full_config(), full_tensors(trained))
    whole = load(model, folder).merge_and_unload()
    assert whole.lm_head.weight is whole.model.embed_tokens.weight
    whole.save_pretrained(tmp_path / "merged")
    assert torch.equal(logits(OdinForCausalLM.from_pretrained(tmp_path / "merged")), logits(trained))


def test_all_parameters_of_an_untied_model(tmp_path):
    model = make(tie_word_embeddings=False)
    trained = changed(model)
    folder = write_adapter(tmp_path / "adapter", full_config(tied=False), full_tensors(trained))
    assert not torch.equal(trained.lm_head.weight, trained.model.embed_tokens.weight)
    assert torch.equal(logits(load(model, folder)), logits(trained))


def test_a_parameter_that_is_left_out_is_an_error(model, tmp_path):
    """PEFT replaces whole modules: there is nothing that a missing value could be taken from."""
    tensors = full_tensors(changed(model))
    del tensors["base_model.model.model.layers.1.time_mixing.beta_bias"]
    with pytest.raises(KeyError, match="beta_bias"):
        load(model, write_adapter(tmp_path / "adapter", full_config(), tensors))
