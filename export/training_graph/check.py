"""Compares a training graph in onnxruntime with the model, AdamW and gradient clipping of PyTorch, step by step."""

from pathlib import Path

import onnxruntime
import torch
from torch import nn
from tqdm import tqdm

from ..errors import ExportError
from .step import BETAS, EPS, Lora, Step


STEPS = 50
LEARNING_RATE, WARM_UP = 2e-4, 10
# Every fifth step's, which changes only rounding; and one that no gradient in float32 can be multiplied by.
LOSS_SCALE, OVERFLOWING = 512.0, 1e38
# Largest differences that float32 explains, those of norms and moments relative. Where a gradient is nearly zero,
# AdamW makes a whole step of the sign of its rounding.
LOSS_LIMIT, PARAMETER_LIMIT = 2e-4, 2e-3
NORM_LIMIT = MOMENT_LIMIT = 1e-2


def verify(graph: Path, model, step: Step, trained, frozen, seed: int, steps: int = STEPS) -> dict:
    """Trains on random packed rows in both, and compares losses, gradient norms, what is learned and the moments; then
    sees the graph overflow.

    Each step begins from where PyTorch has come to: where a model is sharp, two right runs of many steps may part.

    Args:
        graph: file of the training graph, with what it refers to beside it.
        trained: first values by name.
        frozen: of the other parameters the values that the graph computes with.

    Returns:
        `verified` of train.json: steps, largest differences of a loss and of a trained number, and PyTorch's version.

    Raises:
        ExportError: they differ by more than rounding, or the overflow is not told.
    """
    ours, theirs = GraphTrainer(graph, trained), TorchTrainer(model, trained, frozen, step.lora)
    generator = torch.Generator().manual_seed(seed)
    worst = {"loss": 0.0, "parameter": 0.0}
    for number in tqdm(range(1, steps + 1), desc="comparing with PyTorch", disable=None):
        batch = random_batch(step.batch, step.seq, model.config.vocab_size, generator)
        rate = LEARNING_RATE * min(1.0, number / WARM_UP)
        clip = 1.0 if number % 2 else 1e6
        ours.take(theirs)
        loss, norm = ours.step(batch, rate, clip, 1.0 if number % 5 else LOSS_SCALE)
        expected, expected_norm = theirs.step(batch, rate, clip)
        if not (abs(loss - expected) <= LOSS_LIMIT and abs(norm - expected_norm) <= NORM_LIMIT * expected_norm):
            raise ExportError(
                f"the training graph is not the model: in step {number} it gives the loss {loss:.6f} and the gradient "
                f"norm {norm:.6f}, PyTorch {expected:.6f} and {expected_norm:.6f}. Nothing was written"
            )
        apart = {group: difference(values, theirs.state[group], group) for group, values in ours.state.items()}
        if not (apart["parameter"] <= PARAMETER_LIMIT and apart["m"] <= MOMENT_LIMIT and apart["v"] <= MOMENT_LIMIT):
            raise ExportError(
                f"the training graph is not the model: step {number} gives parameters that differ from PyTorch's by "
                f"{apart['parameter']:.1e}, and moments by {apart['m']:.1%} and {apart['v']:.1%}. Nothing was written"
            )
        worst = {
            "loss": max(worst["loss"], abs(loss - expected)),
            "parameter": max(worst["parameter"], apart["parameter"]),
        }
    if not ours.run(batch, rate, clip, OVERFLOWING)["overflow"]:
        raise ExportError(
            f"the training graph does not tell that it overflows, with a loss scale of {OVERFLOWING:.0e}. "
            "Nothing was written"
        )
    version = torch.__version__.partition("+")[0]
    return {
        "steps": steps,
        "loss_difference": worst["loss"],
        "parameter_difference": worst["parameter"],
        "against": f"PyTorch {version}",
    }


def difference(found: dict[str, torch.Tensor], expected: dict[str, torch.Tensor], group: str) -> float:
    """The largest difference of a parameter, or of a moment as a share of the largest in its tensor; NaN if one is."""
    apart = []
    for name, values in expected.items():
        scale = 1.0 if group == "parameter" else values.abs().max().clamp(min=1e-30)
        apart.append(((found[name] - values).abs() / scale).max())
    return torch.stack(apart).max().item()


