"""Which operation bears which precision: `python docs/studies/precision.py --data corpus/nano`.

Runs the released odin-nano on held-out documents with one operation at a time in bfloat16, float16 or int8 and all
else in float32, and records what that does to the logits of the answers. Writes docs/measurements/precision.json and
the tables of docs/proofs.md.
"""

import argparse
import contextlib
import functools
import json
import sys
from collections.abc import Callable
from pathlib import Path
from unittest import mock


HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

import torch  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402
from tqdm import tqdm  # noqa: E402

import data_chef  # noqa: E402
from data_chef.text import chat, response  # noqa: E402
from modeling_odin import OdinForCausalLM, layers_odin, time_mixing_odin  # noqa: E402
from modeling_odin.recurrence import chunked_gated_delta, recurrent_gated_delta  # noqa: E402
from training.checkpoint import load_tokenizer  # noqa: E402
from training.io import replace_block, write_json  # noqa: E402


HALF = {"bfloat16": torch.bfloat16, "float16": torch.float16}
RELEASE = HERE.parents[1] / "odin-nano"
# An operation may run in a precision when the answers' greedy tokens and loss stay as they are, to these margins.
AGREEMENT, LOSS = 0.995, 0.01


def fake_int8(x, dim=None):
    """x rounded to 256 levels between its extremes, over all of it or for each index of dimension `dim`."""
    others = [d for d in range(x.ndim) if d != dim]
    low, high = x.amin(others, keepdim=True).clamp(max=0), x.amax(others, keepdim=True).clamp(min=0)
    scale = ((high - low) / 255).clamp(min=1e-12)
    return ((x - low) / scale).round() * scale + low


def linear_in(precision: str) -> Callable:
    """`nn.Linear.forward` with inputs, weight and result of that precision (int8: as exported, result float32)."""

    def forward(self, x):
        if precision == "int8":
            return F.linear(fake_int8(x), fake_int8(self.weight, 0), self.bias)
        dtype = HALF[precision]
        bias = None if self.bias is None else self.bias.to(dtype)
        return F.linear(x.to(dtype), self.weight.to(dtype), bias).float()

    return forward


@contextlib.contextmanager
def replaced(model, names: tuple[str, ...], forward: Callable):
    """The forward of all modules whose name ends in one of `names`."""
    with contextlib.ExitStack() as stack:
        for name, module in model.named_modules():
            if name.endswith(names):
                stack.enter_context(mock.patch.object(module, "forward", functools.partial(forward, module)))
        yield


def in_dtype(function: Callable, dtype: torch.dtype) -> Callable:
    """`function` with its tensors rounded to `dtype` on the way in and out, and computed in it."""

    def run(*arguments):
        lowered = (x.to(dtype) if isinstance(x, torch.Tensor) and x.is_floating_point() else x for x in arguments)
        out = function(*lowered)
        return tuple(x.float() for x in out) if isinstance(out, tuple) else out.float()

    return run


def norm_in(dtype: torch.dtype) -> Callable:
    def forward(self, x):
        x = x.to(dtype)
        return (x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.eps) * self.weight.to(dtype)).float()

    return forward


def conv_in(dtype: torch.dtype) -> Callable:
    def forward(self, x, state, mask=None, seq_idx=None):
        with mock.patch.object(self, "weight", nn.Parameter(self.weight.to(dtype))):
            out = layers_odin.OdinShortConv.forward(self, x.to(dtype), state.to(dtype), mask, seq_idx)
        return tuple(part.float() for part in out)

    return forward


def l2_in(dtype: torch.dtype) -> Callable:
    return lambda x: (x.to(dtype) * torch.rsqrt(x.to(dtype).square().sum(-1, keepdim=True) + 1e-6)).float()


def decay_in(dtype: torch.dtype) -> Callable:
    def log_decay(self, x):
        share = torch.sigmoid(F.linear(torch.tanh(x), self.decay_proj.weight, self.decay_proj.bias).to(dtype))
        low, high = time_mixing_odin.MIN_DECAY, self.max_decay
        return -(low + (high - low) * share).float()

    return log_decay


