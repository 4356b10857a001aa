"""The model as a citizen of transformers: caching, padding, packing, generation, saving."""

import json
import subprocess
import sys

import pytest
import torch

from configuration_odin import OdinConfig
from modeling_odin import OdinCache, OdinForCausalLM


def tokens(*shape, vocab=97):
    return torch.randint(3, vocab, shape, generator=torch.Generator().manual_seed(5))


def close(a, b):
    torch.testing.assert_close(a, b, rtol=1e-4, atol=2e-5)


@torch.no_grad()
def test_cached_steps_equal_one_pass(toy_model):
    ids = tokens(2, 37)
    full = toy_model(ids).logits
    assert full.std() > 0.1
    past, pieces = None, []
    for piece in ids.split([11, 1, 1, 24], 1):
        output = toy_model(piece, past_key_values=past, use_cache=True)
        past = output.past_key_values
        pieces.append(output.logits)
    close(torch.cat(pieces, 1), full)
    assert past.get_seq_length() == 37


@torch.no_grad()
def test_recurrent_and_chunked_models_agree(toy_model):
    ids = tokens(2, 37)
    chunked = toy_model(ids).logits
    for layer in toy_model.model.layers:
        layer.time_mixing.config.recurrence = "recurrent"
    close(toy_model(ids).logits, chunked)


@torch.no_grad()
@pytest.mark.parametrize("padding", [1, 3, 20])
def test_left_padding_changes_nothing(toy_model, padding):
    ids = tokens(2, 13)
    padded = torch.cat([torch.zeros(2, padding, dtype=torch.long), ids], 1)
    mask = torch.cat([torch.zeros(2, padding, dtype=torch.long), torch.ones_like(ids)], 1)
    close(toy_model(padded, attention_mask=mask).logits[:, padding:], toy_model(ids).logits)


def test_packed_documents_do_not_see_each_other(toy_model):
    a, b, c = tokens(1, 9), tokens(1, 12) + 1, tokens(1, 4)
    packed = torch.cat([a, b, c], 1)
    seq_idx = torch.tensor([[0] * 9 + [1] * 12 + [2] * 4])
    apart = torch.cat([toy_model(x).logits for x in (a, b, c)], 1)
    close(toy_model(packed, seq_idx=seq_idx).logits, apart)
    assert (toy_model(packed).logits - apart).abs().max() > 1e-2


def test_loss_is_shifted_and_ignores_minus_100(toy_model):
    ids = tokens(2, 10)
    labels = ids.clone()
    labels[:, :4] = -100
    output = toy_model(ids, labels=labels)
    expected = torch.nn.functional.cross_entropy(output.logits[:, 3:-1].flatten(0, 1), ids[:, 4:].flatten())
    close(output.loss, expected)
    skipped = toy_model(ids, labels=labels, skip_logits=True)
    close(skipped.loss, expected)
    assert skipped.logits is None


@torch.no_grad()
def test_logits_to_keep(toy_model):
    ids = tokens(1, 8)
    close(toy_model(ids, logits_to_keep=1).logits, toy_model(ids).logits[:, -1:])


@pytest.mark.parametrize(
    "options",
    [{"do_sample": False}, {"num_beams": 3}, {"do_sample": True, "top_k": 5}],
    ids=["greedy", "beam", "sample"],
)
def test_generate(toy_model, options):
    ids = tokens(2, 6)
    torch.manual_seed(0)
    out = toy_model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=7, min_new_tokens=7, **options)
    assert out.shape == (2, 13) and torch.equal(out[:, :6], ids)
    if options == {"do_sample": False}:
        for t in range(6, 13):
            logits = toy_model(out[:, :t]).logits[:, -1]
            logits[:, toy_model.config.eos_token_id] = -float("inf")
            assert torch.equal(out[:, t], logits.argmax(-1))


