"""The generating graph with weights that can be exchanged."""

import copy
import json
import shutil
from types import SimpleNamespace

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto
from peft import PeftModel

from export.adapted import write_adapted
from export.build import build
from export.errors import ExportError
from export.external import safetensors_spans
from export.frozen import INT8, frozen_values, product_result
from export.precisions import PRECISIONS
from export.runner import OnnxRunner
from export.training_graph.files import ADAPTED, PARAMETERS, write_parameters
from tests.export.adapters import (
    PREFIX,
    TARGETS,
    adapted_modules,
    changed,
    lora_config,
    lora_tensors,
    write_adapter,
)
from training.checkpoint import load_model


IDS = np.random.default_rng(0).integers(3, 250, (2, 21))
LORA = {"rank": 4, "alpha": 12, "targets": TARGETS}


@pytest.fixture(scope="module")
def wide(make_folder, tmp_path_factory):
    """Untrained, so that many of its parameters are equal, and of widths that the int8 file pads."""
    scratch = tmp_path_factory.mktemp("adapted")
    source = make_folder(scratch / "wide", hidden_size=96, intermediate_size=300, gate_rank=12)
    assert build(source, scratch / "export", ("fp32", "int8"))
    return SimpleNamespace(source=source, export=scratch / "export", model=load_model(source))


def written(wide, folder, kind):
    shutil.copytree(wide.export, folder)
    first = dict(wide.model.named_parameters()) if kind == "full" else lora_tensors(wide.model, 4, size=0.0)
    write_parameters(folder / PARAMETERS, first)
    lora = LORA if kind == "lora" else None
    assert write_adapted(model=wide.source, folder=folder, kind=kind, lora=lora) == folder / ADAPTED
    return folder


@pytest.fixture(scope="module")
def full(wide, tmp_path_factory):
    return written(wide, tmp_path_factory.mktemp("full") / "export", "full")


@pytest.fixture(scope="module")
def lora(wide, tmp_path_factory):
    return written(wide, tmp_path_factory.mktemp("lora") / "export", "lora")


def exchanged(folder, out, tensors):
    """A copy of the folder with other values in the file of the trained tensors; the graph is as it was."""
    shutil.copytree(folder, out)
    spans = safetensors_spans(out / PARAMETERS)
    write_parameters(out / PARAMETERS, tensors)
    assert safetensors_spans(out / PARAMETERS) == spans
    return out


def logits(graph, ids=IDS):
    runner = OnnxRunner(graph, threads=1)
    return runner.step(ids, runner.empty_states(len(ids)))[0]


@torch.no_grad()
def torch_logits(model, ids=IDS):
    return model(torch.from_numpy(ids)).logits.numpy()


def optimized(graph, out):
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(out)
    options.log_severity_level = 3
    onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    return [node.op_type for node in onnx.load(out, load_external_data=False).graph.node]


def external(graph, location):
    """Names of the stored tensors that lie in that file."""
    found = set()
    for tensor in onnx.load(graph, load_external_data=False).graph.initializer:
        if tensor.data_location == TensorProto.EXTERNAL:
            if {entry.key: entry.value for entry in tensor.external_data}["location"] == location:
                found.add(tensor.name)
    return found


@pytest.mark.parametrize(("kind", "dtype"), [("full", "fp32"), ("lora", "int8")])
def test_with_the_first_values_it_is_the_exported_graph(request, kind, dtype):
    folder = request.getfixturevalue(kind)
    other = folder / PRECISIONS[dtype].file
    assert np.array_equal(logits(folder / ADAPTED), logits(other))
    sides = []
    for path in (folder / ADAPTED, other):
        graph = onnx.load(path, load_external_data=False).graph
        sides.append([value.SerializeToString() for value in (*graph.input, *graph.output)])
    assert sides[0] == sides[1]


def test_full_holds_no_weight_itself(full, wide):
    assert external(full / ADAPTED, "train.safetensors") == dict(wide.model.named_parameters()).keys()
    stored = onnx.load(full / ADAPTED, load_external_data=False).graph.initializer
    largest = max(np.prod(t.dims) for t in stored if t.data_location != TensorProto.EXTERNAL)
    assert largest == 6 * (2 * 96 + 6)  # the rates' rows of the gates, zeros and ones


def test_full_is_computed_once_when_it_is_loaded(full, tmp_path):
    graphs = (full / ADAPTED, full / "onnx/model.onnx")
    nodes = [optimized(path, tmp_path / path.name) for path in graphs]
    assert nodes[0] == nodes[1]


