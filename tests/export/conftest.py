"""A toy ODIN that has learned three answers by heart: its folder, export and release, and a Hub to publish it to."""

import os
import shutil
from types import SimpleNamespace

import pytest
import torch
from huggingface_hub import constants
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from configuration_odin import OdinConfig
from export.build import build
from export.publish.__main__ import main
from modeling_odin import OdinForCausalLM
from tests.export.hub import Hub
from tests.export.toy_release import VERSION, make_corpus, make_release


CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
# Two threads that wait for each other lose far more on a busy machine than these toys could gain from them.
torch.set_num_threads(1)

QUESTIONS = {"What is 2 + 3?": "5", "Tom has 4 apples and eats 1. How many are left?": "3", "Double 21.": "42"}


def make_tokenizer():
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(special_tokens=special, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(list(QUESTIONS), trainer)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token=special[0], eos_token=special[2])
    fast.chat_template = CHAT_TEMPLATE
    return fast


def learn_by_heart(model, tokenizer, steps=80):
    """Trains until the greedy answer to each question is right; some seconds at most."""
    texts = [
        tokenizer.apply_chat_template(
            [{"role": "user", "content": question}], tokenize=False, add_generation_prompt=True
        )
        + f"It is {answer}.\n#### {answer}<|im_end|>"
        for question, answer in QUESTIONS.items()
    ]
    batch = tokenizer(texts, padding=True, padding_side="left", return_tensors="pt")
    labels = batch["input_ids"].masked_fill(batch["attention_mask"] == 0, -100)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(steps):
        loss = model(batch["input_ids"], attention_mask=batch["attention_mask"], labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss < 0.1
    return model.eval()


@pytest.fixture(scope="session")
def questions():
    """The questions that the toy has learned, and their answers."""
    return QUESTIONS


@pytest.fixture(scope="session")
def make_folder():
    """Writes a model folder: random weights, or trained on the questions; keywords replace values of the config."""

    def make(folder, trained=False, **overrides):
        torch.manual_seed(0)
        tokenizer = make_tokenizer()
        sizes = {"hidden_size": 64, "num_hidden_layers": 2, "head_dim": 16, "intermediate_size": 128}
        ranks = {"decay_rank": 8, "gate_rank": 8}
        model = OdinForCausalLM(OdinConfig(**{"vocab_size": len(tokenizer), **sizes, **ranks, **overrides}))
        if trained:
            learn_by_heart(model, tokenizer)
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        return folder

    return make


@pytest.fixture(scope="session")
def toy(make_folder, tmp_path_factory):
    """The model folder."""
    return make_folder(tmp_path_factory.mktemp("models") / "toy", trained=True)


@pytest.fixture(scope="session")
def exported(toy, tmp_path_factory):
    """The export folder of the toy, all precisions."""
    folder = tmp_path_factory.mktemp("exports") / "toy"
    assert build(toy, folder)
    return folder


@pytest.fixture(scope="session")
def made(toy, questions, tmp_path_factory):
    """Release, export and corpus of the toy: what there is to publish."""
    folder = tmp_path_factory.mktemp("to-publish")
    corpus = make_corpus(folder / "corpus")
    release = make_release(toy, questions, corpus, folder / "run", folder / "toy", VERSION)
    assert build(release, folder / "export", ("fp32", "int8"))
    return SimpleNamespace(release=release, export=folder / "export", corpus=folder / "corpus")


@pytest.fixture
def parts(made, tmp_path):
    """A copy of these, to change."""
    copies = {name: shutil.copytree(folder, tmp_path / folder.name) for name, folder in vars(made).items()}
    return SimpleNamespace(**copies)


@pytest.fixture
def hub(tmp_path):
    with Hub(tmp_path / "hub") as hub:
        yield hub


@pytest.fixture
def publish(hub, tmp_path, monkeypatch, capfd):
    """Runs `python -m export.publish` in this process; returns status, output and errors. No output has the token.

    Whether the release loads by itself takes seconds to find out, and is tested where the command runs whole.
    """
    for name in os.environ:
        if name.startswith(("HF_", "HUGGING")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    for name, value in hub.environment(tmp_path / "home").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(constants, "ENDPOINT", hub.endpoint)
    monkeypatch.setattr("export.publish.model.load_alone", lambda *_: None)

    def run(arguments):
        capfd.readouterr()
        status = main(list(arguments))
        out, errors = capfd.readouterr()
        assert hub.token not in out + errors
        print(out, errors)
        return SimpleNamespace(status=status, out=out, errors=errors)

    return run
