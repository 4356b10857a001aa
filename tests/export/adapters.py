"""Adapters of low rank in PEFT's form, and models that are not as they were."""

import copy
import json
from pathlib import Path

import torch
from safetensors.torch import save_file


PREFIX = "base_model.model."
TARGETS = ["in_proj", "out_proj", "up_proj", "down_proj"]
COMMON = {
    "peft_type": "LORA",
    "task_type": "CAUSAL_LM",
    "base_model_name_or_path": "toy",
    "inference_mode": True,
    "lora_dropout": 0.0,
    "bias": "none",
    "fan_in_fan_out": False,
    "use_rslora": False,
    "use_dora": False,
}


def lora_config(rank: int, alpha: float, **others) -> dict:
    return {**COMMON, "r": rank, "lora_alpha": alpha, "target_modules": TARGETS, "modules_to_save": None, **others}


def adapted_modules(model) -> dict[str, torch.nn.Linear]:
    return {name: module for name, module in model.named_modules() if name.rpartition(".")[2] in TARGETS}


def lora_tensors(model, rank: int, seed: int = 0, size: float = 0.1) -> dict[str, torch.Tensor]:
    """A and B of every adapted projection, none of them zero unless `size` is."""
    generator = torch.Generator().manual_seed(seed)
    tensors = {}
    for name, module in adapted_modules(model).items():
        outputs, inputs = module.weight.shape
        tensors[f"{PREFIX}{name}.lora_A.weight"] = torch.randn(rank, inputs, generator=generator) * inputs**-0.5
        tensors[f"{PREFIX}{name}.lora_B.weight"] = torch.randn(outputs, rank, generator=generator) * size
    return tensors


@torch.no_grad()
def changed(model, seed: int = 1, size: float = 0.1):
    """A copy of the model with every parameter a little off."""
    model, generator = copy.deepcopy(model), torch.Generator().manual_seed(seed)
    for parameter in model.parameters():
        parameter += size * torch.randn(parameter.shape, generator=generator) * parameter.abs().mean().clamp(min=0.5)
    return model


def write_adapter(folder: Path, config: dict, tensors: dict[str, torch.Tensor]) -> Path:
    folder.mkdir(parents=True)
    (folder / "adapter_config.json").write_text(json.dumps(config))
    save_file(tensors, folder / "adapter_model.safetensors", metadata={"format": "pt"})
    return folder