def test_full_with_other_values_is_the_model_that_has_them(full, wide, tmp_path):
    model = changed(wide.model)
    folder = exchanged(full, tmp_path / "export", dict(model.named_parameters()))
    expected = torch_logits(model)
    assert np.abs(expected - torch_logits(wide.model)).max() > 0.5
    assert np.abs(logits(folder / ADAPTED) - expected).max() < 1e-4


@pytest.mark.parametrize("others", [{"tie_word_embeddings": False}, {"recurrence_passes": 2}], ids=str)
def test_full_of_other_models(make_folder, tmp_path, others):
    source = make_folder(tmp_path / "other", num_hidden_layers=1, **others)
    model, trained = load_model(source), changed(load_model(source))
    (tmp_path / "export/onnx").mkdir(parents=True)
    write_parameters(tmp_path / "export" / PARAMETERS, dict(model.named_parameters()))
    graph = write_adapted(model=source, folder=tmp_path / "export", kind="full")
    write_parameters(tmp_path / "export" / PARAMETERS, dict(trained.named_parameters()))
    assert np.abs(logits(graph) - torch_logits(trained)).max() < 1e-4


def test_a_model_that_is_traced_in_another_form_is_refused(make_folder, tmp_path):
    source = make_folder(tmp_path / "mamba2", num_hidden_layers=1, time_mixing="mamba2")
    (tmp_path / "export/onnx").mkdir(parents=True)
    write_parameters(tmp_path / "export" / PARAMETERS, dict(load_model(source).named_parameters()))
    with pytest.raises(ExportError, match="'model.layers.0.time_mixing.skip' in a known form"):
        write_adapted(model=source, folder=tmp_path / "export", kind="full")


def test_lora_reads_the_matrices_where_they_are(lora, wide):
    tensors = lora_tensors(wide.model, 4)
    assert external(lora / ADAPTED, "train.safetensors") == tensors.keys()
    stored = onnx.load(lora / INT8).graph.initializer
    matrices = {t.name for t in stored if t.data_type == TensorProto.UINT8 and len(t.dims) == 2}
    assert len(matrices) == 2 * 5 + 1
    assert external(lora / ADAPTED, "model_quantized.onnx") == matrices
    assert (lora / ADAPTED).stat().st_size < (lora / INT8).stat().st_size / 2


