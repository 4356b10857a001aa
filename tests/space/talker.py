"""Toy models that always say the same: each token decides the next alone, whatever they are asked."""

from pathlib import Path

import torch
from tokenizers import AddedToken
from transformers import PreTrainedTokenizerFast

from configuration_odin import OdinConfig
from modeling_odin import OdinForCausalLM


# Logits are this many times what a unit embedding gives: drawn at a temperature, a token is as certain as at 0.
CERTAINTY = 4


def token_ids(tokenizer: PreTrainedTokenizerFast, words: list[str]) -> list[int]:
    """The ids of `words`, each of which becomes a token of the tokenizer."""
    tokenizer.add_tokens([AddedToken(word, normalized=False) for word in words])
    return tokenizer.convert_tokens_to_ids(words)


def save_talker(folder: Path, tokenizer: PreTrainedTokenizerFast, ids: list[int], again: int | None = 0) -> None:
    """Saves a release folder of a model that says `ids`, every one of which may occur once only.

    Args:
        again: the place in `ids` from which it then goes on for ever; None to end the answer.
    """
    # What every prompt ends with.
    (newline,) = tokenizer("\n")["input_ids"]
    said = [newline, *ids]
    config = OdinConfig(
        vocab_size=len(tokenizer),
        hidden_size=128,
        num_hidden_layers=2,
        head_dim=16,
        intermediate_size=128,
        decay_rank=8,
        gate_rank=8,
        tie_word_embeddings=False,
    )
    assert len(set(said)) == len(said) <= config.hidden_size, said
    model = OdinForCausalLM(config).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "out_proj" in name or "down_proj" in name:
                parameter.zero_()  # only what the token itself puts in comes out
        embeddings, head = model.get_input_embeddings().weight, model.get_output_embeddings().weight
        embeddings.zero_()
        head.zero_()
        after_last = config.eos_token_id if again is None else ids[again]
        for place, (token, following) in enumerate(zip(said, [*ids, after_last], strict=True)):
            embeddings[token, place] = 1
            head[following, place] = CERTAINTY
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
