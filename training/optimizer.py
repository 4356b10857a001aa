"""Optimisers by parameter group, and the learning-rate schedule."""

import torch
from torch import nn


def build_optimizers(model: nn.Module, config) -> list[torch.optim.Optimizer]:
    """AdamW for everything, or Muon for the 2-D matrices of the blocks and AdamW for the rest.

    Muon (Jordan et al., 2024) orthogonalises the update of a matrix; embedding, head, the convolution's taps and the
    low-rank decay are not such matrices. Only matrices decay.
    """
    matrices: list[nn.Parameter] = []
    decayed: list[nn.Parameter] = []
    plain: list[nn.Parameter] = []
    for name, parameter in model.named_parameters():
        is_matrix = parameter.ndim == 2 and name.endswith("proj.weight") and "decay_proj" not in name
        if is_matrix:
            matrices.append(parameter)
        else:
            (decayed if "embed" in name or "decay_proj.weight" in name else plain).append(parameter)
    optimizers: list[torch.optim.Optimizer] = []
    if config.muon_learning_rate is None:
        decayed += matrices
    else:
        optimizers.append(
            torch.optim.Muon(
                matrices,
                lr=config.muon_learning_rate,
                weight_decay=config.weight_decay,
                adjust_lr_fn="match_rms_adamw",
            )
        )
    groups = [
        {"params": decayed, "weight_decay": config.weight_decay},
        {"params": plain, "weight_decay": 0.0},
    ]
    optimizers.append(torch.optim.AdamW(groups, lr=config.learning_rate, betas=(0.9, 0.99), eps=1e-8))
    return optimizers


def schedule(config):
    """Multiplier of the learning rate at a step: linear warm-up, constant, linear decay to zero."""
    decay_steps = max(1, round(config.decay_share * config.max_steps))

    def multiplier(step: int) -> float:
        warm = min(1.0, (step + 1) / max(1, config.warmup_steps))
        return warm * min(1.0, max(0.0, (config.max_steps - step) / decay_steps))

    return multiplier
