"""What a page has to answer, computed in Python."""

from functools import cache
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer


QUESTION = "Tom has 12 apples and buys 3 bags of 7. How many apples does he have?"


@cache
def reference(folder: Path, question: str, tokens: int):
    """Prompt and greedy answer of a model folder in PyTorch."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, trust_remote_code=True, dtype=torch.float32)
    prompt = tokenizer.apply_chat_template(
        [{"role": "user", "content": question}], add_generation_prompt=True, return_tensors="pt"
    )
    with torch.no_grad():
        output = model.generate(prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=tokens, do_sample=False)
    return prompt[0].tolist(), output[0, prompt.shape[1] :].tolist()


def regrets(runner, prompt, tokens):
    """How far below the highest logit each token was, by Python's onnxruntime reading the same text."""
    found, ids, states = [], prompt, runner.empty_states(1)
    for token in tokens:
        logits, states = runner.step(np.array([ids]), states, num_logits_to_keep=1)
        found.append(float(logits[0, -1].max() - logits[0, -1, token]))
        ids = [token]
    return found
