"""The benchmark measures real models, alike, and its table, JSON and plot say the same."""

import contextlib
import io
import json
import re
from importlib.util import find_spec

import numpy as np
import onnx
import pytest
import torch
from transformers import DynamicCache

from export import feeding
from export.benchmark import alone, main, odin_file
from export.errors import ExportError
from export.feeding import Model, Place, load
from export.peers import NAMES, build_model, check_quantized, peer_file, peer_of
from export.runner import OnnxRunner
from export.timing import paired_ratio


PLACES = ["decode 8", "decode 2000", "prefill 4"]


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("graphs")


@pytest.fixture(scope="module")
def options(cache, tmp_path_factory):
    out = tmp_path_factory.mktemp("benchmark") / "speed.json"
    return ["--quick", "--contexts", "8", "2000", "--prefills", "4", "--cache", str(cache), "--out", str(out)], out


@pytest.fixture(scope="module")
def finished(options):
    """What a whole run printed, and its report."""
    arguments, out = options
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        assert main(arguments) == 0
    return printed.getvalue(), json.loads(out.read_text())


def peer_model(cache, name, dtype="fp32"):
    peer, fused = peer_of(name)
    return Model(name, dtype, str(peer_file(cache, name, dtype, toy=True)), peer.positions, fused)


def test_everything_is_measured(finished):
    _, report = finished
    records = report["records"]
    assert {(r["model"], r["place"]) for r in records} == {
        (m, p) for m in ("odin-toy (random)", *NAMES) for p in PLACES
    }
    for r in records:
        assert r["ms"] >= r["best_ms"] > 0 and r["ratio_low"] <= r["ratio"] <= r["ratio_high"]
        assert r["load_ms"] > 0 and r["peak_bytes"] > r["before_bytes"] > 0
        assert r["model"] != "odin-toy (random)" or r["ratio"] == r["ratio_low"] == r["ratio_high"] == 1
        times = report["stages"][f"int8 {r['place']}"]["results"][r["model"]]
        assert r["ms"] == np.median(times["ms"]) and r["best_ms"] == min(times["best_ms"])


def test_table_json_and_plot_agree(finished, options):
    printed, report = finished
    lines = printed.splitlines()
    assert json.loads(lines[-1]) == {key: report[key] for key in ("settings", "records")}
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| int8")]
    times = {(row[1], row[2]): row[3:] for row in rows if row[2] in PLACES}
    sizes = {row[1]: row[2:] for row in rows if row[2] not in PLACES}
    assert len(times) == len(report["records"]) and len(sizes) == 5
    for r in report["records"]:
        tokens = 4 if r["place"] == "prefill 4" else 1
        assert times[r["model"], r["place"]] == [
            *(f"{r[key]:.2f}" for key in ("ms", "best_ms")),
            f"{1e3 * tokens / r['ms']:,.0f}",
            f"{r['ratio']:.2f}",
            f"{r['ratio_low']:.2f}-{r['ratio_high']:.2f}",
        ]
        cells = sizes[r["model"]]
        assert cells[0] == f"{r['file_bytes'] / 1e6:.1f}"
        assert cells[2 + PLACES.index(r["place"])] == f"{r['peak_bytes'] / 1e6:.0f}"
    plot = options[1].with_suffix(".svg").read_text()
    labels = re.findall("<!-- (.*?) -->", plot)
    assert set(NAMES) | {"odin-toy (random)", "int8", "ms a token"} <= set(labels)


def test_a_repeated_run_measures_only_what_is_missing(finished, options, capsys):
    arguments, out = options
    before = json.loads(out.read_text())
    lost = ["int8 prefill 4", "int8 decode 8 gpt2"]
    kept = {name: stage for name, stage in before["stages"].items() if name not in lost}
    out.write_text(json.dumps(before | {"stages": kept, "records": []}))
    assert main(arguments) == 0
    after = json.loads(out.read_text())
    assert after["stages"].keys() == before["stages"].keys() and len(after["records"]) == len(before["records"])
    assert all(after["stages"][name] == stage for name, stage in kept.items())
    capsys.readouterr()
    assert main([*arguments, "--rounds", "4"]) == 1
    assert "other settings (rounds)" in capsys.readouterr().err
    assert json.loads(out.read_text()) == after