def recurrence_with(lower: Callable) -> Callable:
    """A `select_form` whose form sees q, k, v, g, beta as `lower` leaves them."""

    def form(q, k, v, g, beta, state, seq_idx=None, chunk_size=None):
        return chunked_gated_delta(*lower(q, k, v, g, beta), state, seq_idx, chunk_size)

    return lambda *unused: form


def state_in(dtype: torch.dtype) -> Callable:
    """A `select_form` whose state is kept in `dtype` between tokens."""

    def form(q, k, v, g, beta, state, seq_idx=None, chunk_size=None):
        outputs = []
        for t in range(q.shape[1]):
            token = (x[:, t : t + 1] for x in (q, k, v, g, beta))
            out, state = recurrent_gated_delta(*token, state)
            state = state.to(dtype).float()
            outputs.append(out)
        return torch.cat(outputs, 1), state

    return lambda *unused: form


def rounded_factor(dtype: torch.dtype) -> Callable:
    """g such that exp(g) is what `dtype` makes of it."""

    def lower(q, k, v, g, beta):
        return q, k, v, g.exp().to(dtype).double().clamp(min=1e-30).log().float(), beta

    return lower


def rounded_inputs(dtype: torch.dtype) -> Callable:
    def lower(q, k, v, g, beta):
        return *(x.to(dtype).float() for x in (q, k, v)), g, beta.to(dtype).float()

    return lower


def operations(model) -> dict[str, dict[str, Callable]]:
    """For each operation and precision a function that opens a context in which the model runs it so."""
    found: dict[str, dict[str, Callable]] = {}
    matrices = {
        "projections of the time mixing": ("in_proj", "gate_proj", "out_proj"),
        "low-rank decay": ("decay_proj",),
        "matrices of the channel mixing": ("up_proj", "down_proj"),
        "head": ("lm_head",),
    }
    for name, modules in matrices.items():
        found[name] = {
            p: functools.partial(replaced, model, modules, linear_in(p)) for p in ("bfloat16", "float16", "int8")
        }

    def patch(target, attribute, value):
        return lambda: mock.patch.object(target, attribute, value)

    relu = layers_odin.squared_relu
    for p, dtype in HALF.items():
        cases = {
            "squared ReLU": patch(layers_odin, "squared_relu", in_dtype(relu, dtype)),
            "norms, sum of squares included": functools.partial(replaced, model, ("norm",), norm_in(dtype)),
            "short convolution": functools.partial(replaced, model, ("conv",), conv_in(dtype)),
            "unit length of q and k": patch(time_mixing_odin, "l2_normalize", l2_in(dtype)),
            "g (sigmoid of the decay)": patch(time_mixing_odin.OdinTimeMixing, "log_decay", decay_in(dtype)),
            "exp(g)": patch(time_mixing_odin, "select_form", recurrence_with(rounded_factor(dtype))),
            "q, k, v, b": patch(
                time_mixing_odin,
                "select_form",
                recurrence_with(rounded_inputs(dtype)),
            ),
            "state between tokens": patch(time_mixing_odin, "select_form", state_in(dtype)),
        }
        for name, context in cases.items():
            found.setdefault(name, {})[p] = context
        found.setdefault("residual stream", {})[p] = functools.partial(
            replaced, model, tuple(f"layers.{i}" for i in range(len(model.model.layers))), stream_in(dtype)
        )
    return found


def stream_in(dtype: torch.dtype) -> Callable:
    def forward(self, x, *arguments):
        x, *states = type(self).forward(self, x.to(dtype).float(), *arguments)
        return x.to(dtype).float(), *states

    return forward


def documents(data: str, count: int) -> list[tuple[torch.Tensor, int]]:
    """(token ids `[1, T]`, length of the question's part) of held-out documents, evenly over the corpus."""
    tokenizer = load_tokenizer(RELEASE, 10**9)
    items = data_chef.load(data, "test").shuffle(seed=0).select(range(count))
    pairs = ((chat(item["question"]), response(item) + "<|im_end|>\n") for item in items)
    return [
        (
            torch.tensor([tokenizer(question)["input_ids"] + tokenizer(answer)["input_ids"]]),
            len(tokenizer(question).input_ids),
        )
        for question, answer in pairs
    ]


@torch.inference_mode()
def answers(model, texts) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits `[tokens, N]` that predict the answers' tokens, and these tokens, of all documents."""
    logits, labels = [], []
    for ids, question in texts:
        logits.append(model(ids, use_cache=False).logits[0, question - 1 : -1])
        labels.append(ids[0, question:])
    return torch.cat(logits), torch.cat(labels)


