"""A transformer to compare an ODIN with on a visitor's own device: `python -m export.reference --model DIR --out DIR`.

A Llama of the ODIN's width, depth, vocabulary and number of parameters, in the proportions of SmolLM2 (three query
heads share a key and a value head), with random weights: its answers mean nothing, only its speed matters. It is
traced by Optimum as the peers are (peers.py) and quantised as the ODIN's own int8 file is, padding included
(alignment.py).

Writes the layout of transformers.js: config.json, generation_config.json, onnx/model_quantized.onnx, manifest.json.
"""

import argparse
import hashlib
import json
import sys
from importlib.metadata import version
from pathlib import Path

import onnx

from configuration_odin import OdinConfig
from training.checkpoint import CheckpointError, check_config
from training.manifest import MANIFEST_FORMAT, RUNTIME, write_manifest

from .build import TASK, TOOLS, hash_files, is_current, is_export, replacing
from .errors import ExportError
from .graph import save
from .peers import check_quantized, export_transformer, fresh_model, own
from .precisions import PRECISIONS
from .quantize import quantize_products


QUERIES_PER_KEY = 3  # SmolLM2's
MULTIPLE = 8  # of which its inner width is one
POSITIONS = 16_384  # as long a text as the runtime reads
TOLERANCE = 0.02


def reference_config(config: OdinConfig):
    """The `LlamaConfig` that agrees with an ODIN's in width, layers, vocabulary and, within 2%, parameters.

    Raises:
        ExportError: no inner width gives that number of parameters.
    """
    from transformers import LlamaConfig

    heads = config.num_heads
    groups = heads // QUERIES_PER_KEY if heads % QUERIES_PER_KEY == 0 else heads

    def llama(intermediate_size: int):
        return LlamaConfig(
            vocab_size=config.vocab_size,
            hidden_size=config.hidden_size,
            num_hidden_layers=config.num_hidden_layers,
            num_attention_heads=heads,
            num_key_value_heads=groups,
            intermediate_size=intermediate_size,
            max_position_embeddings=POSITIONS,
            rope_theta=100_000.0,
            tie_word_embeddings=config.tie_word_embeddings,
            # Whatever its random weights say, it goes on for as long as is asked.
            bos_token_id=None,
            eos_token_id=None,
        )

    wanted, narrowest = parameters(config), parameters(llama(MULTIPLE))
    step = parameters(llama(2 * MULTIPLE)) - narrowest
    found = llama(MULTIPLE * max(1, 1 + round((wanted - narrowest) / step)))
    if abs(parameters(found) / wanted - 1) > TOLERANCE:
        raise ExportError(
            f"no Llama of this width and depth has about {wanted:,} parameters: the nearest has "
            f"{parameters(found):,}. Compare with an ODIN of other dimensions"
        )
    return found


def parameters(config) -> int:
    """How many parameters a model of this configuration has; none are made."""
    import torch
    from transformers import LlamaForCausalLM

    from modeling_odin import OdinForCausalLM

    with torch.device("meta"):
        model = (OdinForCausalLM if isinstance(config, OdinConfig) else LlamaForCausalLM)(config)
    return sum(parameter.numel() for parameter in model.parameters())


def build_reference(model: Path, out: Path, force: bool = False) -> bool:
    """Writes the reference of the ODIN in `model` to `out`, unless it is there, whole and up to date.

    Returns:
        Whether anything was written.

    Raises:
        CheckpointError: `model` has no sound configuration.
        ExportError: there is no such reference, or `out` is a folder that is no export.
    """
    check_config(model)
    config = OdinConfig.from_pretrained(model)
    llama = reference_config(config)
    out = out.resolve()
    source = source_hash(llama)
    if not force and is_current(out, source):
        return False
    if out.exists() and not is_export(out):
        raise ExportError(f"'{out}' exists and is not an export: choose a new folder, so that nothing is lost")
    with replacing(out) as folder:
        export_transformer(fresh_model(llama), folder)
        target = folder / PRECISIONS["int8"].file
        target.parent.mkdir()
        save(quantize_products(onnx.load(folder / "model.onnx"), align=True), target)
        check_quantized(target)
        (folder / "model.onnx").unlink()
        about = {
            "model": out.name,
            "version": None,
            "runtime": RUNTIME,
            "reference_of": model.resolve().name,
            "parameters": parameters(llama),
            "parameters_of_model": parameters(config),
            "weights": "random, seed 0",
            "source_sha256": source,
            "dtypes": {"int8": PRECISIONS["int8"].file},
            "task": TASK,
            "made_with": {package: version(package) for package in TOOLS},
        }
        write_manifest(folder, about)
    return True


def source_hash(llama) -> str:
    """Hash of what the files depend on: the configuration, this code, the tools."""
    code = hash_files(own("reference", "peers", "random_weights", "quantize", "alignment", "graph"))
    tools = [f"{tool} {version(tool)}" for tool in TOOLS] + [f"manifest {MANIFEST_FORMAT} {RUNTIME}"]
    return hashlib.sha256(json.dumps([llama.to_dict(), code, *tools], sort_keys=True).encode()).hexdigest()


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m export.reference", description=__doc__.split("\n\n")[0])
    parser.add_argument("--model", type=Path, required=True, help="model folder of the ODIN")
    parser.add_argument("--out", type=Path, required=True, help="folder to write; replaced whole if it is an export")
    parser.add_argument("--force", action="store_true", help="export even when nothing has changed")
    options = parser.parse_args(argv)
    try:
        written = build_reference(options.model, options.out, options.force)
    except CheckpointError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{options.out}: {'exported' if written else 'already up to date'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
