"""The golden tokens of odin-nano: what its files answer, whatever runs them.

`python -m tests.space.golden` writes golden.json anew, from a fresh export: fp32 by PyTorch, the others by Python's
onnxruntime. That is right after a new release of odin-nano, and after a change of how a precision is made; a change of
anything else has to leave the file as it is.

Only questions count in which every token of every precision is clearly ahead of the next: then no processor's or
engine's rounding decides.
"""

import json
import tempfile
from pathlib import Path

from transformers import AutoTokenizer

from export.build import build
from tests.space.references import onnx_continuation, passes, torch_continuation


MODEL = Path(__file__).parents[2] / "odin-nano"
GOLDEN = Path(__file__).with_name("golden.json")
# The runtime's names of the files of an export.
FILES = {
    "fp32": "model.onnx",
    "fp16": "model_fp16.onnx",
    "q8": "model_quantized.onnx",
    "q4": "model_q4.onnx",
    "q4f16": "model_q4f16.onnx",
    "q4wire": "model_q4wire.onnx",
}
# Some of their answers depend on the precision, all are short: every engine gives them in every precision.
QUESTIONS = [
    "What is 12 + 30?",
    "What is 406 / 7?",
    "Solve for x: 3x + 29 = 281",
    "A train goes 89 km in 9 hours. How fast is it?",
]
MOST_TOKENS = 64
# Of logits; what int8 leaves undecided is below 0.05.
CLEAR = 0.2


def answers(export: Path, question: str) -> dict[str, list[int]] | None:
    """The answer of each file, None where one of them has a token that is hardly likelier than another."""
    tokenizer = AutoTokenizer.from_pretrained(export)
    message = {"role": "user", "content": question}
    ids = tuple(tokenizer.apply_chat_template([message], add_generation_prompt=True))
    found = {}
    for dtype, name in FILES.items():
        graph, reads = export / "onnx" / name, passes(len(ids))
        found[dtype], margins = onnx_continuation(graph, ids, MOST_TOKENS, reads, eos=tokenizer.eos_token_id)
        if min(margins) < CLEAR:
            return None
    assert found["fp32"] == torch_continuation(MODEL, ids, MOST_TOKENS), "the float32 export is not the model"
    return found


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        export = Path(folder) / "odin-nano"
        build(MODEL, export)
        found = {question: answers(export, question) for question in QUESTIONS}
    kept = {question: answer for question, answer in found.items() if answer is not None}
    assert kept, "no question has a clear answer in every precision"
    lines = ",\n".join(
        f"{json.dumps(question)}: {{\n"
        + ",\n".join(f"  {json.dumps(dtype)}: {json.dumps(tokens)}" for dtype, tokens in answer.items())
        + "\n}"
        for question, answer in kept.items()
    )
    GOLDEN.write_text(f"{{\n{lines}\n}}\n")
    print(f"{len(kept)} of {len(QUESTIONS)} questions have a clear answer in every precision")


if __name__ == "__main__":
    main()