@pytest.mark.parametrize("name", NAMES)
def test_a_peer_computes_what_pytorch_computes(cache, name):
    model, runtime = build_model(name, toy=True), load(peer_model(cache, name), 1, 4096)
    for place in (Place(0, 5), Place(0, 1), Place(7, 1), Place(2000, 1)):
        step = runtime.at(place)
        past = DynamicCache()
        for i in range(2 if place.past else 0):
            pair = (step.inputs[f"past_key_values.{i}.{kind}"][:, :, : place.past] for kind in ("key", "value"))
            past.update(*(torch.from_numpy(x.copy()) for x in pair), i)
        positions = torch.arange(place.past, place.past + place.tokens)[None] % (peer_of(name)[0].positions or 4096)
        with torch.no_grad():
            expected = model(
                torch.from_numpy(step.inputs["input_ids"]), past_key_values=past, position_ids=positions
            ).logits[:, -1:]
        for _ in range(2):  # a second call finds in its buffers what the first wrote there
            step()
            np.testing.assert_allclose(step.outputs["logits"], expected.numpy(), atol=1e-4)


def test_a_peer_writes_its_new_keys_where_the_next_step_reads_them(cache):
    """Both forms, which lay out their buffers differently, end with the same keys and values."""
    plain, fused = (load(peer_model(cache, name), 1, 16).at(Place(7, 1)) for name in ("gpt2", "gpt2+gqa"))
    for name, array in plain.inputs.items():
        if name.startswith("past"):
            fused.inputs[name][:, :, :7] = array
    fused.inputs["input_ids"][...] = plain.inputs["input_ids"]
    plain()
    fused()
    for name, array in plain.outputs.items():
        np.testing.assert_allclose(fused.outputs[name], array, atol=1e-5)


def test_odin_decodes_from_the_state_that_its_prompt_left(cache, monkeypatch):
    monkeypatch.setattr(feeding, "CHUNK", 7)
    path = odin_file(cache, "toy", "fp32")
    step = load(Model("odin", "fp32", str(path)), 1, 21).at(Place(20, 1))
    random = np.random.default_rng(0)
    new, past = random.integers(3, 160, (1, 1)), random.integers(3, 160, (1, 20))
    np.testing.assert_array_equal(step.inputs["input_ids"], new)
    runner = OnnxRunner(path, threads=1)
    expected, _ = runner.step(np.concatenate([past, new], 1), runner.empty_states(1), num_logits_to_keep=1)
    step()
    np.testing.assert_allclose(step.outputs["logits"], expected, atol=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_peers_are_quantised_as_fully_as_odin(cache, name):
    """Every product with weights, the head among them, and the tied table stored once."""
    fp32, int8 = (peer_file(cache, name, dtype, toy=True) for dtype in ("fp32", "int8"))
    graph = onnx.load(int8).graph
    layers, products = 2, {"smollm2-135m": 7, "smollm2-135m+gqa": 5, "gpt2": 4, "gpt2+gqa": 4}[name]
    assert sum(node.op_type == "MatMulInteger" for node in graph.node) == layers * products + 1
    assert not any(node.op_type == "Gemm" for node in graph.node)
    tables = [t.data_type for t in graph.initializer if 224 in t.dims and len(t.dims) == 2]
    assert tables == [onnx.TensorProto.UINT8]
    check_quantized(int8)
    with pytest.raises(ExportError, match=f"has {layers * products + 1} products left in float"):
        check_quantized(fp32)


def test_all_are_quantised_in_one_way(cache):
    """Unsigned bytes, with a scale and a zero point for each output column."""
    files = {name: peer_file(cache, name, "int8", toy=True) for name in NAMES}
    files["odin"] = odin_file(cache, "toy", "int8")
    for name, path in files.items():
        graph = onnx.load(path).graph
        stored = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
        products = [node for node in graph.node if node.op_type == "MatMulInteger"]
        assert products, name
        for node in products:
            weights, zero_point = stored[node.input[1]], stored[node.input[3]]
            scale = stored[node.input[1].replace("_quantized", "_scale")]
            assert weights.dtype == zero_point.dtype == np.uint8
            assert scale.shape == zero_point.shape == weights.shape[1:], name


def test_memory_grows_with_the_context_of_a_transformer_only(cache):
    cache_bytes = 2 * 2 * 64 * 4 * (16_000 - 8)  # layers, keys and values, width, float32
    models = {name: peer_model(cache, name) for name in ("gpt2", "gpt2+gqa")}
    models["odin"] = Model("odin", "fp32", str(odin_file(cache, "toy", "fp32")))
    growth = {}
    for name, model in models.items():
        short, long = (alone(model, Place(past, 1), 1)["peak_bytes"] for past in (8, 16_000))
        growth[name] = (long - short) / cache_bytes
    assert growth["gpt2"] > 1.8  # past and present
    assert 0.6 < growth["gpt2+gqa"] < 1.6  # one buffer
    assert growth["odin"] < 0.5


def test_ratios_are_taken_within_rounds():
    reference = np.array([1.0, 5.0, 1.0, 9.0, 2.0])  # a neighbour's load, which falls on both
    assert paired_ratio(2 * reference, reference) == (2, 2, 2)
    noisy = reference * np.array([2.0, 2.2, 1.8, 2.1, 1.9])
    ratio, low, high = paired_ratio(noisy, reference)
    assert ratio == pytest.approx(2) and 1.8 <= low < ratio < high <= 2.2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "no ODIN to measure"),
        (["--odin-random", "odin-7b"], "invalid choice"),
        (["--quick", "--dtypes", "int3"], "invalid choice"),
        (["--quick", "--peers", "bert"], "invalid choice"),
        (["--quick", "--contexts", "0"], "'0' is not a positive whole number"),
        (["--quick", "--rounds", "-3"], "not a positive whole number"),
        (["--quick", "--gguf", "model.gguf"], "is not DTYPE=FILE.gguf"),
        (["--quick", "--gguf", "int8=nowhere.gguf"], "there is no file 'nowhere.gguf'"),
        (["--quick", "--plot", "plot.txt"], "must end in .svg or .png"),
    ],
)
def test_nonsense_is_refused(tmp_path, capsys, arguments, message):
    with pytest.raises(SystemExit) as stop:
        main([*arguments, "--out", str(tmp_path / "speed.json")])
    assert stop.value.code == 2 and message in capsys.readouterr().err
    assert not any(tmp_path.iterdir())


