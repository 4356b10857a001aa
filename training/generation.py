"""Greedy answers to many prompts at once, on the recurrent cache."""

import torch
from tqdm import tqdm


@torch.inference_mode()
def generate_greedy(
    model, tokenizer, prompts: list[str], max_new_tokens: int = 256, batch_size: int = 128, progress: bool = False
) -> list[str]:
    """The model's continuation of each prompt up to `<|im_end|>`, as text, in the order of the prompts.

    A row that has ended leaves the batch at once, so a long answer does not hold up the short ones: the state has the
    same size for all, which makes dropping rows a plain index.

    Raises:
        ValueError: a prompt without tokens.
    """
    encoded = [tokenizer(prompt)["input_ids"] for prompt in prompts]
    for prompt, ids in zip(prompts, encoded, strict=True):
        if not ids:
            raise ValueError(f"the prompt {prompt!r} has no tokens; write at least one character")
    order = sorted(range(len(prompts)), key=lambda i: len(encoded[i]))
    answers: list[str] = [""] * len(prompts)
    was_training = model.training
    model.eval()
    for start in tqdm(range(0, len(order), batch_size), desc="answering", disable=not progress):
        rows = order[start : start + batch_size]
        tokens = _decode(model, tokenizer, [encoded[i] for i in rows], max_new_tokens)
        for i, ids in zip(rows, tokens, strict=True):
            answers[i] = tokenizer.decode(ids, skip_special_tokens=True)
    model.train(was_training)
    return answers


def _decode(model, tokenizer, prompts: list[list[int]], max_new_tokens: int) -> list[list[int]]:
    batch = tokenizer.pad({"input_ids": prompts}, padding_side="left", return_tensors="pt").to(model.device)
    outputs = model(batch["input_ids"], attention_mask=batch["attention_mask"], logits_to_keep=1, use_cache=True)
    generated: list[list[int]] = [[] for _ in prompts]
    alive = torch.arange(len(prompts), device=model.device)
    for _ in range(max_new_tokens):
        token = outputs.logits[:, -1].argmax(-1)
        going = token != model.config.eos_token_id
        if not going.all():
            alive, token = alive[going], token[going]
            outputs.past_key_values.batch_select_indices(going)
        if not len(alive):
            break
        for row, id_ in zip(alive.tolist(), token.tolist(), strict=True):
            generated[row].append(id_)
        outputs = model(token[:, None], past_key_values=outputs.past_key_values, use_cache=True)
    return generated