def compare(model, texts) -> list[dict]:
    """One record per operation and precision."""
    exact, labels = answers(model, texts)
    exact_loss = F.cross_entropy(exact, labels).item()
    records = []
    for name, precisions in tqdm(operations(model).items(), desc="operations"):
        for precision, context in precisions.items():
            try:
                with context():
                    got, _ = answers(model, texts)
            except ValueError:  # the model refuses hidden states that are not finite
                records.append({"operation": name, "precision": precision, "finite": False, "may": False})
                continue
            loss = F.cross_entropy(got, labels).item()
            agreement = (got.argmax(-1) == exact.argmax(-1)).float().mean().item()
            records.append(
                {
                    "operation": name,
                    "precision": precision,
                    "finite": True,
                    "logits_error": ((got - exact).norm() / exact.norm()).item(),
                    "agreement": agreement,
                    "loss_change": loss - exact_loss,
                    "may": agreement >= AGREEMENT and abs(loss - exact_loss) <= LOSS * max(exact_loss, 0.1),
                }
            )
    return records


# In the order in which a token passes them.
PLACES = (
    "W_in", "time mixing", "before the squared ReLU", "squared ReLU", "channel mixing", "residual stream", "state",
    "logits",
)  # fmt: skip


def ranges(model, texts) -> dict[str, float]:
    """Largest absolute value of what flows where, over all documents."""
    largest: dict[str, float] = {}

    def note(name, x):
        largest[name] = max(largest.get(name, 0.0), x.abs().max().item())

    relu = layers_odin.squared_relu

    def watched(x):
        note("before the squared ReLU", x)
        out = relu(x)
        note("squared ReLU", out)
        return out

    def hook(label):
        def run(module, inputs, out):  # returns nothing: what a hook returns replaces the output
            if label == "block":
                note("residual stream", out[0])
                note("state", out[2])
            else:
                note(label, out[0] if isinstance(out, tuple) else out)

        return run

    names = {"time_mixing": "time mixing", "channel_mixing": "channel mixing", "in_proj": "W_in", "lm_head": "logits"}
    hooks = []
    for name, module in model.named_modules():
        label = "block" if type(module).__name__ == "OdinBlock" else names.get(name.rpartition(".")[2])
        if label is not None:
            hooks.append(module.register_forward_hook(hook(label)))
    with mock.patch.object(layers_odin, "squared_relu", watched):
        answers(model, texts)
    for handle in hooks:
        handle.remove()
    return largest


def tables(results: dict) -> dict[str, str]:
    rows = [
        "| in lower precision, all else float32 | precision | error of logits | greedy tokens kept | loss | may |",
        "| --- | --- | ---: | ---: | ---: | --- |",
    ]
    for r in results["operations"]:
        shown = (
            "not finite | | "
            if not r["finite"]
            else (f"{r['logits_error']:.1e} | {100 * r['agreement']:.2f}% | {r['loss_change']:+.1e}")
        )
        rows.append(f"| {r['operation']} | {r['precision']} | {shown} | {'yes' if r['may'] else '**no**'} |")
    largest = ["| largest absolute value of | |", "| --- | ---: |"]
    largest += [f"| {name} | {results['ranges'][name]:.4g} |" for name in PLACES]
    return {"precision": "\n".join(rows), "ranges": "\n".join(largest)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--data", default="corpus/nano", help="corpus folder with a test split")
    parser.add_argument("--documents", type=int, default=200)
    options = parser.parse_args()
    torch.manual_seed(0)
    model = OdinForCausalLM.from_pretrained(RELEASE).eval()
    texts = documents(options.data, options.documents)
    results = {
        "documents": len(texts),
        "answer_tokens": sum(ids.shape[1] - question for ids, question in texts),
        "operations": compare(model, texts),
        "ranges": ranges(model, texts),
    }
    write_json(HERE.parent / "measurements/precision.json", results)
    for name, text in tables(results).items():
        replace_block(HERE.parent / "proofs.md", name, text)
    print(json.dumps({"answer_tokens": results["answer_tokens"], **results["ranges"]}))


if __name__ == "__main__":
    main()