def test_what_cannot_be_measured_is_refused(tmp_path, capsys):
    out, broken, other = tmp_path / "speed.json", tmp_path / "broken.json", tmp_path / "model.gguf"
    broken.write_text("{")
    other.write_text("no model")
    cases = {
        "no export folder": ["--odin", str(tmp_path / "none"), "--out", str(out)],
        "a text of 20,001 tokens is too long": ["--quick", "--contexts", "20000", "--out", str(out)],
        "not a benchmark's report": ["--quick", "--out", str(broken)],
    }
    if find_spec("llama_cpp") is None:
        cases["pip install llama-cpp-python"] = ["--quick", "--gguf", f"int8={other}", "--out", str(out)]
    for message, arguments in cases.items():
        assert main([*arguments, "--cache", str(tmp_path / "cache")]) == 1
        assert message in capsys.readouterr().err
    assert not out.exists() and not (tmp_path / "cache").exists()


def test_a_graph_that_is_no_language_model_is_refused(tmp_path):
    x, y = (onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["n"]) for name in "xy")
    graph = onnx.helper.make_graph([onnx.helper.make_node("Identity", ["x"], ["y"])], "g", [x], [y])
    opset = [onnx.helper.make_opsetid("", 17)]
    onnx.save(onnx.helper.make_model(graph, opset_imports=opset, ir_version=9), tmp_path / "other.onnx")
    runtime = load(Model("other", "fp32", str(tmp_path / "other.onnx")), 1, 2)
    with pytest.raises(ExportError, match="input 'x'.*language model"):
        runtime.at(Place(1, 1))
    (tmp_path / "broken.onnx").write_bytes(b"not a graph")
    with pytest.raises(ExportError, match="not a model that onnxruntime can load"):
        load(Model("broken", "fp32", str(tmp_path / "broken.onnx")), 1, 2)
    with pytest.raises(ExportError, match="broken could not be measured"):
        alone(Model("broken", "fp32", str(tmp_path / "broken.onnx")), Place(1, 1), 1)
