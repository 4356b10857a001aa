"""Every file of `PRECISIONS`: it loads, answers, is as exact as it has to be, and is made as it says."""

from collections import Counter

import numpy as np
import onnx
import onnxruntime
import pytest
from transformers import AutoTokenizer

from export.alignment import aligned
from export.build import build
from export.errors import ExportError
from export.precisions import PRECISIONS
from export.prompts import chat_prompt, random_prompts
from export.rounding import gptq, input_products, nearest, search_scales
from export.runner import OnnxRunner
from export.weight_only import quantize_4bit
from export.wire import pack, two_level


FLOAT, HALF = "tensor(float)", "tensor(float16)"
SMALL = [name for name in PRECISIONS if name != "fp32"]


@pytest.fixture(scope="module")
def files(exported, tmp_path_factory):
    """The toy in every precision."""
    folder = tmp_path_factory.mktemp("precisions")
    for precision in PRECISIONS.values():
        (folder / precision.file).parent.mkdir(exist_ok=True)
        precision.write(exported / "onnx/model.onnx", folder / precision.file)
    return {name: folder / precision.file for name, precision in PRECISIONS.items()}


@pytest.fixture(scope="module")
def tokenizer(toy):
    return AutoTokenizer.from_pretrained(toy)


@pytest.fixture(scope="module")
def prompts(tokenizer, questions):
    return [tokenizer(chat_prompt(tokenizer, question))["input_ids"] for question in questions]


def logits(path, prompts):
    runner = OnnxRunner(path, threads=1)
    return [runner.step(np.array([prompt]), runner.empty_states(1))[0] for prompt in prompts]


def types_of(path, names):
    """onnxruntime's types of tensors within the graph."""
    model = onnx.load(path)
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    types = {value.name: value.type for value in session.get_outputs()}
    return {types[name] for name in names}


@pytest.mark.parametrize("name", SMALL)
def test_inputs_and_outputs_are_those_of_float32(files, name):
    model = onnx.load(files[name])
    onnx.checker.check_model(model)
    expected = onnx.load(files["fp32"]).graph
    assert list(model.graph.input) == list(expected.input)
    assert list(model.graph.output) == list(expected.output)


@pytest.mark.parametrize("name", SMALL)
def test_logits_are_as_exact_as_they_have_to_be(files, prompts, name):
    prompts = prompts + random_prompts(10, 200)
    errors = []
    for expected, actual in zip(logits(files["fp32"], prompts), logits(files[name], prompts), strict=True):
        assert actual.dtype == np.float32 and np.isfinite(actual).all()
        errors.append(np.abs(actual - expected).mean() / expected.std())
    assert 0 < np.mean(errors) <= PRECISIONS[name].limits.logits


@pytest.mark.parametrize("name", SMALL)
def test_answers_survive(files, tokenizer, prompts, questions, name):
    answers = [tokenizer.decode(tokens) for tokens in OnnxRunner(files[name]).generate(prompts, 40, 2)]
    assert answers == [f"It is {answer}.\n#### {answer}" for answer in questions.values()]


@pytest.mark.parametrize("name", SMALL)
def test_the_tied_table_is_stored_once(files, tokenizer, name):
    vocab, width = len(tokenizer), 64
    if name in ("int8", "q4wire"):
        vocab = aligned(vocab)
    stored = [onnx.numpy_helper.to_array(tensor) for tensor in onnx.load(files[name]).graph.initializer]
    tables = [tensor for tensor in stored if vocab in tensor.shape and tensor.size > vocab * 8]
    assert [tensor.nbytes for tensor in tables] == [vocab * width * (2 if name == "fp16" else 1)]


@pytest.mark.parametrize("name", ["fp16", "q4f16"])
def test_the_recurrence_is_float32_and_the_products_are_half(files, name):
    graph = onnx.load(files[name]).graph
    recurrences = [node for node in graph.node if node.op_type == "LinearAttention"]
    made = {output for node in graph.node for output in node.output}
    assert len(recurrences) == 2
    assert types_of(files[name], [x for node in recurrences for x in node.input if x in made]) == {FLOAT}
    products = [node for node in graph.node if node.op_type in ("MatMul", "MatMulNBits")]
    assert len(products) == 2 * 5 + 1
    assert types_of(files[name], [node.input[0] for node in products]) == {HALF}
    # what decides a decay is never rounded to half on its way
    sigmoids = [node.output[0] for node in graph.node if node.op_type == "Sigmoid"]
    assert types_of(files[name], sigmoids) == {FLOAT}


@pytest.mark.parametrize("name", ["q4", "q4f16"])
def test_every_product_has_4_bits_and_the_table_8(files, name):
    graph = onnx.load(files[name]).graph
    bits = Counter(
        next(a.i for a in node.attribute if a.name == "bits") for node in graph.node if node.op_type == "MatMulNBits"
    )
    assert bits == {4: 2 * 5, 8: 1}
    assert not any(node.op_type == "MatMul" for node in graph.node)


