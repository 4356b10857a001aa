"""An export generates as the model in PyTorch does, and a folder that is not whole is refused in words."""

import json
import shutil

import pytest
import torch
from transformers import TextIteratorStreamer, pipeline

from export.build import build
from export.errors import ExportError
from export.ort_model import OdinORTModel
from training.checkpoint import load_model


TEXTS = ["Tom has 4 apples", "Double 21.", "x"]


@pytest.fixture(scope="module")
def model(toy):
    return load_model(toy)


@pytest.fixture(scope="module")
def fp32(exported):
    return OdinORTModel.from_pretrained(exported, threads=1)


@pytest.fixture(scope="module")
def int8(exported):
    return OdinORTModel.from_pretrained(exported, dtype="int8", threads=1)


@pytest.fixture(scope="module")
def batch(fp32):
    """Three rows, two of them padded on the left."""
    return fp32.tokenizer(TEXTS, padding=True, padding_side="left", return_tensors="pt", return_token_type_ids=False)


def calls_of(model, monkeypatch):
    """Notes the shape of what every run of the graph is fed."""
    shapes, step = [], model.session.step

    def noted(input_ids, *args):
        shapes.append(input_ids.shape)
        return step(input_ids, *args)

    monkeypatch.setattr(model.session, "step", noted)
    return shapes


@pytest.mark.parametrize(
    "how",
    [
        {"do_sample": False},
        {"do_sample": True, "temperature": 0.8, "top_p": 0.9},
        {"do_sample": False, "num_beams": 3},
        {"do_sample": True, "num_return_sequences": 2, "repetition_penalty": 1.2},
        {"do_sample": False, "use_cache": False},
        {"do_sample": False, "stop_strings": ["p"]},
    ],
    ids=lambda how: " ".join(how),
)
def test_generates_as_pytorch(model, fp32, batch, how):
    tokens = []
    for each in (model, fp32):
        torch.manual_seed(0)
        tokens.append(each.generate(**batch, max_new_tokens=16, tokenizer=fp32.tokenizer, **how))
    assert torch.equal(*tokens)


def test_a_step_feeds_one_token_and_computes_one_row_of_logits(fp32, batch, monkeypatch):
    shapes = calls_of(fp32, monkeypatch)
    kept = []
    hook = fp32.register_forward_hook(lambda module, inputs, output: kept.append(output.logits.shape))
    fp32.generate(**batch, max_new_tokens=4, min_new_tokens=4, do_sample=False)
    hook.remove()
    length = batch["input_ids"].shape[1]
    assert shapes == [(3, length), (3, 1), (3, 1), (3, 1)]
    assert kept == [(3, 1, fp32.config.vocab_size)] * 4


def test_continuing_from_a_cache_costs_only_the_new_tokens(fp32, monkeypatch):
    ids = torch.tensor([[5, 6, 7, 8, 9]])
    first = fp32.generate(ids, max_new_tokens=4, min_new_tokens=4, do_sample=False, return_dict_in_generate=True)
    longer = torch.cat([first.sequences, torch.tensor([[11, 12]])], 1)
    how = {"max_new_tokens": 5, "min_new_tokens": 5, "do_sample": False}
    whole = fp32.generate(longer, **how)
    shapes = calls_of(fp32, monkeypatch)
    again = fp32.generate(longer, past_key_values=first.past_key_values, **how)
    assert torch.equal(again, whole)
    assert shapes == [(1, 3), *[(1, 1)] * 4]  # the newest token of the first answer had not been read yet


def test_a_cache_of_pytorch_serves_and_the_other_way_round(model, fp32):
    ids = torch.tensor([[5, 6, 7, 8, 9, 10]])
    with torch.inference_mode():
        whole = model(ids).logits
        for first, second in ((model, fp32), (fp32, model)):
            cache = first(ids[:, :4], use_cache=True).past_key_values
            rest = second(ids[:, 4:], past_key_values=cache, use_cache=True)
            torch.testing.assert_close(rest.logits, whole[:, 4:], atol=2e-4, rtol=0)
            assert rest.past_key_values.get_seq_length() == 6


def test_streams_the_answer(fp32, questions):
    question, answer = next(iter(questions.items()))
    streamer = TextIteratorStreamer(fp32.tokenizer, skip_prompt=True, skip_special_tokens=True)
    prompt = fp32.tokenizer.apply_chat_template(
        [{"role": "user", "content": question}], add_generation_prompt=True, return_tensors="pt"
    )
    fp32.generate(
        prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=40, do_sample=False, streamer=streamer
    )
    parts = [part for part in streamer if part]
    assert len(parts) > 1 and "".join(parts) == f"It is {answer}.\n#### {answer}"


