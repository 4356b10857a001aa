"""The time mixings that ODIN was weighed against, and its own variants, as ONNX graphs."""

from collections import Counter
from types import SimpleNamespace

import numpy as np
import onnx
import pytest
import torch

from export.build import build
from export.linear_attention import SMALLEST_RATE, fused_general
from export.runner import OnnxRunner
from modeling_odin import OdinForCausalLM
from modeling_odin.alternative_recurrences import general_recurrence, recurrent_general
from modeling_odin.recurrence import recurrent_gated_delta
from training.benchmark.decoding import left_pad
from training.checkpoint import load_model


KINDS = {
    "mamba2": {"time_mixing": "mamba2"},
    "rwkv6": {"time_mixing": "rwkv6"},
    "rwkv7": {"time_mixing": "rwkv7"},
    "passes": {"recurrence_passes": 2},
    "heads": {"slow_heads": 1, "slot_heads": 1, "decay_hierarchy": True},
}
RULES = {"mamba2": b"gated", "rwkv6": b"gated"}


@pytest.fixture(scope="module", params=KINDS)
def case(request, make_folder, tmp_path_factory):
    """Name, PyTorch model and exported graph of a variant whose every weight matters."""
    folder = tmp_path_factory.mktemp(request.param)
    make_folder(folder / "model", **KINDS[request.param])
    model = OdinForCausalLM.from_pretrained(folder / "model")
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    model.save_pretrained(folder / "model")
    assert build(folder / "model", folder / "out", ("fp32",))
    path = folder / "out/onnx/model.onnx"
    return request.param, load_model(folder / "model"), OnnxRunner(path, threads=1), onnx.load(path).graph


def random_ids(rows, length):
    return torch.randint(3, 200, (rows, length), generator=torch.Generator().manual_seed(length))


def test_one_fused_node_a_layer(case):
    name, _, _, graph = case
    nodes = [node for node in graph.node if node.op_type == "LinearAttention"]
    rules = {a.s for node in nodes for a in node.attribute if a.name == "update_rule"}
    assert len(nodes) == 2 and rules == {RULES.get(name, b"gated_delta")}
    count = Counter(node.op_type for node in graph.node)
    assert count["Loop"] == count["Scan"] == count["Einsum"] == 0
    if name in ("mamba2", "rwkv6", "rwkv7"):
        assert count["Shape"] == 1  # of input_ids, for the mask


@pytest.mark.parametrize("length", [1, 2, 33])
def test_prefill_and_decode_equal_pytorch(case, length):
    _, model, runner, _ = case
    ids = random_ids(2, length)
    states, cache = runner.empty_states(2), None
    for piece in (ids, *random_ids(2, 4).split(1, 1)):
        with torch.no_grad():
            expected = model(piece, past_key_values=cache, use_cache=True)
        cache = expected.past_key_values
        logits, states = runner.step(piece.numpy(), states)
        np.testing.assert_allclose(logits, expected.logits.numpy(), atol=1e-4)
        for i in range(2):
            np.testing.assert_allclose(states[f"past_conv.{i}"], cache.conv_states[i].numpy(), atol=1e-4)
            np.testing.assert_allclose(states[f"past_recurrent.{i}"], cache.recurrent_states[i].numpy(), atol=1e-4)


def test_left_padding_changes_nothing(case):
    _, _, runner, _ = case
    prompts = [list(range(5, 25)), [7], [9, 8, 7]]
    ids, mask = left_pad(prompts)
    logits, states = runner.step(ids, runner.empty_states(3), mask)
    for row, prompt in enumerate(prompts):
        alone, end = runner.step(np.array([prompt]), runner.empty_states(1))
        np.testing.assert_allclose(logits[row, -len(prompt) :], alone[0], atol=1e-4)
        for name, state in end.items():
            np.testing.assert_allclose(states[name][row], state[0], atol=1e-4)


@pytest.mark.parametrize("rate", [0.0, SMALLEST_RATE, 1e-3, 0.5, 1.0])
def test_rwkv7_as_two_steps_is_exact(rate):
    """In float32 against the definition in float64, for weak and strong erasing and every decay."""
    torch.manual_seed(0)
    q, k, v, removal = torch.randn(4, 2, 40, 2, 16)
    removal = torch.nn.functional.normalize(removal, dim=-1)
    g = -np.exp(-0.5) * torch.rand(2, 40, 2, 16)
    rates = torch.full_like(g, rate)
    rates[..., ::3] = torch.rand_like(rates[..., ::3])
    state = torch.randn(2, 2, 16, 16)
    config = SimpleNamespace(recurrence="recurrent", num_heads=2, head_dim=16)
    form = fused_general(general_recurrence, recurrent_gated_delta)
    got = form(config, q, k, v, g, (removal, rates), initial_state=state)
    want = recurrent_general(*(x.double() for x in (q, k, v, g)), (removal, rates), initial_state=state)
    for a, b in zip(got, want, strict=True):
        assert (a - b).abs().max() < 2e-6 * b.abs().max()


def test_packed_documents_are_refused():
    with pytest.raises(ValueError, match="cannot be exported"):
        fused_general(general_recurrence, recurrent_gated_delta)(
            SimpleNamespace(), *torch.zeros(4, 1, 1, 1, 1), seq_idx=torch.zeros(1, 1)
        )
