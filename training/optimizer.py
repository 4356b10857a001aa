"""Optimisers by parameter group, and the learning-rate schedule."""

from collections.abc import Callable

import torch
from torch import nn


def build_optimizers(model: nn.Module, config) -> list[torch.optim.Optimizer]:
    """AdamW for everything, or Muon for the 2-D matrices of the blocks and AdamW for the rest.

    Muon (Jordan et al., 2024) orthogonalises the update of a matrix; embedding, head, the convolution's taps and the
    low-rank decay are not such matrices. Only matrices decay. Each group has a `name` and an `initial_lr`.
    """
    groups: dict[str, list[nn.Parameter]] = {"matrices": [], "embedding": [], "decay": [], "vectors": []}
    for name, parameter in model.named_parameters():
        if parameter.ndim == 2 and name.endswith("proj.weight"):
            groups["decay" if "decay_proj" in name else "matrices"].append(parameter)
        else:
            groups["embedding" if "embed" in name or "lm_head" in name else "vectors"].append(parameter)
    optimizers: list[torch.optim.Optimizer] = []
    if config.muon_learning_rate is not None:
        muon = torch.optim.Muon(
            [{"params": groups.pop("matrices"), "name": "matrices"}],
            lr=config.muon_learning_rate,
            weight_decay=config.weight_decay,
            adjust_lr_fn="match_rms_adamw",
        )
        optimizers.append(muon)
    adamw = [
        {"params": parameters, "name": name, "weight_decay": 0.0 if name == "vectors" else config.weight_decay}
        for name, parameters in groups.items()
        if parameters
    ]
    optimizers.append(torch.optim.AdamW(adamw, lr=config.learning_rate, betas=(0.9, 0.99), eps=1e-8))
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["initial_lr"] = group["lr"]
    return optimizers


def schedule(config, branched_after: int = 0) -> Callable[[int, float], float]:
    """The factor on each group's `initial_lr`: linear warm-up, constant, linear decay to zero.

    Args:
        branched_after: the step of the checkpoint that the run was branched from; the decay begins there.

    Returns:
        a function of the number of steps done and of the minutes gone. With `max_minutes` the clock counts where it is
        ahead of the steps, so a run that is stopped by it has decayed as well.
    """
    begins = branched_after / config.max_steps if branched_after else 1.0 - config.decay_share

    def factor(step: int, minutes: float = 0.0) -> float:
        done = step / config.max_steps
        if config.max_minutes is not None:
            done = max(done, minutes / config.max_minutes)
        warm = 1.0 if branched_after else min(1.0, (step + 1) / max(1, config.warmup_steps))
        left = max(0.0, 1.0 - done)
        return warm * (min(1.0, left / (1.0 - begins)) if begins < 1.0 else float(done < 1.0))

    return factor


def set_learning_rates(optimizers, factor: float) -> None:
    """Sets each group's learning rate to `factor` times its initial one."""
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = factor * group["initial_lr"]


def gradient_norms(optimizers) -> dict[str, float]:
    """The 2-norm of the gradient of each parameter group, by the group's name."""
    return {
        group["name"]: float(nn.utils.get_total_norm([p.grad for p in group["params"] if p.grad is not None]))
        for optimizer in optimizers
        for group in optimizer.param_groups
    }
