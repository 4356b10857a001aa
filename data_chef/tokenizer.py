"""The tokenizer: byte-level BPE trained on the corpus and a lexicon, every digit a token of its own, ChatML roles."""

from collections.abc import Iterable
from importlib.resources import files
from itertools import chain
from typing import Any


# Their ids are 0, 1 and 2.
SPECIAL_TOKENS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
SMALLEST = len(SPECIAL_TOKENS) + 256
CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)


def lexicon() -> list[str]:
    """The most frequent English words, most frequent first (see data/SOURCES.md)."""
    return (files("data_chef") / "data" / "english.txt").read_text().split()


def train_tokenizer(texts: Iterable[str], vocab_size: int, lexicon_weight: int = 20) -> Any:
    """A `PreTrainedTokenizerFast` with exactly `vocab_size` tokens, when the texts have that many to offer.

    Args:
        texts: the corpus or a sample of it.
        vocab_size: special tokens and the 256 bytes included.
        lexicon_weight: how often the most frequent quarter of the lexicon counts on top of the whole lexicon; this
            keeps the words of unseen prompts from being spelled in bytes.

    Raises:
        ValueError: `vocab_size` has no room for the bytes.
    """
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    if vocab_size < SMALLEST:
        raise ValueError(f"vocab_size={vocab_size} is too small: 256 bytes and 3 special tokens need {SMALLEST}")
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    words = " ".join(lexicon())
    frequent = " ".join(lexicon()[: len(lexicon()) // 4])

    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=list(SPECIAL_TOKENS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(chain(texts, [words], [frequent] * lexicon_weight), trainer)
    end_of_text, _, im_end = SPECIAL_TOKENS
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token=im_end,
        pad_token=end_of_text,
        additional_special_tokens=[SPECIAL_TOKENS[1]],
        chat_template=CHAT_TEMPLATE,
        padding_side="left",
        model_input_names=["input_ids", "attention_mask"],  # else generate() is handed token_type_ids too
        model_max_length=1_000_000_000,
        clean_up_tokenization_spaces=False,
    )
