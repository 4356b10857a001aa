"""Saving, loading, precision, devices, vocabulary."""

import json
import subprocess
import sys

import pytest
import torch

from configuration_odin import OdinConfig
from modeling_odin import OdinForCausalLM


IDS = torch.randint(3, 97, (2, 15), generator=torch.Generator().manual_seed(5))


@torch.no_grad()
def test_sharded_weights_load_again(toy_model, tmp_path):
    toy_model.save_pretrained(tmp_path, max_shard_size="20KB")
    assert len(list(tmp_path.glob("model-*.safetensors"))) > 2
    assert (tmp_path / "model.safetensors.index.json").exists()
    assert torch.equal(OdinForCausalLM.from_pretrained(tmp_path)(IDS).logits, toy_model(IDS).logits)


@torch.no_grad()
@pytest.mark.parametrize("tied", [True, False])
def test_tying_survives_saving(toy_config, tmp_path, tied):
    torch.manual_seed(0)
    model = OdinForCausalLM(OdinConfig(**{**toy_config.to_dict(), "tie_word_embeddings": tied})).eval()
    model.save_pretrained(tmp_path)
    again = OdinForCausalLM.from_pretrained(tmp_path)
    assert (again.lm_head.weight is again.model.embed_tokens.weight) == tied
    assert torch.equal(again(IDS).logits, model(IDS).logits)
    assert again.num_parameters() - 97 * 32 * (not tied) == OdinForCausalLM(toy_config).num_parameters()


@torch.no_grad()
@pytest.mark.parametrize("dtype, error", [(torch.bfloat16, 0.05), (torch.float16, 0.006)])
def test_half_precision(toy_model, tmp_path, dtype, error):
    toy_model.save_pretrained(tmp_path)
    model = OdinForCausalLM.from_pretrained(tmp_path, dtype=dtype).eval()
    assert model.dtype == dtype
    exact, output = toy_model(IDS).logits, model(IDS, use_cache=True)
    assert output.logits.dtype == dtype
    assert (output.logits.float() - exact).norm() < error * exact.norm()
    assert all(state.dtype == torch.float32 for state in output.past_key_values.recurrent_states)
    assert all(state.dtype == dtype for state in output.past_key_values.conv_states)
    step = model(IDS[:, :1], past_key_values=output.past_key_values).logits
    wanted = toy_model(torch.cat([IDS, IDS[:, :1]], 1)).logits[:, -1:]
    assert (step.float() - wanted).norm() < error * wanted.norm()


@torch.no_grad()
def test_device_map_and_offload(toy_model, tmp_path):
    toy_model.save_pretrained(tmp_path / "model", max_shard_size="20KB")
    exact = toy_model(IDS).logits
    everywhere = OdinForCausalLM.from_pretrained(tmp_path / "model", device_map="auto")
    torch.testing.assert_close(everywhere(IDS).logits.cpu(), exact, rtol=1e-3, atol=1e-4)
    split = OdinForCausalLM.from_pretrained(
        tmp_path / "model", device_map="auto", max_memory={"cpu": "60KB"}, offload_folder=tmp_path / "offload"
    )
    assert "disk" in split.hf_device_map.values() and "cpu" in split.hf_device_map.values()
    assert torch.equal(split(IDS).logits, exact)
    assert torch.equal(
        split.generate(IDS, attention_mask=torch.ones_like(IDS), max_new_tokens=3, do_sample=False),
        toy_model.generate(IDS, attention_mask=torch.ones_like(IDS), max_new_tokens=3, do_sample=False),
    )


def test_missing_weights_are_initialised_as_in_a_fresh_model(toy_model, tmp_path):
    """And those that are there stay as they were saved, also in the same module."""
    from safetensors.torch import load_file, save_file

    toy_model.save_pretrained(tmp_path)
    weights = load_file(tmp_path / "model.safetensors")
    missing = "model.layers.0.time_mixing.out_proj.weight"
    del weights[missing]
    save_file(weights, tmp_path / "model.safetensors", metadata={"format": "pt"})
    again = dict(OdinForCausalLM.from_pretrained(tmp_path).named_parameters())
    fresh = (2 * 2 * 32) ** -0.5
    assert again[missing].std().item() == pytest.approx(fresh, rel=0.15)
    for name, value in toy_model.named_parameters():
        if name != missing:
            assert torch.equal(again[name], value), name


@torch.no_grad()
def test_vocabulary_grows_and_shrinks(toy_model):
    expected = toy_model(IDS).logits
    toy_model.resize_token_embeddings(120)
    assert toy_model.config.vocab_size == 120 and toy_model.lm_head.weight is toy_model.model.embed_tokens.weight
    torch.testing.assert_close(toy_model(IDS).logits[..., :97], expected)
    assert toy_model(torch.tensor([[119]])).logits.shape == (1, 1, 120)
    toy_model.resize_token_embeddings(97)
    torch.testing.assert_close(toy_model(IDS).logits, expected)
    toy_model.resize_token_embeddings(97, pad_to_multiple_of=64)
    assert toy_model.lm_head.weight.shape == (128, 32)


