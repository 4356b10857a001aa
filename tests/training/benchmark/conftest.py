"""Toys to ask: a tokenizer of bytes, an ODIN and a GPT-2 with random weights, a model that reads from a script."""

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

from configuration_odin import OdinConfig
from modeling_odin import OdinForCausalLM


SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
# Two threads that wait for each other lose far more on a busy machine than these toys could gain from them.
torch.set_num_threads(1)


def make_tokenizer(**settings):
    """A token a byte; ids as ODIN's: 0 pads, 2 ends an answer."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE({token: i for i, token in enumerate(SPECIAL + letters)}, []))
    tokenizer.add_special_tokens(SPECIAL)
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=SPECIAL[2], **settings)


def stir(model, seed=0):
    """Weights large enough that every part matters to the logits."""
    torch.manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    return model.eval()


@pytest.fixture(scope="session")
def byte_tokenizer():
    """A token a byte, with the chat template."""
    tokenizer = make_tokenizer(pad_token=SPECIAL[0])
    tokenizer.chat_template = CHAT_TEMPLATE
    return tokenizer


@pytest.fixture(scope="session")
def odin_folder(byte_tokenizer, tmp_path_factory):
    """A saved toy ODIN."""
    folder = tmp_path_factory.mktemp("models") / "toy-odin"
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "head_dim": 16, "intermediate_size": 48}
    config = OdinConfig(vocab_size=len(byte_tokenizer), decay_rank=8, gate_rank=8, chunk_size=8, **sizes)
    stir(OdinForCausalLM(config)).save_pretrained(folder)
    byte_tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def gpt2_folder(tmp_path_factory):
    """A saved toy GPT-2, without a padding token and without a chat template."""
    folder = tmp_path_factory.mktemp("models") / "toy-gpt2"
    tokenizer = make_tokenizer()
    config = GPT2Config(len(tokenizer), n_positions=96, n_embd=32, n_layer=2, n_head=2, bos_token_id=2, eos_token_id=2)
    stir(GPT2LMHeadModel(config)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


class Script:
    """A recurrent model that says what a script says, whatever it is fed; notes how it was used.

    Args:
        scripts: token lists by the first token of a prompt; each is followed by the end token 2.
    """

    def __init__(self, scripts, vocab_size):
        self.vocab_size = vocab_size
        self.scripts = scripts
        self.reads, self.steps = [], []

    def read(self, prompts):
        self.reads.append([list(prompt) for prompt in prompts])
        return self.logits([torch.tensor([[prompt[0], 0] for prompt in prompts])])

    def step(self, tokens, states):
        self.steps.append(len(tokens))
        return self.logits([states[0] + torch.tensor([0, 1])])

    def logits(self, states):
        logits = torch.zeros(len(states[0]), self.vocab_size)
        logits[:, 3] = 1.0  # `!`, where what the script says is forbidden
        for row, (name, place) in enumerate(states[0].tolist()):
            script = self.scripts[name]
            logits[row, script[place] if place < len(script) else 2] = 9.0
        return logits, states


@pytest.fixture
def make_script(byte_tokenizer):
    """A `Script` from texts, and the prompts that call for each."""

    def make(*texts):
        ids = [byte_tokenizer(text)["input_ids"] for text in texts]
        return Script(dict(enumerate(ids, start=10)), len(byte_tokenizer)), [[10 + i] for i in range(len(texts))]

    return make