def test_q4wire_is_the_int8_graph_once_it_is_loaded(files, tmp_path):
    def loaded(name):
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        options.optimized_model_filepath = str(tmp_path / f"{name}.onnx")
        onnxruntime.InferenceSession(files[name], options, providers=["CPUExecutionProvider"])
        return onnx.load(tmp_path / f"{name}.onnx").graph

    int8, wire = loaded("int8"), loaded("q4wire")
    assert Counter(node.op_type for node in wire.node) == Counter(node.op_type for node in int8.node)
    assert files["q4wire"].stat().st_size < files["int8"].stat().st_size

    source = onnx.load(files["fp32"]).graph
    weights = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in source.initializer}
    products = [node for node in wire.node if node.op_type == "MatMulInteger"]
    stored = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in wire.initializer}
    checked = 0
    for node in products:
        name = node.input[1].removesuffix("_quantized")
        if name in weights:
            value = (stored[node.input[1]].astype(np.float32) - 128) * stored[f"{name}_scale"]
            codes, multiples, scale = two_level(weights[name])
            exact = ((codes - 8.0) * multiples).reshape(-1, len(scale))[: len(value)] * scale
            np.testing.assert_allclose(value, exact, atol=1e-7)
            checked += 1
    assert checked == 2 * 5


def test_two_levels_of_scales():
    weight = np.random.default_rng(0).standard_normal((100, 30)).astype(np.float32)
    weight[:, 3], weight[16:32, 4] = 0, 0
    codes, multiples, scale = two_level(weight)
    assert codes.shape == (7, 16, 30) and codes.max() <= 15 and 1 <= multiples.min() and multiples.max() <= 15
    value = (((codes - 8.0) * multiples) * scale).reshape(-1, 30)[:100]
    assert np.square(value - weight).mean() < 0.01  # the nearest of 16 values in blocks of 16: about 0.006
    assert (value[:, 3] == 0).all() and (value[16:32, 4] == 0).all()
    identity = np.eye(16, dtype=np.float32)  # as in the rate's part of the merged gates
    codes, multiples, scale = two_level(identity)
    np.testing.assert_allclose((((codes - 8.0) * multiples) * scale).reshape(16, 16), identity, atol=1e-6)


def test_packing():
    values = np.array([[1, 2, 3], [15, 0, 7]], np.uint8)
    assert pack(values) == bytes([0x21, 0xF3, 0x70]) and pack(values[0]) == bytes([0x21, 0x03])


def test_gptq_loses_less_of_the_product_than_rounding():
    random = np.random.default_rng(0)
    mixing = random.standard_normal((192, 192)) / 8 + np.eye(192)  # more rows than are corrected at once
    inputs, weight = random.standard_normal((500, 192)) @ mixing, random.standard_normal((192, 40))
    scales = np.full((6, 40), 0.4, np.float32)
    rounded, chosen = nearest(weight, 0.4), gptq(weight, inputs.T @ inputs, scales, 32)

    def loss(codes):
        return np.square(inputs @ (weight - (codes - 8.0) * np.float32(0.4))).sum()

    assert loss(chosen) < 0.8 * loss(rounded)


def test_searched_scales_lose_less_than_the_largest_weights():
    weight = np.random.default_rng(0).standard_normal((96, 40)).astype(np.float32)
    weight[32:64, 5] = 0
    blocks = weight.reshape(3, 32, 40)
    largest = np.take_along_axis(blocks, np.abs(blocks).argmax(1, keepdims=True), 1)[:, 0] / -8

    def loss(scales):
        return np.square((nearest(blocks, scales[:, None]) - 8.0) * scales[:, None] - blocks).sum()

    searched = search_scales(weight, 32)
    assert searched.shape == (3, 40) and np.isfinite(searched).all()
    assert loss(searched) < 0.9 * loss(largest)


@pytest.mark.parametrize("name", ["q4", "q4f16", "q4wire"])
def test_calibration_brings_logits_nearer(exported, files, prompts, tmp_path, name):
    PRECISIONS[name].write(exported / "onnx/model.onnx", tmp_path / "model.onnx")
    products = input_products(exported / "onnx/model.onnx", prompts)
    assert {value.shape[0] for value in products.values()} == {64, 128, 8 + 8 + 4}
    PRECISIONS[name].write(exported / "onnx/model.onnx", tmp_path / "calibrated.onnx", products)
    expected, plain, calibrated = (
        np.concatenate(logits(path, prompts), 1)
        for path in (files["fp32"], tmp_path / "model.onnx", tmp_path / "calibrated.onnx")
    )
    assert np.abs(calibrated - expected).mean() < 0.8 * np.abs(plain - expected).mean()


def test_a_width_without_blocks_is_refused(make_folder, tmp_path):
    build(make_folder(tmp_path / "model", hidden_size=40, head_dim=8), tmp_path / "out", ("fp32",))
    with pytest.raises(ExportError, match="a hidden size of 40"):
        quantize_4bit(tmp_path / "out/onnx/model.onnx", tmp_path / "out.onnx")
    assert not (tmp_path / "out.onnx").exists()


@pytest.mark.parametrize("name", SMALL)
def test_a_foreign_graph_is_refused(files, tmp_path, name):
    value = onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1])
    other = onnx.helper.make_tensor_value_info("logits", onnx.TensorProto.FLOAT, [1])
    graph = onnx.helper.make_graph([onnx.helper.make_node("Neg", ["x"], ["logits"])], "foreign", [value], [other])
    onnx.save(onnx.helper.make_model(graph), tmp_path / "foreign.onnx")
    (tmp_path / "damaged.onnx").write_bytes(files["fp32"].read_bytes()[:-1000])
    sources = {tmp_path / "foreign.onnx": "not an exported ODIN", files["int8"]: "not float32"}
    sources |= {tmp_path / "missing.onnx": "cannot be read", tmp_path / "damaged.onnx": "damaged"}
    for source, message in sources.items():
        with pytest.raises(ExportError, match=message):
            PRECISIONS[name].write(source, tmp_path / "out.onnx")
        assert not (tmp_path / "out.onnx").exists()