def test_lora_adds_the_product_of_b_and_a(lora, wide, tmp_path):
    """To each product what NumPy computes of the same input, and nothing to the padding."""
    tensors = lora_tensors(wide.model, 4)
    folder = exchanged(lora, tmp_path / "export", tensors)
    proto = onnx.load(folder / ADAPTED, load_external_data=False)
    producers = {name: node for node in proto.graph.node for name in node.output}
    asked = {}
    for module in adapted_modules(wide.model):
        result = product_result(module)
        low = next(producers[name] for name in producers[f"{result}/adapter"].input if name in producers)
        asked[module] = low.input[0], f"{result}/frozen", result
    for name in {name for names in asked.values() for name in names}:
        proto.graph.output.append(onnx.helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
    onnx.save(proto, folder / "onnx/watched.onnx")
    runner = OnnxRunner(folder / "onnx/watched.onnx", threads=1)
    feeds = {"input_ids": IDS, "attention_mask": np.ones_like(IDS), "num_logits_to_keep": np.array(0)}
    values = dict(zip(runner.outputs, runner.session.run(None, feeds | runner.empty_states(len(IDS))), strict=True))
    assert len(asked) == 8
    for module, (x, before, after) in asked.items():
        down, up = (tensors[f"{PREFIX}{module}.lora_{part}.weight"].numpy() for part in "AB")
        added = values[after] - values[before]
        expected = values[x] @ down.T @ up.T * (12 / 4)
        assert np.abs(expected).max() > 0.1
        assert np.abs(added[..., : len(up)] - expected).max() < 1e-5 * np.abs(values[after]).max()
        assert not added[..., len(up) :].any()


def test_lora_is_what_peft_computes_with_the_int8_weights(lora, wide, tmp_path):
    """Up to the activations, which are in int8 here, and by no more than without an adapter."""
    tensors = lora_tensors(wide.model, 4)
    folder = exchanged(lora, tmp_path / "export", tensors)
    model = copy.deepcopy(wide.model)
    model.load_state_dict(frozen_values(wide.export, wide.model), strict=False)
    plain = torch_logits(model)
    # The file of the trained tensors is the adapter.
    adapter = write_adapter(tmp_path / "adapter", lora_config(4, 12), tensors)
    shutil.copy(folder / PARAMETERS, adapter / "adapter_model.safetensors")
    expected = torch_logits(PeftModel.from_pretrained(model, adapter).eval())

    def error(found, expected):
        return np.abs(found - expected).mean() / expected.std()

    assert error(expected, plain) > 0.5
    limit = PRECISIONS["int8"].limits.logits
    assert error(logits(folder / ADAPTED), expected) < min(limit, 3 * error(logits(lora / INT8), plain) + 0.01)


def test_a_lower_rank_of_less_projections(lora, wide, tmp_path):
    folder = tmp_path / "export"
    shutil.copytree(wide.export, folder)
    tensors = {name: x for name, x in lora_tensors(wide.model, 2, size=0.0).items() if "up_proj" in name}
    write_parameters(folder / PARAMETERS, tensors)
    chosen = {"rank": 2, "alpha": 2, "targets": ["up_proj"]}
    graph = write_adapted(model=wide.source, folder=folder, kind="lora", lora=chosen)
    assert np.array_equal(logits(graph), logits(folder / INT8))


def broken(tensors, change):
    change(tensors := dict(tensors))
    return tensors


FULL_PROBLEMS = {
    "has no tensor 'model.norm.weight'": lambda t: t.pop("model.norm.weight"),
    "has an unknown tensor 'model.other'": lambda t: t.update({"model.other": torch.zeros(2)}),
    r"'model.norm.weight' in 'train.safetensors' is \[2\], the model has \[96\]": lambda t: t.update(
        {"model.norm.weight": torch.zeros(2)}
    ),
}
IN_PROJ = f"{PREFIX}model.layers.1.time_mixing.in_proj"
LORA_PROBLEMS = {
    f"'{IN_PROJ}.lora_B.weight'": lambda t: t.pop(f"{IN_PROJ}.lora_B.weight"),
    "'other.in_proj' is no linear layer of ODIN": lambda t: t.update(
        {f"{PREFIX}other.in_proj.lora_{part}.weight": torch.zeros(4, 4) for part in "AB"}
    ),
    "in_proj' is .*, expected": lambda t: t.update({f"{IN_PROJ}.lora_A.weight": torch.zeros(4, 7)}),
    "not the adapters of in_proj, out_proj": lambda t: [t.pop(name) for name in list(t) if "up_proj" in name],
}


@pytest.mark.parametrize(
    ("kind", "message"), [*(("full", m) for m in FULL_PROBLEMS), *(("lora", m) for m in LORA_PROBLEMS)]
)
def test_tensors_that_do_not_fit_are_refused(wide, tmp_path, kind, message):
    folder = tmp_path / "export"
    shutil.copytree(wide.export, folder)
    tensors = dict(wide.model.named_parameters()) if kind == "full" else lora_tensors(wide.model, 4, size=0.0)
    change = (FULL_PROBLEMS if kind == "full" else LORA_PROBLEMS)[message]
    write_parameters(folder / PARAMETERS, broken(tensors, change))
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    with pytest.raises(ExportError, match=message):
        write_adapted(model=wide.source, folder=folder, kind=kind, lora=LORA)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_values_that_are_not_the_models_are_refused(full, wide, tmp_path):
    folder = exchanged(full, tmp_path / "export", dict(changed(wide.model).named_parameters()))
    with pytest.raises(ExportError, match="logits differ by"):
        write_adapted(model=wide.source, folder=folder, kind="full")


@pytest.mark.parametrize("content", [b"", b"\x08\0\0\0\0\0\0\0not json", b'\x02\0\0\0\0\0\0\0{}{"a": 1}'])
def test_a_damaged_file_of_tensors_is_told(wide, tmp_path, content):
    (tmp_path / "onnx").mkdir()
    (tmp_path / PARAMETERS).write_bytes(content)
    with pytest.raises(ExportError, match="train.safetensors'"):
        write_adapted(model=wide.source, folder=tmp_path, kind="full")


def test_halves_are_refused(wide, tmp_path):
    (tmp_path / "onnx").mkdir()
    header = json.dumps({"a": {"dtype": "F16", "shape": [2], "data_offsets": [0, 4]}}).encode()
    (tmp_path / PARAMETERS).write_bytes(len(header).to_bytes(8, "little") + header + bytes(4))
    with pytest.raises(ExportError, match="'a' is F16, not F32"):
        write_adapted(model=wide.source, folder=tmp_path, kind="full")


def test_kinds(wide, full):
    for kind in ("half", "lora"):
        with pytest.raises(ExportError, match="choose full, or lora with rank"):
            write_adapted(model=wide.source, folder=full, kind=kind)