def test_batch_with_left_padding_generates_the_same_one_by_one(toy_model):
    prompts = [tokens(1, n)[0] for n in (3, 9, 5)]
    longest = max(len(p) for p in prompts)
    ids = torch.stack([torch.cat([torch.zeros(longest - len(p), dtype=torch.long), p]) for p in prompts])
    mask = torch.stack([(torch.arange(longest) >= longest - len(p)).long() for p in prompts])
    together = toy_model.generate(ids, attention_mask=mask, max_new_tokens=12, do_sample=False)
    for row, prompt in zip(together, prompts, strict=True):
        alone = toy_model.generate(
            prompt[None], attention_mask=torch.ones_like(prompt[None]), max_new_tokens=12, do_sample=False
        )[0, len(prompt) :]
        assert row[longest : longest + len(alone)].tolist() == alone.tolist()


def test_generation_continues_a_cache(toy_model):
    ids = tokens(1, 20)
    expected = toy_model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=5, do_sample=False)
    past = toy_model(ids[:, :12], use_cache=True).past_key_values
    continued = toy_model.generate(
        ids, attention_mask=torch.ones_like(ids), past_key_values=past, max_new_tokens=5, do_sample=False
    )
    assert torch.equal(continued, expected)


def test_presets_have_their_size():
    with torch.device("meta"):
        sizes = {n: OdinForCausalLM(OdinConfig.from_preset(n)).num_parameters() for n in ("odin-nano", "odin-100m")}
    assert sizes["odin-nano"] <= 5_000_000
    assert 95_000_000 <= sizes["odin-100m"] <= 105_000_000


SCRIPT = """
import sys, torch
from transformers import AutoModel, AutoModelForCausalLM
folder = sys.argv[1]
try:
    import modeling_odin
    sys.exit("the repository is importable here, so this would prove nothing")
except ModuleNotFoundError:
    pass
model = AutoModelForCausalLM.from_pretrained(folder, trust_remote_code=True)
ids = torch.tensor([[5, 6, 7, 8]])
print(model(ids).logits[0, -1].tolist())
assert AutoModel.from_pretrained(folder, trust_remote_code=True)(ids).last_hidden_state.shape == (1, 4, 32)
model.save_pretrained(sys.argv[2])
"""


def test_saved_folder_loads_where_the_repository_cannot_be_imported(toy_model, tmp_path):
    """And saves itself again from there, code included."""
    toy_model.save_pretrained(tmp_path / "saved")
    # -I leaves out the working directory and PYTHONPATH; -S and the explicit path leave out editable installs.
    packages = [path for path in sys.path if path.endswith("site-packages")]
    start = f"import sys; sys.path += {packages!r}\n"
    result = subprocess.run(
        [sys.executable, "-I", "-S", "-c", start + SCRIPT, tmp_path / "saved", tmp_path / "again"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={"HF_MODULES_CACHE": str(tmp_path / "modules"), "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )
    assert result.returncode == 0, result.stderr
    logits = torch.tensor(json.loads(result.stdout))
    close(logits, toy_model(torch.tensor([[5, 6, 7, 8]])).logits[0, -1].detach())
    saved, again = ({f.name: f.read_bytes() for f in (tmp_path / d).glob("*.py")} for d in ("saved", "again"))
    assert saved == again and "modeling_odin.py" in saved


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda m: m(torch.tensor([[1, 97]])), "input_ids must lie in"),
        (lambda m: m(torch.tensor([[-1]])), "input_ids must lie in"),
        (lambda m: m(torch.zeros(1, 0, dtype=torch.long)), "empty"),
        (lambda m: m(), "exactly one"),
        (
            lambda m: m(tokens(1, 2), past_key_values=OdinCache.empty(m.config, 3, torch.float32, m.device)),
            "past_key_values.recurrent_states must have the shape",
        ),
        (
            lambda m: m(
                tokens(1, 2), past_key_values=OdinCache.empty(OdinConfig(num_hidden_layers=5), 1, torch.float32, "cpu")
            ),
            "past_key_values must have 2 layers",
        ),
    ],
)
def test_bad_input_is_refused_in_words(toy_model, call, message):
    with pytest.raises(ValueError, match=message):
        call(toy_model)


def test_corrupt_weights_are_refused(toy_model, tmp_path):
    toy_model.save_pretrained(tmp_path)
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(Exception, match="(?i)safetensor|incomplete|metadata|header"):
        OdinForCausalLM.from_pretrained(tmp_path)
