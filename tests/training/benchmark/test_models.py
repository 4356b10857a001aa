"""Folders of ODIN and of other families answer alike; what cannot be loaded is said in words."""

import json
import shutil

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from training.benchmark.decoding import Decoding
from training.benchmark.local_models import render_plain
from training.benchmark.models import load_answerer
from training.checkpoint import CheckpointError


QUESTIONS = ["What is 2 + 3?", "Tom has 4 apples.", "?", "Double 21, then add 5 and take away 6."]
CONVERSATIONS = [[{"role": "user", "content": question}] for question in QUESTIONS]


@pytest.fixture(scope="module")
def odin(odin_folder):
    return load_answerer(str(odin_folder), device="cpu")


@pytest.fixture(scope="module")
def gpt2(gpt2_folder):
    return load_answerer(str(gpt2_folder), device="cpu")


@pytest.fixture
def copied(tmp_path):
    """A copy of a folder, to be damaged."""
    return lambda folder: shutil.copytree(folder, tmp_path / "copy")


def one_by_one(folder, prompts, max_new_tokens):
    """What transformers itself answers greedily."""
    model = AutoModelForCausalLM.from_pretrained(folder, trust_remote_code=True).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    texts = []
    for prompt in prompts:
        ids = tokenizer(prompt, return_tensors="pt")["input_ids"]
        output = model.generate(
            ids, attention_mask=torch.ones_like(ids), max_new_tokens=max_new_tokens, do_sample=False, pad_token_id=0
        )
        texts.append([tokenizer.decode(output[0, ids.shape[1] :], skip_special_tokens=True)])
    return texts


def test_odin_answers_as_generate_does(odin, odin_folder, byte_tokenizer):
    prompts = [
        byte_tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        for messages in CONVERSATIONS
    ]
    expected = one_by_one(odin_folder, prompts, 20)
    assert odin.answer(CONVERSATIONS, Decoding(max_new_tokens=20, batch_size=3)) == expected
    assert odin.count_tokens(["abc", ""]) == [3, 0]


def test_gpt2_answers_as_generate_does(gpt2, gpt2_folder):
    expected = one_by_one(gpt2_folder, [f"Question: {question}\nAnswer:" for question in QUESTIONS], 20)
    expected = [[text.removeprefix(" ") for text in texts] for texts in expected]
    assert gpt2.answer(CONVERSATIONS, Decoding(max_new_tokens=20, batch_size=4)) == expected


def test_the_batch_does_not_matter_to_gpt2(gpt2):
    def run(size, **settings):
        decoding = Decoding(max_new_tokens=12, temperature=0.8, top_p=0.9, samples=2, batch_size=size, **settings)
        return gpt2.answer(CONVERSATIONS, decoding)

    alone = run(1)
    assert all(len(texts) == 2 and texts[0] != texts[1] for texts in alone)
    assert run(3) == run(8) == alone != run(8, seed=1)


def test_gpt2_ends_stops_and_calculates(gpt2, monkeypatch):
    """Rows of one batch, each by its script: the calculator and stop texts act as they do for ODIN."""
    scripts = {"a": "<<12*3=99>> so 36 + 1 = 11", "b": "4\nQuestion: and", "c": "x" * 60}
    encoded = {name: gpt2.tokenizer(text)["input_ids"] for name, text in scripts.items()}
    forward = type(gpt2.model).forward

    def scripted(self, input_ids=None, attention_mask=None, **kwargs):
        output = forward(self, input_ids=input_ids, attention_mask=attention_mask, **kwargs)
        if input_ids.shape[1] > 1:
            self.names = [gpt2.tokenizer.decode(row[-len("a\nAnswer:")]) for row in input_ids]
            self.begin = attention_mask.shape[1]
        place = attention_mask.shape[1] - self.begin
        output.logits[:, -1] = 0.0
        for row, name in enumerate(self.names):
            token = encoded[name][place] if place < len(encoded[name]) else 2
            output.logits[row, -1, token] = 9.0
        return output

    monkeypatch.setattr(type(gpt2.model), "forward", scripted)
    asked = [[{"role": "user", "content": name}] for name in scripts]
    assert gpt2.answer(asked, Decoding(max_new_tokens=30)) == [["<<12*3=99>> so 36 + 1 = 11"], ["4"], ["x" * 30]]
    calculated = gpt2.answer(asked, Decoding(max_new_tokens=30, calculator=True))
    assert calculated == [["<<12*3=36>> so 36 + 1 = 11"], ["4"], ["x" * 30]]