def test_pipeline(fp32, questions):
    ask = pipeline("text-generation", model=fp32, tokenizer=fp32.tokenizer)
    conversations = [[{"role": "user", "content": question}] for question in questions]
    found = ask(conversations, max_new_tokens=40, do_sample=False)
    said = [answer[0]["generated_text"][-1]["content"] for answer in found]
    assert said == [f"It is {answer}.\n#### {answer}" for answer in questions.values()]


def test_int8_rows_do_not_depend_on_their_company(int8, batch):
    together = int8(**batch).logits
    for row in range(len(TEXTS)):
        alone = {name: value[row : row + 1] for name, value in batch.items()}
        assert torch.equal(int8(**alone).logits[0], together[row])


def test_int8_rows_fed_at_once_do(exported, int8, batch):
    at_once = OdinORTModel.from_pretrained(exported, dtype="int8", threads=1, row_by_row=False)
    assert not torch.equal(at_once(**batch).logits, int8(**batch).logits)


def test_left_padding_is_exact_and_padding_elsewhere_is_refused(fp32, batch):
    logits = fp32(**batch).logits[2, -1]
    alone = fp32(batch["input_ids"][2:, -1:]).logits[0, -1]
    torch.testing.assert_close(logits, alone, atol=1e-4, rtol=0)
    ids = torch.tensor([[5, 6, 0]])
    with pytest.raises(ValueError, match="padding must be on the left"):
        fp32(ids, attention_mask=torch.tensor([[1, 1, 0]]))
    cache = fp32(ids).past_key_values
    with pytest.raises(ValueError, match="has not begun"):
        fp32(ids, attention_mask=torch.tensor([[1, 1, 1, 0, 1, 1]]), past_key_values=cache)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"input_ids": torch.tensor([[10**6]])}, "must lie in"),
        ({"input_ids": torch.zeros(1, 0, dtype=torch.long)}, "has no tokens"),
        ({"input_ids": torch.tensor([[5]]), "output_hidden_states": True}, "use OdinForCausalLM"),
        ({"input_ids": torch.tensor([[5]]), "attention_mask": torch.ones(2, 1)}, "attention_mask must have the shape"),
    ],
)
def test_bad_input(fp32, inputs, message):
    with pytest.raises(ValueError, match=message):
        fp32(**inputs)


def test_a_cache_of_another_batch_is_refused(fp32):
    cache = fp32(torch.tensor([[5], [6]])).past_key_values
    with pytest.raises(ValueError, match="another batch size"):
        fp32(torch.tensor([[5]]), past_key_values=cache)


def edit_config(folder, **values):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | values))


def truncate(folder):
    (folder / "onnx/model.onnx").write_bytes((folder / "onnx/model.onnx").read_bytes()[:1000])


def truncate_without_manifest(folder):
    (folder / "manifest.json").unlink()
    truncate(folder)


def swap(folder):
    shutil.copy(folder / "onnx/model_quantized.onnx", folder / "onnx/model.onnx")


BAD = {
    "cut off": (truncate, "not the file of the manifest"),
    "cut off, no manifest": (truncate_without_manifest, "not a model that onnxruntime can load"),
    "another file": (swap, "not the file of the manifest"),
    "manifest": (lambda folder: (folder / "manifest.json").write_text("["), "cannot be read"),
    "no tokenizer": (lambda folder: (folder / "tokenizer.json").unlink(), "no tokenizer.json"),
    "no such precision": (lambda folder: (folder / "onnx/model.onnx").unlink(), "has no model.onnx, only fp16, int8"),
    "another architecture": (lambda folder: edit_config(folder, model_type="gpt2"), "type 'gpt2', expected 'odin'"),
    "another size": (lambda folder: edit_config(folder, num_hidden_layers=3), "is not of the model in"),
    "no folder": (shutil.rmtree, "no export folder"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_folders_are_refused(exported, tmp_path, case):
    damage, message = BAD[case]
    folder = shutil.copytree(exported, tmp_path / "export")
    damage(folder)
    with pytest.raises(ExportError, match=message):
        OdinORTModel.from_pretrained(folder, dtype="fp32")


def test_unknown_precision(exported):
    with pytest.raises(ValueError, match="unknown dtype 'int3'"):
        OdinORTModel.from_pretrained(exported, dtype="int3")


def test_the_graph_of_another_model(make_folder, exported, tmp_path):
    folder = shutil.copytree(exported, tmp_path / "export")
    assert build(make_folder(tmp_path / "model", head_dim=32), tmp_path / "other", ("fp32",))
    shutil.copy(tmp_path / "other/onnx/model.onnx", folder / "onnx/model.onnx")
    (folder / "manifest.json").unlink()
    with pytest.raises(ExportError, match="is not of the model in"):
        OdinORTModel.from_pretrained(folder)
