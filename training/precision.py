"""Which operation computes in which precision, how that is written down, and how it is checked.

| what | precision |
| --- | --- |
| parameters, gradients, optimiser state, moving average | float32 |
| matrix products of the projections, of channel mixing and of the head | the compute precision |
| recurrence (decay, prefix sums, triangular system, state), norms, loss | float32 |

The compute precision is `mixed_precision`. With float16 the loss is scaled, so that small gradients do not vanish;
`loss_scaling` forces that on or off. Why each operation is where it is: docs/specification.md and the errors measured
there.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode


COMPUTE = {"no": "float32", "bf16": "bfloat16", "fp16": "float16"}
# What `observe` groups the operations into, by the names that PyTorch dispatches on CPU and CUDA.
OPERATIONS = {
    "projections": {"mm", "addmm"},
    "recurrence": {"bmm", "baddbmm", "delta_scan", "linalg_solve_triangular", "exp"},
    "loss": {"_log_softmax", "nll_loss_forward"},
    "norms": {"rsqrt", "linalg_vector_norm", "_fused_rms_norm"},
}


def policy(mixed_precision: str, loss_scaling: bool | None = None) -> dict[str, Any]:
    """The precision policy of a run, as its manifest records it."""
    compute = COMPUTE[mixed_precision]
    return {
        "parameters": "float32",
        "gradients": "float32",
        "optimizer": "float32",
        "projections": compute,
        "recurrence": "float32",
        "recurrent_state": "float32",
        "norms": "float32",
        "loss": "float32",
        "loss_scaling": mixed_precision == "fp16" if loss_scaling is None else loss_scaling,
    }


def check_parameters(model: nn.Module, recorded: dict[str, Any]) -> None:
    """Raises ValueError unless every parameter, and the state that the model makes, is of the recorded precision."""
    found = {str(parameter.dtype).removeprefix("torch.") for parameter in model.parameters()}
    if found != {recorded["parameters"]}:
        raise ValueError(
            f"the parameters are {', '.join(sorted(found))}, but the precision policy recorded with them says "
            f"{recorded['parameters']}: save or download the model again"
        )


def check_optimizers(optimizers, recorded: dict[str, Any]) -> None:
    """Raises ValueError unless the moments of every optimiser are of the recorded precision."""
    for optimizer in optimizers:
        for moments in optimizer.state.values():
            for name, value in moments.items():
                if torch.is_tensor(value) and value.ndim and str(value.dtype) != f"torch.{recorded['optimizer']}":
                    raise ValueError(
                        f"the optimiser's {name} is {value.dtype}, but the run's precision policy says "
                        f"{recorded['optimizer']}: this checkpoint was written by another kind of run"
                    )


class _Observer(TorchDispatchMode):
    def __init__(self) -> None:
        super().__init__()
        self.seen: dict[str, set[str]] = defaultdict(set)

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        name = func.__name__.split(".")[0]
        for group, names in OPERATIONS.items():
            if name in names:
                # An operation computes as precisely as its least precise floating-point input.
                inputs = [x.dtype for x in args if torch.is_tensor(x) and x.is_floating_point()]
                self.seen[group].add(str(min(inputs, key=lambda dtype: dtype.itemsize)).removeprefix("torch."))
        return out


@contextmanager
def observe() -> Iterator[dict[str, set[str]]]:
    """Yields a dict that fills with the precisions in which each group of `OPERATIONS` really ran."""
    with _Observer() as observer:
        yield observer.seen


@contextmanager
def overflow_checks(model: nn.Module) -> Iterator[None]:
    """Within, every module's output is checked; the first with infinity or NaN raises a FloatingPointError."""

    def hook(name: str):
        def check(_module, _inputs, output):
            for tensor in output if isinstance(output, tuple) else (output,):
                if torch.is_tensor(tensor) and tensor.is_floating_point() and not torch.isfinite(tensor).all():
                    raise FloatingPointError(
                        f"the output of '{name}' holds infinity or NaN in {tensor.dtype}; the layers before it do not"
                    )

        return check

    handles = [module.register_forward_hook(hook(name)) for name, module in model.named_modules() if name]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def check_gradients(model: nn.Module) -> None:
    """Raises FloatingPointError that names the parameters whose gradient holds infinity or NaN."""
    bad = [n for n, p in model.named_parameters() if p.grad is not None and not torch.isfinite(p.grad).all()]
    if bad:
        more = f" and {len(bad) - 3} more" if len(bad) > 3 else ""
        raise FloatingPointError(f"the gradient of {', '.join(bad[:3])}{more} holds infinity or NaN")
