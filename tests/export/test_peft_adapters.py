"""What the runtime's adapters (space/runtime/training/peft.ts) rely on in PEFT itself: the names in its files, which
modules `modules_to_save` replaces, and what becomes of a tied head.

That PEFT takes the runtime's files, and the runtime PEFT's, is tested in tests/space/test_training_files.py.
"""

import copy
import warnings

import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file

from configuration_odin import OdinConfig
from export.training_graph.step import Lora
from modeling_odin import OdinForCausalLM
from tests.export.adapters import TARGETS, changed


IDS = torch.tensor([[5, 17, 40, 3, 9], [8, 8, 60, 2, 1]])
SIZES = {"hidden_size": 32, "num_hidden_layers": 2, "head_dim": 8, "intermediate_size": 48, "vocab_size": 64}
PREFIX = "base_model.model."
# Names by which the runtime has PEFT replace all modules that own parameters.
MODULES = ("embed_tokens", "time_norm", "time_mixing", "channel_norm", "channel_mixing", "model.norm", "lm_head")
WEIGHTS = "adapter_model.safetensors"


def make(**others):
    torch.manual_seed(0)
    return OdinForCausalLM(OdinConfig(**SIZES, decay_rank=4, gate_rank=4, **others)).eval()


@pytest.fixture
def model():
    return make()


def saved(model, folder, **settings):
    """The tensors that PEFT itself saves of an adapter, in `folder`."""
    get_peft_model(copy.deepcopy(model), LoraConfig(**settings)).save_pretrained(folder)
    return load_file(folder / WEIGHTS)


def save_whole(model, folder):
    tied, modules = model.config.tie_word_embeddings, list(MODULES)  # PEFT changes the list when it ties
    return saved(
        model, folder, target_modules="dummy-target-modules", modules_to_save=modules, ensure_weight_tying=tied
    )


@torch.no_grad()
def logits(model):
    return model.eval()(IDS).logits


def load(model, folder):
    """The model as PEFT adapts it, without a word of warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return PeftModel.from_pretrained(copy.deepcopy(model), folder)


def test_names_of_low_rank_factors(model, tmp_path):
    tensors = saved(model, tmp_path, r=4, target_modules=TARGETS)
    expected = {}
    for name, weight in model.named_parameters():
        if Lora.adapts(name):
            (outputs, inputs), (a, b) = weight.shape, Lora.names(name)
            expected |= {a: (4, inputs), b: (outputs, 4)}
    assert {name: tuple(value.shape) for name, value in tensors.items()} == expected


@pytest.mark.parametrize("others", [{"time_mixing": m} for m in ("gated_delta", "mamba2", "rwkv6", "rwkv7")], ids=str)
def test_these_modules_hold_all_parameters_and_a_tied_head_is_named_too(tmp_path, others):
    model = make(**others)
    names = {PREFIX + name for name, _ in model.named_parameters()}
    assert save_whole(model, tmp_path).keys() == names | {f"{PREFIX}lm_head.weight"}


@pytest.mark.parametrize("tied", [True, False])
def test_replaced_modules_give_the_other_models_logits_and_stay_tied(tmp_path, tied):
    model = make(tie_word_embeddings=tied)
    trained = changed(model)
    values = dict(trained.named_parameters(remove_duplicate=False))
    names = save_whole(model, tmp_path)
    save_file({name: values[name.removeprefix(PREFIX)].detach().clone() for name in names}, tmp_path / WEIGHTS)
    assert (logits(trained) - logits(model)).abs().max() > 0.1
    whole = load(model, tmp_path).merge_and_unload()
    assert (whole.lm_head.weight is whole.model.embed_tokens.weight) == tied
    assert torch.equal(logits(whole), logits(trained))


def test_a_parameter_that_is_left_out_is_an_error(model, tmp_path):
    """PEFT replaces whole modules: there is nothing that a missing value could be taken from."""
    tensors = save_whole(model, tmp_path)
    del tensors[f"{PREFIX}model.layers.1.time_mixing.beta_bias"]
    save_file(tensors, tmp_path / WEIGHTS)
    with pytest.raises(KeyError, match="beta_bias"):
        load(model, tmp_path)
