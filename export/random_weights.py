"""Models whose weights do not matter, exported like trained ones: what is measured is their speed and size."""

from pathlib import Path

import torch

from configuration_odin import OdinConfig
from modeling_odin import OdinForCausalLM
from training.checkpoint import load_model

from .precisions import PRECISIONS


def export_random(config: OdinConfig, folder: Path, dtypes: tuple[str, ...] = ("fp32", "int8")) -> dict[str, Path]:
    """Exports a model of fresh weights (seed 0) to `folder`, as `python -m export` does with a trained one.

    Returns:
        The file of each of `dtypes`, which are of PRECISIONS.
    """
    from optimum.exporters.onnx import onnx_export_from_model
    from optimum.utils import logging

    from . import onnx_config  # noqa: F401  registers ODIN with Optimum
    from .build import TASK

    logging.set_verbosity_error()
    torch.manual_seed(0)
    # Optimum tells models of transformers by where their class comes from, so it has to come from a saved folder.
    tell_apart(OdinForCausalLM(config)).save_pretrained(folder / "source")
    model = load_model(folder / "source")
    onnx_export_from_model(model, folder, task=TASK, do_validation=False)
    files = {dtype: folder / Path(PRECISIONS[dtype].file).name for dtype in dtypes}
    for dtype in files.keys() - {"fp32"}:
        PRECISIONS[dtype].write(folder / "model.onnx", files[dtype])
    return files


@torch.no_grad()
def tell_apart(model):
    """The model with all its parameters a little off: as after training no two are alike.

    Equal ones, as norms are at the start, would be merged into one.
    """
    for parameter in model.parameters():
        parameter.add_(1e-3 * torch.randn_like(parameter))
    return model
