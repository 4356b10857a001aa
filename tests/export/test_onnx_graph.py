"""The exported graph: its names and shapes, what it is made of, and that it computes what the model computes."""

from collections import Counter

import numpy as np
import onnx
import pytest
import torch

from export.convolution import expand_convolutions
from export.graph import save
from export.onnx_config import OdinOnnxConfig
from export.profiling import profile
from export.runner import OnnxRunner
from training.benchmark.decoding import left_pad
from training.checkpoint import load_model


@pytest.fixture(scope="module")
def model(toy):
    return load_model(toy)


@pytest.fixture(scope="module")
def runner(exported):
    return OnnxRunner(exported / "onnx/model.onnx", threads=1)


@pytest.fixture(scope="module")
def graph(exported):
    return onnx.load(exported / "onnx/model.onnx").graph


def shapes(values):
    return {v.name: [d.dim_param or d.dim_value for d in v.type.tensor_type.shape.dim] for v in values}


def test_names_and_shapes(graph, model):
    states = {"conv": ["batch_size", 3, 192], "recurrent": ["batch_size", 4, 16, 16]}
    assert shapes(graph.input) == {
        "input_ids": ["batch_size", "sequence_length"],
        "attention_mask": ["batch_size", "past_sequence_length + sequence_length"],
        "num_logits_to_keep": [],
        **{f"past_{kind}.{i}": shape for kind, shape in states.items() for i in range(2)},
    }
    assert shapes(graph.output) == {
        "logits": ["batch_size", "num_logits", model.config.vocab_size],
        **{f"present_{kind}.{i}": shape for kind, shape in states.items() for i in range(2)},
    }


def test_one_fused_node_a_layer_and_no_computed_shapes(graph):
    count = Counter(node.op_type for node in graph.node)
    assert count["LinearAttention"] == 2
    assert count["Gemm"] == count["Loop"] == count["Scan"] == count["Einsum"] == 0
    assert count["Shape"] == 1  # of input_ids, for the mask
    constants = {t.name for t in graph.initializer} | {n.output[0] for n in graph.node if n.op_type == "Constant"}
    assert all(node.input[1] in constants for node in graph.node if node.op_type == "Reshape")


@pytest.mark.parametrize("length", [1, 2, 3, 31, 33, 100])
def test_logits_and_states_equal_pytorch(model, runner, length):
    ids = torch.randint(3, model.config.vocab_size, (2, length), generator=torch.Generator().manual_seed(length))
    with torch.no_grad():
        expected = model(ids, use_cache=True)
    logits, states = runner.step(ids.numpy(), runner.empty_states(2))
    np.testing.assert_allclose(logits, expected.logits.numpy(), atol=2e-4)
    for i in range(2):
        cache = expected.past_key_values
        np.testing.assert_allclose(states[f"past_conv.{i}"], cache.conv_states[i].numpy(), atol=1e-4)
        np.testing.assert_allclose(states[f"past_recurrent.{i}"], cache.recurrent_states[i].numpy(), atol=1e-4)


@pytest.mark.parametrize("cut", [1, 2, 5, 19])
def test_a_prompt_in_two_parts_equals_the_whole(runner, cut):
    ids = np.random.default_rng(0).integers(3, 200, (1, 20))
    whole, end = runner.step(ids, runner.empty_states(1))
    _, states = runner.step(ids[:, :cut], runner.empty_states(1))
    rest, states = runner.step(ids[:, cut:], states)
    np.testing.assert_allclose(rest, whole[:, cut:], atol=1e-4)
    for name, state in states.items():
        np.testing.assert_allclose(state, end[name], atol=1e-4)


def test_num_logits_to_keep(runner):
    ids = np.random.default_rng(0).integers(3, 200, (2, 9))
    all_logits, _ = runner.step(ids, runner.empty_states(2))
    last, _ = runner.step(ids, runner.empty_states(2), num_logits_to_keep=2)
    assert all_logits.shape[1] == 9
    np.testing.assert_allclose(last, all_logits[:, -2:], atol=1e-5)


def test_left_padding_changes_nothing(runner):
    prompts = [list(range(5, 25)), [7], [9, 8, 7]]
    ids, mask = left_pad(prompts)
    logits, states = runner.step(ids, runner.empty_states(3), mask)
    for row, prompt in enumerate(prompts):
        alone, end = runner.step(np.array([prompt]), runner.empty_states(1))
        np.testing.assert_allclose(logits[row, -len(prompt) :], alone[0], atol=1e-4)
        for name, state in end.items():
            np.testing.assert_allclose(states[name][row], state[0], atol=1e-4)


def test_only_the_last_columns_of_a_growing_mask_count(runner):
    """transformers.js feeds the mask of the whole text at every step."""
    _, states = runner.step(np.array([[5, 6, 7]]), runner.empty_states(1))
    short, _ = runner.step(np.array([[8]]), states)
    grown, _ = runner.step(np.array([[8]]), states, np.array([[0, 1, 1, 1]]))
    np.testing.assert_array_equal(short, grown)


def test_tracing_leaves_the_model_as_it_was(model):
    ids = torch.arange(3, 20)[None]
    with torch.no_grad():
        before = model(ids).logits
        config = OdinOnnxConfig(model.config, task="text-generation", use_past=True, use_past_in_inputs=True)
        with config.patch_model_for_export(model):
            inputs = config.generate_dummy_inputs()
            assert "present_conv" in model(**inputs)
        assert torch.equal(model(ids).logits, before)


def test_the_convolution_in_plain_operators_is_the_same(exported, runner, tmp_path):
    model = onnx.load(exported / "onnx/model.onnx")
    before = Counter(node.op_type for node in model.graph.node)
    save(expand_convolutions(model), tmp_path / "model.onnx")
    after = Counter(node.op_type for node in model.graph.node)
    assert before["CausalConvWithState"] == 2 and after["CausalConvWithState"] == 0
    expanded = OnnxRunner(tmp_path / "model.onnx", threads=1)
    states = both = runner.empty_states(2)
    for length in (1, 2, 1, 33):
        ids = np.random.default_rng(length).integers(3, 200, (2, length))
        logits, states = runner.step(ids, states)
        same, both = expanded.step(ids, both)
        np.testing.assert_allclose(same, logits, atol=1e-4)
    for name, state in states.items():
        np.testing.assert_allclose(both[name], state, atol=1e-4)


def test_nodes_launched_for_a_token(exported):
    """The graph is not to grow fat again: every launch costs a token time."""
    launches = profile(exported / "onnx/model.onnx", 1, 1).launches
    in_layers = [node for node in launches if "/layers." in node.name]
    assert len(in_layers) <= 2 * 28 and len(launches) - len(in_layers) <= 17
