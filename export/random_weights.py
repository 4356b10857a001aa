"""Models whose weights do not matter, exported like trained ones: what is measured is their speed and size."""

from pathlib import Path

import torch

from configuration_odin import OdinConfig
from modeling_odin import OdinForCausalLM
from training.checkpoint import load_model

from .build import trace_fp32
from .precisions import PRECISIONS


def export_random(config: OdinConfig, folder: Path, dtypes: tuple[str, ...] = ("fp32", "int8")) -> dict[str, Path]:
    """Exports a model of fresh weights (seed 0) to `folder`, as `python -m export` does with a trained one.

    Returns:
        The file of each of `dtypes`, which are of PRECISIONS.
    """
    torch.manual_seed(0)
    # Optimum tells models of transformers by where their class comes from, so it has to come from a saved folder.
    tell_apart(OdinForCausalLM(config)).save_pretrained(folder / "source")
    fp32 = trace_fp32(load_model(folder / "source"), folder)
    files = {dtype: folder / Path(PRECISIONS[dtype].file).name for dtype in dtypes}
    for dtype in files.keys() - {"fp32"}:
        PRECISIONS[dtype].write(fp32, files[dtype])
    return files


@torch.no_grad()
def tell_apart(model):
    """The model with all its parameters a little off: as after training no two are alike.

    Equal ones, as norms are at the start, would be merged into one.
    """
    for parameter in model.parameters():
        parameter.add_(1e-3 * torch.randn_like(parameter))
    return model