@torch.no_grad()
@pytest.mark.parametrize("tied", [True, False])
def test_a_resized_vocabulary_is_saved_and_trains(toy_config, tmp_path, tied):
    torch.manual_seed(0)
    model = OdinForCausalLM(OdinConfig(**{**toy_config.to_dict(), "tie_word_embeddings": tied})).eval()
    expected = model(IDS).logits
    model.resize_token_embeddings(100, pad_to_multiple_of=64)
    assert model.config.vocab_size == model.vocab_size == 128
    assert (model.lm_head.weight is model.model.embed_tokens.weight) == tied
    torch.testing.assert_close(model(IDS).logits[..., :97], expected)
    model.save_pretrained(tmp_path)
    again = OdinForCausalLM.from_pretrained(tmp_path)
    assert (again.lm_head.weight is again.model.embed_tokens.weight) == tied
    new = torch.tensor([[5, 127, 6, 127]])
    assert torch.equal(again(new).logits, model(new).logits)
    with torch.enable_grad():
        again(new, labels=new).loss.backward()
    assert again.model.embed_tokens.weight.grad[127].abs().max() > 0
    assert again.lm_head.weight.grad[127].abs().max() > 0


@torch.no_grad()
def test_precision_of_the_file_is_kept_on_request(toy_model, tmp_path):
    toy_model.to(torch.bfloat16).save_pretrained(tmp_path)
    model = OdinForCausalLM.from_pretrained(tmp_path, dtype="auto").eval()
    assert model.dtype == torch.bfloat16
    assert torch.equal(model(IDS).logits, toy_model(IDS).logits)
    assert OdinForCausalLM.from_pretrained(tmp_path, dtype=torch.float32).dtype == torch.float32


@torch.no_grad()
def test_outputs_as_tuple_and_hidden_states(toy_model):
    output = toy_model(IDS, labels=IDS, output_hidden_states=True, use_cache=True)
    as_tuple = toy_model(IDS, labels=IDS, output_hidden_states=True, use_cache=True, return_dict=False)
    assert isinstance(as_tuple, tuple) and len(as_tuple) == 4
    assert torch.equal(as_tuple[0], output.loss) and torch.equal(as_tuple[1], output.logits)
    assert len(output.hidden_states) == toy_model.config.num_hidden_layers + 1
    assert all(hidden.shape == (2, 15, 32) for hidden in output.hidden_states)
    assert torch.equal(output.hidden_states[0], toy_model.get_input_embeddings()(IDS))
    assert torch.equal(output.hidden_states[-1], toy_model.model(IDS).last_hidden_state)
    assert "attentions" not in toy_model(IDS, output_attentions=True)  # there is no attention to show


@torch.no_grad()
def test_padded_hidden_states_stand_where_their_tokens_are(toy_model):
    mask = torch.ones_like(IDS)
    mask[0, 9:] = 0
    padded = toy_model(IDS, attention_mask=mask, output_hidden_states=True).hidden_states
    alone = toy_model(IDS[:1, :9], output_hidden_states=True).hidden_states
    for got, want in zip(padded, alone, strict=True):
        torch.testing.assert_close(got[:1, :9], want, rtol=1e-4, atol=2e-5)


@torch.no_grad()
def test_logits_at_chosen_positions(toy_model):
    full = toy_model(IDS).logits
    torch.testing.assert_close(toy_model(IDS, logits_to_keep=3).logits, full[:, -3:])
    chosen = torch.tensor([0, 4, 14])
    torch.testing.assert_close(toy_model(IDS, logits_to_keep=chosen).logits, full[:, chosen])


PIPELINE = """
import sys, torch
from transformers import AutoConfig, AutoModel, AutoModelForCausalLM, pipeline
folder = sys.argv[1]
assert AutoConfig.from_pretrained(folder, trust_remote_code=True).model_type == "odin"
odin = pipeline("text-generation", model=folder, trust_remote_code=True)
question = [{"role": "user", "content": "What is 4827 + 3965?"}]
answers = odin([question, question], max_new_tokens=200, do_sample=False, batch_size=2)
assert all("8792" in a[0]["generated_text"][-1]["content"] for a in answers), answers
for auto in (AutoModel, AutoModelForCausalLM):
    empty = auto.from_config(AutoConfig.from_pretrained(folder, trust_remote_code=True), trust_remote_code=True)
    assert empty.num_parameters() == int(sys.argv[2])
"""


def test_auto_classes_and_pipeline_on_the_release(tmp_path):
    from pathlib import Path

    release = Path(__file__).parents[2] / "odin-nano"
    parameters = json.loads((release / "evaluation.json").read_text())["training"]["parameters"]
    result = subprocess.run(
        [sys.executable, "-I", "-c", PIPELINE, release, str(parameters)], cwd=tmp_path, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
