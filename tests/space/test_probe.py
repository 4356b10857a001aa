"""The tiny model that tells whether WebGPU computes: is it what is embedded, and does it tell?"""

import ast
import base64
import re

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from configuration_odin import OdinConfig
from export.probe import STATES, TARGET, exact, probe_graph, run, source
from export.random_weights import export_random


LOGITS = re.compile(r"^    \[.*\],$", re.MULTILINE)
TOLERANCE = float(re.search(r"TOLERANCE = ([\d.]+);", TARGET.with_name("probe.ts").read_text())[1])
# Sizes, which are those of the model.
SIZES = {"K", "N", "block_size", "epsilon", "q_num_heads", "kv_num_heads", "scale"}


@pytest.fixture(scope="module")
def embedded() -> dict[bool, tuple[onnx.ModelProto, np.ndarray]]:
    """Graph and expected logits `[steps, vocabulary]` as the runtime has them, by whether they are float16."""
    parts = re.split(r"export const (FLOAT32|FLOAT16) = ", TARGET.read_text())
    found = {}
    for name, text in zip(parts[1::2], parts[2::2], strict=True):
        graph = base64.b64decode("".join(re.findall(r'"([\w+/=]+)"', text)))
        logits = [ast.literal_eval(row.strip().rstrip(",")) for row in LOGITS.findall(text)]
        found[name == "FLOAT16"] = onnx.ModelProto.FromString(graph), np.array(logits)
    return found


def test_what_is_embedded_is_what_the_script_writes():
    written, now = TARGET.read_text(), source()
    # Logits may be rounded to another last digit by another processor; the next test compares them.
    assert LOGITS.sub("", written) == LOGITS.sub("", now), "run `python -m export.probe`"


@pytest.mark.parametrize("half", [False, True])
def test_the_installed_onnxruntime_gives_the_embedded_logits(embedded, half):
    model, logits = embedded[half]
    np.testing.assert_allclose(run(exact(model)), logits, rtol=0, atol=0.02 if half else 0.006)
    # With kernels that round to int8, as some of WebGPU do, there has to be something left of the tolerance.
    np.testing.assert_allclose(run(model), logits, rtol=0, atol=0.6 * TOLERANCE)


def operators(model: onnx.ModelProto) -> set[tuple]:
    """The operators with all their attributes that are not sizes of the model, and the element types of constants."""
    types = {tensor.name: tensor.data_type for tensor in model.graph.initializer}
    found = set()
    for node in model.graph.node:
        attributes = {a.name: str(helper.get_attribute_value(a)) for a in node.attribute if a.name not in SIZES}
        constants = tuple(types.get(name) for name in node.input)
        found.add((node.domain, node.op_type, tuple(sorted(attributes.items())), constants))
    return found


@pytest.mark.parametrize(("half", "dtypes"), [(False, ("fp32", "q4")), (True, ("fp16", "q4f16"))])
def test_it_has_every_operator_of_the_files_for_webgpu(embedded, tmp_path, half, dtypes):
    config = OdinConfig(
        vocab_size=64,
        hidden_size=32,
        num_hidden_layers=2,
        head_dim=16,
        intermediate_size=48,
        decay_rank=8,
        gate_rank=8,
    )
    files = export_random(config, tmp_path, ("fp32", *dtypes))
    for dtype in dtypes:
        missing = operators(onnx.load(files[dtype])) - operators(embedded[half][0])
        assert not missing, f"{dtype} has operators that the probe does not try: change export/probe.py"


def variants() -> dict[str, onnx.ModelProto]:
    """Copies of the float32 graph, in each of which one tensor of weights is lost, or one state."""
    found = {}
    model = exact(probe_graph(half=False))
    for i, tensor in enumerate(model.graph.initializer):
        value = numpy_helper.to_array(tensor)
        if value.dtype != np.int64:
            copy = onnx.ModelProto.FromString(model.SerializeToString())
            # 0x88 are two codes of 4 bits, or nearly one of 8, that stand for zero.
            lost = np.full_like(value, 0x88 if value.dtype == np.uint8 else 0)
            copy.graph.initializer[i].CopyFrom(numpy_helper.from_array(lost, tensor.name))
            readers = [node.op_type for node in model.graph.node if tensor.name in node.input]
            found[f"{tensor.name} of {', '.join(readers)}"] = copy
    for name, shape in STATES.items():
        copy = onnx.ModelProto.FromString(model.SerializeToString())
        copy.graph.initializer.append(numpy_helper.from_array(np.zeros(shape, np.float32), "nothing"))
        for node in copy.graph.node:
            for i, read in enumerate(node.input):
                node.input[i] = "nothing" if read == f"past_{name}" else read
        found[f"past_{name}"] = copy
    return found


@pytest.mark.parametrize("lost", variants().items(), ids=lambda item: item[0])
def test_whatever_is_lost_is_seen(embedded, lost):
    difference = np.abs(np.nan_to_num(run(lost[1]), nan=np.inf) - embedded[False][1]).max()
    assert difference > 2 * TOLERANCE
