"""Greedy answers to many prompts at once, on the recurrent cache."""

from tqdm import tqdm

from training.benchmark.decoding import Decoding, Writer, write
from training.benchmark.torch_models import TorchRecurrent


def generate_greedy(
    model, tokenizer, prompts: list[str], max_new_tokens: int = 256, batch_size: int = 128, progress: bool = False
) -> list[str]:
    """The model's continuation of each prompt up to `<|im_end|>`, as text, in the order of the prompts.

    Raises:
        ValueError: a prompt without tokens.
    """
    encoded = [tokenizer(prompt)["input_ids"] for prompt in prompts]
    for prompt, ids in zip(prompts, encoded, strict=True):
        if not ids:
            raise ValueError(f"the prompt {prompt!r} has no tokens; write at least one character")
    decoding = Decoding(max_new_tokens=max_new_tokens, batch_size=batch_size)
    writer = Writer(tokenizer, [model.config.eos_token_id], decoding, prompts)
    was_training = model.training
    model.eval()
    try:
        with tqdm(total=len(prompts), desc="answering", disable=not progress) as bar:
            rows = write(TorchRecurrent(model), encoded, writer, bar=bar)
    finally:
        model.train(was_training)
    return [texts[0] for texts in writer.texts(rows)]