def test_prompts_that_do_not_fit_are_cut_at_the_beginning(gpt2):
    long = [[{"role": "user", "content": "x" * 200 + "1+1?"}], CONVERSATIONS[0]]
    with pytest.warns(UserWarning, match="1 prompts do not fit into the context of toy-gpt2, 96 tokens of which 20"):
        texts = gpt2.answer(long, Decoding(max_new_tokens=20))
    kept = f"{'x' * 200}1+1?\nAnswer:"[-76:]
    assert texts[0] == [text.removeprefix(" ") for text in one_by_one(gpt2.folder, [kept], 20)[0]]
    with pytest.raises(ValueError, match="96 new ones leave no place"):
        gpt2.answer(CONVERSATIONS, Decoding(max_new_tokens=96))


def test_plain_prompts():
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "1+1?"},
        {"role": "assistant", "content": "2"},
        {"role": "user", "content": "2+2?"},
    ]
    assert render_plain(messages) == "Be brief.\n\nQuestion: 1+1?\nAnswer: 2\n\nQuestion: 2+2?\nAnswer:"


def test_a_template_without_system_messages(odin, monkeypatch):
    template = "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system') }}{% endif %}"
    monkeypatch.setattr(odin.tokenizer, "chat_template", template + "[{{ m.content }}]{% endfor %}")
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "1+1?"}]
    assert odin.render(messages) == "[Be brief.\n\n1+1?]"
    monkeypatch.setattr(odin.tokenizer, "chat_template", "{{ raise_exception('nothing at all') }}")
    with pytest.raises(ValueError, match="refuses the conversation: nothing at all"):
        odin.render(messages)


def test_what_a_model_says_of_itself(odin, gpt2, odin_folder):
    from data_chef.corpus import sha256_of

    said = odin.describe()
    assert said["files"]["model.safetensors"] == sha256_of(odin_folder / "model.safetensors")
    assert {"config.json", "tokenizer.json", "modeling_odin.py"} <= said["files"].keys()
    assert said["parameters"] == odin.model.num_parameters() and said["dtype"] == "float32"
    assert said["versions"].keys() >= {"python", "torch", "transformers"}
    assert (said["name"], said["prompts"]) == ("toy-odin", "chat template")
    said = gpt2.describe()
    assert (said["name"], said["prompts"], said["context"], said["model_type"]) == ("toy-gpt2", "plain", 96, "gpt2")
    json.dumps(said)


def test_precision(odin_folder, gpt2_folder):
    for folder in (odin_folder, gpt2_folder):
        model = load_answerer(str(folder), "cpu", "bf16")
        assert model.describe()["dtype"] == "bfloat16"
        assert len(model.answer(CONVERSATIONS, Decoding(max_new_tokens=3))) == 4
    with pytest.raises(ValueError, match="unknown dtype 'int3' for PyTorch: choose from fp32"):
        load_answerer(str(odin_folder), dtype="int3")
    with pytest.raises(ValueError, match="there is no device 'toaster' here"):
        load_answerer(str(odin_folder), device="toaster")


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(CheckpointError, match="there is no model folder"):
        load_answerer(str(tmp_path / "nothing"))


@pytest.mark.parametrize("fixture", ["odin_folder", "gpt2_folder"])
def test_damaged_weights(request, copied, fixture):
    folder = copied(request.getfixturevalue(fixture))
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(CheckpointError, match="damaged|cannot be loaded"):
        load_answerer(str(folder))


def test_weights_of_another_size(copied, gpt2_folder):
    folder = copied(gpt2_folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"n_layer": 3}))
    with pytest.raises(CheckpointError, match="do not fit its config.json, as for transformer.h.2"):
        load_answerer(str(folder))


def test_folders_that_lack_something(copied, odin_folder, tmp_path):
    folder = copied(odin_folder)
    (folder / "tokenizer.json").unlink()
    with pytest.raises(CheckpointError, match="no tokenizer.json"):
        load_answerer(str(folder))
    (folder / "config.json").unlink()
    with pytest.raises(CheckpointError, match="no config.json"):
        load_answerer(str(folder))
    (folder / "config.json").write_text('{"model_type": "of our own"}')
    with pytest.raises(CheckpointError, match="no config.json that transformers knows"):
        load_answerer(str(folder))


def test_models_of_the_hub(monkeypatch, odin_folder, gpt2_folder):
    import huggingface_hub

    def serve(folder):
        monkeypatch.setattr(huggingface_hub, "snapshot_download", lambda name, **kwargs: str(folder))

    serve(gpt2_folder)
    assert load_answerer("someone/toy", device="cpu").name == "someone/toy"
    serve(odin_folder)
    with pytest.raises(CheckpointError, match="brings code of its own"):
        load_answerer("someone/odin")

    def unreachable(name, **kwargs):
        raise OSError("no network\nand so on")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", unreachable)
    with pytest.raises(CheckpointError, match="cannot be had from the Hub: no network$"):
        load_answerer("someone/toy")
