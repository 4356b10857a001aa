"""The models that ODIN's speed is compared with: SmolLM2-135M and GPT-2 (124M), with random weights, as ONNX graphs.

Speed and size depend on the architecture, not on what was learned, so nothing is downloaded: the configurations are
those of the published models, the weights are fresh (seed 0). Each comes in two forms:

- the plain export of Optimum, of the task text-generation-with-past;
- "+gqa": the same with every attention as one `com.microsoft::GroupQueryAttention` (peers_gqa.py), the strongest form
  of a transformer in onnxruntime: keys and values are written in place into one buffer, so nothing is copied.

Both are given what helps ODIN's own graph: logits of the last token only; and for quantisation GPT-2's `Conv1D`, which
would become a Gemm that quantisers pass over, is the same product written as `Linear`. A file in which a product with
float weights is left after quantisation is refused, as the comparison would be unfair.

GPT-2 knows 1,024 positions. In longer contexts its position ids start again at 0 (`Peer.positions`): they are an input
of the graph and change nothing about the work, while a longer table would make the file larger than GPT-2's is.

Not covered: other people's builds of these models, float16, and 4 bits.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import onnx

from .build import TASK, TOOLS, hash_files, replacing
from .errors import ExportError
from .graph import save
from .quantize import quantize_products


DTYPES = ("fp32", "int8")
LONGEST = 2**14 + 2**8  # positions that the rotary tables of a fused graph hold: a context of 16,384 and some tokens
VIEWS = ("Transpose", "Reshape", "Identity", "Cast")


@dataclass(frozen=True)
class Peer:
    """An architecture of transformers: `overrides` of its configuration class, and of those for a toy of it.

    `positions` is how many position ids the model has, None when any will do.
    """

    model_type: str
    overrides: dict
    toy: dict
    positions: int | None = None

    def config(self, toy: bool = False):
        from transformers import AutoConfig

        return AutoConfig.for_model(self.model_type, **self.overrides | (self.toy if toy else {}))


PEERS = {
    "smollm2-135m": Peer(
        "llama",
        {
            "hidden_size": 576,
            "num_hidden_layers": 30,
            "num_attention_heads": 9,
            "num_key_value_heads": 3,
            "intermediate_size": 1536,
            "vocab_size": 49152,
            "max_position_embeddings": 8192,
            "rope_theta": 100000.0,
            "tie_word_embeddings": True,
        },
        {
            "hidden_size": 96,
            "num_hidden_layers": 2,
            "num_attention_heads": 6,
            "num_key_value_heads": 2,
            "intermediate_size": 128,
            "vocab_size": 224,
        },
    ),
    # The defaults of the class are GPT-2's.
    "gpt2": Peer("gpt2", {}, {"n_embd": 64, "n_layer": 2, "n_head": 4, "vocab_size": 224}, positions=1024),
}
FUSED = "+gqa"
NAMES = tuple(name + form for name in PEERS for form in ("", FUSED))


def peer_of(name: str) -> tuple[Peer, bool]:
    """The architecture of a name of `NAMES`, and whether it is its fused form."""
    return PEERS[name.removesuffix(FUSED)], name.endswith(FUSED)


def build_model(name: str, toy: bool = False):
    """The PyTorch model of a name of `NAMES`, as `fresh_model` makes it."""
    return fresh_model(peer_of(name)[0].config(toy))


def fresh_model(config):
    """The PyTorch model of a configuration of transformers with random weights, seed 0, products as `Linear`."""
    import torch
    from transformers import AutoModelForCausalLM
    from transformers.pytorch_utils import Conv1D

    from .random_weights import tell_apart

    torch.manual_seed(0)
    model = tell_apart(AutoModelForCausalLM.from_config(config)).eval()
    for module in list(model.modules()):
        for key, child in module.named_children():
            if isinstance(child, Conv1D):
                linear = torch.nn.Linear(child.nx, child.nf)
                linear.weight, linear.bias = torch.nn.Parameter(child.weight.detach().t().contiguous()), child.bias
                setattr(module, key, linear)
    return model


def export_peer(name: str, folder: Path, toy: bool = False) -> None:
    """Writes `model.onnx` of a name of `NAMES` to `folder`."""
    from .peers_gqa import fuse_attention

    model = build_model(name, toy)
    if peer_of(name)[1]:
        fuse_attention(model, LONGEST)
    export_transformer(model, folder)


def export_transformer(model, folder: Path) -> None:
    """Writes `model.onnx`, which gives logits of the last token only, and the configurations to `folder`."""
    from optimum.exporters.onnx import onnx_export_from_model
    from optimum.utils import logging

    logging.set_verbosity_error()
    model.lm_head.register_forward_pre_hook(lambda _, args: (args[0][:, -1:],))
    onnx_export_from_model(model, folder, task=TASK, do_validation=False)
    state_logits(folder / "model.onnx", model.config.vocab_size)


def state_logits(path: Path, vocab_size: int) -> None:
    """Logits are of one token, whatever the exporter took them for."""
    model = onnx.load(path)
    dims = next(value for value in model.graph.output if value.name == "logits").type.tensor_type.shape.dim
    dims[1].dim_value, dims[2].dim_value = 1, vocab_size
    onnx.save(model, path)


def cached(cache: Path, name: str, make: Callable[[Path], None], made_of: list) -> Path:
    """The float32 graph of `name` in `cache`, made when it is not there or was made of something else.

    Args:
        make: writes `model.onnx` to a folder.
        made_of: all that the graph depends on besides the tools: files of code, and settings for JSON.
    """
    parts = [hash_files([part]) if isinstance(part, Path) else part for part in made_of]
    text = json.dumps([*parts, *(f"{tool} {version(tool)}" for tool in TOOLS)], sort_keys=True, default=str)
    folder = cache / f"{name}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    if not (folder / "model.onnx").is_file():
        with replacing(folder) as partial:
            make(partial)
    return folder / "model.onnx"


def beside(fp32: Path, dtype: str, write: Callable[[Path, Path], object], code: list[Path]) -> Path:
    """The graph of another precision beside the float32 one, made by `write` if it is not there or `code` has changed.

    Raises:
        ExportError: products with float weights are left in an int8 graph.
    """
    path = fp32.with_name(f"model_{dtype}-{hash_files(code)[:12]}.onnx")
    if not path.is_file():
        write(fp32, path)
    if dtype == "int8":
        check_quantized(path)
    return path


def own(*modules: str) -> list[Path]:
    """Files of this package."""
    return [Path(__file__).with_name(f"{module}.py") for module in modules]


def quantize_foreign(source: Path, target: Path) -> None:
    """The int8 of `export.quantize`, which takes only ODIN, for other architectures: the same kind of weights."""
    save(quantize_products(onnx.load(source)), target)


def check_quantized(path: Path) -> None:
    """Raises ExportError when the graph in `path` has a product with stored float weights."""
    graph = onnx.load(path).graph
    kinds = (onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16)
    weights = {tensor.name for tensor in graph.initializer if tensor.data_type in kinds and len(tensor.dims) == 2}
    for node in graph.node:
        stored = node.op_type == "Constant" and node.attribute[0].t.data_type in kinds
        if stored or (node.op_type in VIEWS and node.input[0] in weights):
            weights.update(node.output)
    left = [n.name for n in graph.node if n.op_type in ("MatMul", "Gemm") and weights.intersection(n.input[:2])]
    if left:
        raise ExportError(
            f"'{path}' has {len(left)} products left in float, such as {left[0]}, expected none: quantise it as the "
            "other models are"
        )


def peer_file(cache: Path, name: str, dtype: str, toy: bool = False) -> Path:
    """The graph of a name of `NAMES` in a precision of `DTYPES`, from `cache`, exported first if need be."""
    made_of = [*own("peers", "peers_gqa", "random_weights"), name, peer_of(name)[0].config(toy).to_dict()]
    fp32 = cached(cache, f"{name}-toy" if toy else name, lambda folder: export_peer(name, folder, toy), made_of)
    return fp32 if dtype == "fp32" else beside(fp32, dtype, quantize_foreign, own("peers", "quantize", "graph"))
