import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoTokenizer

from data_chef.corpus import load, tokenizer_dir
from data_chef.curriculum import load_curriculum
from data_chef.text import chat, response
from data_chef.tokenizer import SPECIAL_TOKENS, train_tokenizer


HOSTILE = [
    "", " ", "\n\n\t ", "  two  spaces  ", "\u0000\u0007", "\u202eright to left\u202c", "e\u0301", "a\r\nb",
    "x" * 3000, "\U0001f468\u200d\U0001f469", "ﬁ ½ ² Ⅷ", "日本語 한국어 العربية", "\ufeffbom", "١٢٣ 123",
]  # fmt: skip


@pytest.fixture(scope="module")
def tokenizer(corpus):
    return AutoTokenizer.from_pretrained(tokenizer_dir(corpus))


def nfc(text: str) -> str:
    import unicodedata

    return unicodedata.normalize("NFC", text)


def test_special_tokens_come_first_and_the_size_is_as_asked(tokenizer):
    assert [tokenizer.convert_tokens_to_ids(token) for token in SPECIAL_TOKENS] == [0, 1, 2]
    assert len(tokenizer) == load_curriculum("nano").vocab_size == 4096
    assert (tokenizer.pad_token, tokenizer.eos_token, tokenizer.padding_side) == (
        "<|endoftext|>",
        "<|im_end|>",
        "left",
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_comes_back(tokenizer, text):
    assert tokenizer.decode(tokenizer(text)["input_ids"]) == nfc(text)


@settings(max_examples=200, deadline=None)
@given(text=st.text())
def test_any_text_comes_back(tokenizer, text):
    assert tokenizer.decode(tokenizer(text)["input_ids"]) == nfc(text)


def test_every_digit_is_a_token_of_its_own(tokenizer):
    tokens = tokenizer.tokenize("In 2026 12+345=357, 9x 007.")
    assert not any(re.search(r"\d", token) and len(token) > 1 for token in tokens)
    assert not any(re.search(r"\d", token) and len(token) > 1 for token in tokenizer.get_vocab())


def test_the_chat_template_renders_what_training_reads(tokenizer):
    user = {"role": "user", "content": "What is 1 + 1?"}
    asked = tokenizer.apply_chat_template([user], tokenize=False, add_generation_prompt=True)
    assert asked == chat("What is 1 + 1?")
    whole = tokenizer.apply_chat_template([user, {"role": "assistant", "content": "2"}], tokenize=False)
    assert whole == chat("What is 1 + 1?", "2")


def test_prompt_and_answer_meet_at_a_token_boundary(tokenizer, corpus):
    """The trainer tokenises the two parts on their own; the whole must give the same ids."""
    for row in load(corpus, "validation").select(range(60)):
        parts = tokenizer(chat(row["question"]))["input_ids"] + tokenizer(response(row) + "<|im_end|>\n")["input_ids"]
        assert parts == tokenizer(chat(row["question"], response(row)))["input_ids"]


def test_a_vocabulary_without_room_for_bytes_is_refused():
    with pytest.raises(ValueError, match="need 259"):
        train_tokenizer(["text"], 100)
