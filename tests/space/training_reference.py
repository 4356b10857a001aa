"""What a training in a page has to give, computed by PyTorch's own autograd, AdamW and clipping."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from safetensors.torch import load_file

from training.checkpoint import load_model


@dataclass
class Trace:
    """Loss and gradient norm before each step, and the trained tensors after the last, under the graph's names."""

    losses: list[float]
    norms: list[float]
    parameters: dict[str, torch.Tensor]


def train(model: torch.nn.Module, batches: Iterable[dict], options: Iterable[dict]) -> Trace:
    """Trains the parameters of `model` that require a gradient.

    Args:
        batches: with `inputIds`, `labels` and `segments`, lists of `rows * length` numbers, as the runtime has them.
        options: of each step, with `lr` and perhaps `clip`, as `trainStep` takes them.
    """
    trained = {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}
    optimizer = torch.optim.AdamW(trained.values(), betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0)
    losses, norms = [], []
    model.train()
    for batch, step in zip(batches, options, strict=True):
        ids, labels, segments = (
            torch.tensor(batch[name]).view(batch["rows"], batch["length"])
            for name in ("inputIds", "labels", "segments")
        )
        loss = model(input_ids=ids, labels=labels, seq_idx=segments).loss
        optimizer.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(trained.values(), step.get("clip", 1.0))
        for group in optimizer.param_groups:
            group["lr"] = step["lr"]
        optimizer.step()
        losses.append(loss.item())
        norms.append(norm.item())
    model.eval()
    return Trace(losses, norms, {name: parameter.detach().clone() for name, parameter in trained.items()})


def train_full(folder: Path, batches: Iterable[dict], options: Iterable[dict]) -> Trace:
    """Trains all parameters of a release folder."""
    return train(load_model(folder), batches, options)


def train_lora(folder: Path, export: Path, settings: dict, batches: Iterable[dict], options: Iterable[dict]) -> Trace:
    """Trains a LoRA by PEFT on top of the weights of `onnx/model_quantized.onnx`.

    Args:
        folder: release folder.
        export: its export, whose `onnx/train.safetensors` has the first values.
        settings: `lora` of `onnx/train.json`.
    """
    from peft import LoraConfig, get_peft_model, set_peft_model_state_dict

    model = dequantised(load_model(folder), export / "onnx" / "model_quantized.onnx")
    config = LoraConfig(r=settings["rank"], lora_alpha=settings["alpha"], target_modules=settings["targets"])
    adapted = get_peft_model(model, config)
    loaded = set_peft_model_state_dict(adapted, load_file(export / "onnx" / "train.safetensors"))
    assert not loaded.unexpected_keys, loaded.unexpected_keys
    trace = train(adapted, batches, options)
    named = {name.replace(".default", ""): value for name, value in trace.parameters.items()}
    return Trace(trace.losses, trace.norms, named)


def dequantised(model: torch.nn.Module, graph: Path) -> torch.nn.Module:
    """`model` with each of its matrices as the int8 graph has it: the one that is nearest."""
    config = model.config
    found = dequantised_matrices(onnx.load(graph))
    # The graph has the two low-rank products of a layer as blocks of one matrix, and a padded vocabulary.
    low, high = config.decay_rank + config.gate_rank + config.num_heads, 2 * config.hidden_size + config.num_heads
    merged = [matrix for matrix in found if matrix.shape == (low, high)]
    found += [matrix[: config.decay_rank, : config.hidden_size] for matrix in merged]
    gates = slice(config.decay_rank, config.decay_rank + config.gate_rank)
    found += [matrix[gates, config.hidden_size : 2 * config.hidden_size] for matrix in merged]
    found += [matrix[:, : config.vocab_size] for matrix in found if matrix.shape[1] > config.vocab_size]
    with torch.no_grad():
        for name, module in model.named_modules():
            if isinstance(module, (torch.nn.Linear, torch.nn.Embedding)):
                weight = module.weight
                near = [matrix.T for matrix in found if matrix.T.shape == weight.shape]
                distances = torch.stack([(candidate - weight).abs().max() for candidate in near])
                # Half a step of rounding; more would be another matrix.
                assert distances.min() <= weight.abs().max() / 127, f"the graph has no {name}"
                weight.copy_(near[int(distances.argmin())])
    return model


def dequantised_matrices(model: onnx.ModelProto) -> list[torch.Tensor]:
    """Of every 8-bit matrix of a graph: (q - zero point) * scale, `[in, out]`."""
    initial = {tensor.name: tensor for tensor in model.graph.initializer}
    found = []
    for name, tensor in initial.items():
        if not name.endswith("_quantized"):
            continue
        base = name.removesuffix("_quantized")
        values, scale, zero = (
            numpy_helper.to_array(part).astype(np.float32)
            for part in (tensor, initial[f"{base}_scale"], initial[f"{base}_zero_point"])
        )
        found.append(torch.from_numpy((values - zero) * scale))
    return found