def random_batch(batch: int, seq: int, vocab_size: int, generator) -> dict[str, torch.Tensor]:
    """Rows `[B, T]` of documents of random lengths with masked beginnings, repeated tokens, padding at the end."""
    ids = torch.randint(vocab_size, (batch, seq), generator=generator)
    labels, documents = torch.full_like(ids, -100), torch.zeros_like(ids)
    for row in range(batch):
        start, document = 0, 0
        while start < seq:
            length = int(torch.randint(1, seq, (1,), generator=generator))
            end, answer = min(seq, start + length), start + 1 + length // 3
            documents[row, start:end] = document
            ids[row, start : start + length // 4] = ids[row, start]
            if end < seq or document == 0:  # otherwise it is padding
                labels[row, answer:end] = ids[row, answer:end]
            start, document = end, document + 1
    return {"input_ids": ids, "labels": labels, "seq_idx": documents}


class GraphTrainer:
    """Steps in onnxruntime, one thread."""

    def __init__(self, graph: Path, trained: dict[str, torch.Tensor]):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
        zeros = {name: torch.zeros_like(value) for name, value in trained.items()}
        self.state = {"parameter": dict(trained), "m": zeros, "v": dict(zeros)}
        self.count = 0

    @property
    def trained(self) -> dict[str, torch.Tensor]:
        return self.state["parameter"]

    def take(self, other: "TorchTrainer") -> None:
        """Goes on from where another trainer is."""
        self.state = {group: {name: value.clone() for name, value in of.items()} for group, of in other.state.items()}

    def run(self, batch, learning_rate: float, clip: float, loss_scale: float = 1.0) -> dict[str, torch.Tensor]:
        """The graph's outputs by name, for the step that would be the next."""
        scalars = {"learning_rate": learning_rate, "step": self.count + 1, "clip": clip, "loss_scale": loss_scale}
        feeds = batch | {name: torch.tensor(float(value)) for name, value in scalars.items()}
        feeds |= {f"{group}.{name}": value for group, values in self.state.items() for name, value in values.items()}
        names = [output.name for output in self.session.get_outputs()]
        values = self.session.run(names, {name: value.detach().numpy() for name, value in feeds.items()})
        return {name: torch.from_numpy(value) for name, value in zip(names, values, strict=True)}

    def step(self, batch, learning_rate: float, clip: float, loss_scale: float = 1.0) -> tuple[float, float]:
        """Takes the step; loss and gradient norm."""
        out = self.run(batch, learning_rate, clip, loss_scale)
        if out["overflow"]:
            raise ExportError(f"the training graph overflows in step {self.count + 1}. Nothing was written")
        self.count += 1
        for group, values in self.state.items():
            self.state[group] = {name: out[f"new_{group}.{name}"] for name in values}
        return out["loss"].item(), out["gradient_norm"].item()


class TorchTrainer:
    """The same steps with the model's own code."""

    def __init__(self, model, trained, frozen, lora: Lora | None):
        self.model, self.frozen, self.lora = model, frozen, lora
        self.trained = {name: nn.Parameter(value.clone()) for name, value in trained.items()}
        self.optimizer = torch.optim.AdamW(self.trained.values(), betas=BETAS, eps=EPS, weight_decay=0.0)

    @property
    def state(self) -> dict[str, dict[str, torch.Tensor]]:
        """Parameters and moments by name, not copied."""
        moments = {"m": "exp_avg", "v": "exp_avg_sq"}
        state = {name: self.optimizer.state[parameter] for name, parameter in self.trained.items()}
        found = {name: parameter.detach() for name, parameter in self.trained.items()}
        return {"parameter": found} | {
            group: {name: state[name].get(key, torch.zeros_like(found[name])) for name in found}
            for group, key in moments.items()
        }

    def weights(self) -> dict[str, torch.Tensor]:
        """The model's parameters by name, adapters added."""
        if self.lora is None:
            return dict(self.trained)
        weights = dict(self.frozen)
        for name in filter(self.lora.adapts, self.frozen):
            a, b = (self.trained[part] for part in self.lora.names(name))
            weights[name] = weights[name] + self.lora.scaling * (b @ a)
        return weights

    def step(self, batch, learning_rate: float, clip: float) -> tuple[float, float]:
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate
        self.optimizer.zero_grad()
        loss = torch.func.functional_call(self.model, self.weights(), kwargs=batch | {"skip_logits": True}).loss
        loss.backward()
        norm = nn.utils.clip_grad_norm_(self.trained.values(), clip)
        self.optimizer.step()
        return loss.item(), norm.item()
