"""Exported graphs of a size whose weights do not matter: what the studies of speed and of operators measure."""

from pathlib import Path

import torch

from configuration_odin import OdinConfig
from modeling_odin import OdinForCausalLM
from training.checkpoint import load_model


def export_random(config: OdinConfig, folder: Path, dtypes: tuple[str, ...] = ("fp32", "int8")) -> dict[str, Path]:
    """Exports a model of fresh weights (seed 0) to `folder`, as `python -m export` does with a trained one.

    Returns:
        The file of each of `dtypes`.
    """
    from optimum.exporters.onnx import onnx_export_from_model
    from optimum.utils import logging

    from export import onnx_config  # noqa: F401  registers ODIN with Optimum
    from export.build import TASK
    from export.quantize import quantize_int8

    logging.set_verbosity_error()
    torch.manual_seed(0)
    # Optimum tells models of transformers by where their class comes from, so it has to come from a saved folder.
    model = OdinForCausalLM(config)
    with torch.no_grad():
        for parameter in model.parameters():
            # As after training no two are alike; equal ones, as norms at the start, would be merged into one.
            parameter.add_(1e-3 * torch.randn_like(parameter))
    model.save_pretrained(folder / "source")
    model = load_model(folder / "source")
    onnx_export_from_model(model, folder, task=TASK, do_validation=False)
    files = {"fp32": folder / "model.onnx", "int8": folder / "model_quantized.onnx"}
    if "int8" in dtypes:
        quantize_int8(files["fp32"], files["int8"])
    return {dtype: files[dtype] for dtype in dtypes}
