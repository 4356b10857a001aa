"""The functions behind the training graph: loss and gradients are the model's own."""

import pytest
import torch

from configuration_odin import OdinConfig
from export.errors import ExportError
from export.training_graph.check import random_batch
from export.training_graph.ops import neighbours
from export.training_graph.recurrence import Masks, inverse_unit_lower
from export.training_graph.step import Lora, Step, adamw, grouped
from modeling_odin import OdinForCausalLM


SIZES = {
    "vocab_size": 64,
    "hidden_size": 32,
    "head_dim": 8,
    "intermediate_size": 40,
    "num_hidden_layers": 2,
    "decay_rank": 5,
    "gate_rank": 6,
}
REPEATED = {
    "input_ids": torch.full((1, 64), 7),
    "labels": torch.full((1, 64), 7),
    "seq_idx": torch.zeros(1, 64).long(),
}


@pytest.fixture
def float64(monkeypatch):
    """The model computes some of itself in float32 whatever its parameters are; here all is of their precision."""
    monkeypatch.setattr(torch.Tensor, "float", lambda self: self)


def make(**overrides):
    torch.manual_seed(0)
    model = OdinForCausalLM(OdinConfig(**SIZES | overrides))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return model.double()


def batches(batch, seq):
    return random_batch(batch, seq, SIZES["vocab_size"], torch.Generator().manual_seed(1))


def parameters_of(model):
    return {name: parameter.detach() for name, parameter in model.named_parameters()}


def compare(model, batch, tolerance=1e-9):
    """Loss and all gradients of `Step` with those of autograd."""
    rows, length = batch["input_ids"].shape
    step = Step(model, rows, length, None)
    scale = torch.tensor(8.0, dtype=next(model.parameters()).dtype)
    loss, gradients = step.loss_and_gradients(parameters_of(model), {}, {}, **batch, loss_scale=scale)
    expected = model(**batch).loss
    expected.backward()
    assert loss.item() == pytest.approx(expected.item(), rel=tolerance)
    assert gradients.keys() == dict(model.named_parameters()).keys()
    for name, parameter in model.named_parameters():
        error = (gradients[name] / scale - parameter.grad).norm() / parameter.grad.norm()
        assert error < tolerance, name


@pytest.mark.parametrize(
    "overrides",
    [
        {},
        {"decay_hierarchy": True, "num_hidden_layers": 3},
        {"tie_word_embeddings": False},
        {"conv_kernel_size": 2, "norm_eps": 1e-2},
        {"conv_kernel_size": 6, "head_dim": 32},
        {"recurrence": "recurrent"},
        {"chunk_size": 5},
    ],
    ids=str,
)
def test_loss_and_gradients_are_the_models(overrides, float64):
    compare(make(**overrides), batches(2, 48))


@pytest.mark.parametrize(("rows", "length"), [(1, 16), (3, 32), (5, 80)])
def test_any_shape_of_a_batch(rows, length, float64):
    compare(make(), batches(rows, length))


def test_float32():
    compare(make().to(torch.float32), batches(3, 48), tolerance=1e-3)


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-8), (torch.float32, 5e-3)], ids=str)
def test_repeated_tokens_and_strong_writes(dtype, tolerance, float64):
    # Equal keys, written at nearly twice the rate and hardly forgotten: where a Neumann series would explode.
    model = make(recurrence="recurrent").to(dtype)
    with torch.no_grad():
        for layer in model.model.layers:
            layer.time_mixing.beta_bias.fill_(6.0)
            layer.time_mixing.decay_proj.bias.fill_(-8.0)
    compare(model, REPEATED, tolerance)


def test_one_label_in_a_batch(float64):
    batch = batches(2, 32)
    batch["labels"] = torch.full_like(batch["labels"], -100)
    batch["labels"][1, 5] = 3
    compare(make(), batch)


def test_documents_do_not_see_each_other():
    step, parameters = Step(make(), 1, 48, None), parameters_of(make())
    batch = batches(1, 48)
    batch["seq_idx"] = torch.arange(48)[None] // 21
    batch["labels"] = torch.full_like(batch["labels"], -100)
    batch["labels"][0, 22:] = batch["input_ids"][0, 22:]  # of the second and the third
    scale = torch.tensor(1.0, dtype=torch.float64)
    other = batch | {"input_ids": torch.cat([batch["input_ids"][:, :21] * 0, batch["input_ids"][:, 21:]], 1)}
    losses = [step.loss_and_gradients(parameters, {}, {}, **x, loss_scale=scale)[0].item() for x in (batch, other)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-12)


def test_the_inverse_is_exact():
    masks = Masks(torch.zeros(1, 16).long(), 1, 16, torch.float64)
    a = 2 * torch.randn(4, 16, 16, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).tril(-1)
    torch.testing.assert_close(
        inverse_unit_lower(a, masks) @ (a + torch.eye(16)), torch.eye(16).double().expand(4, -1, -1)
    )


def test_neighbours_stay_in_their_document():
    earlier, later = neighbours(torch.tensor([[0, 0, 1], [4, 4, 4]]), 3)
    assert earlier.tolist() == [[0, 1, 0, 0, 4, 5], [0, 0, 0, 0, 0, 4]]
    assert later.tolist() == [[2, 0, 0, 5, 6, 0], [0, 0, 0, 6, 0, 0]]


def test_adapters_have_the_gradients_of_their_product(float64):
    model, lora = make(), Lora(rank=2)
    frozen, batch = parameters_of(model), batches(2, 32)
    trained = {}
    for name in filter(lora.adapts, frozen):
        shapes = (2, frozen[name].shape[1]), (frozen[name].shape[0], 2)
        trained |= {
            part: 0.3 * torch.randn(shape).double() for part, shape in zip(lora.names(name), shapes, strict=True)
        }
    step, scale = Step(model, 2, 32, lora), torch.tensor(1.0, dtype=torch.float64)
    loss, gradients = step.loss_and_gradients(trained, frozen, frozen, **batch, loss_scale=scale)
    leaves = {name: value.clone().requires_grad_() for name, value in trained.items()}
    weights = dict(frozen)
    for name in filter(lora.adapts, frozen):
        a, b = (leaves[part] for part in lora.names(name))
        weights[name] = frozen[name] + 2.0 * b @ a
    expected = torch.func.functional_call(model, weights, kwargs=batch).loss
    expected.backward()
    assert loss.item() == pytest.approx(expected.item(), rel=1e-9)
    for name, leaf in leaves.items():
        assert (gradients[name] - leaf.grad).norm() < 1e-9 * leaf.grad.norm(), name


@pytest.mark.parametrize("clip", [0.1, 1e6])
def test_adamw_is_that_of_pytorch(clip):
    generator = torch.Generator().manual_seed(0)
    shapes = {"matrix": (100, 90), "vector": (7,), "taps": (4, 3), "other": (90, 100)}
    values = {name: torch.randn(shape, generator=generator) for name, shape in shapes.items()}
    assert grouped(values) == [["matrix"], ["other"], ["vector", "taps"]]
    expected = {name: torch.nn.Parameter(value.clone()) for name, value in values.items()}
    optimizer = torch.optim.AdamW(expected.values(), lr=1e-2, weight_decay=0.0)
    m, v = ({name: torch.zeros_like(value) for name, value in values.items()} for _ in range(2))
    for count in range(1, 6):
        gradients = {name: torch.randn(shape, generator=generator) for name, shape in shapes.items()}
        for name, parameter in expected.items():
            parameter.grad = gradients[name].clone()
        norm = torch.nn.utils.clip_grad_norm_(expected.values(), clip)
        optimizer.step()
        scaled = {name: 4 * gradient for name, gradient in gradients.items()}
        scalars = (torch.tensor(float(x)) for x in (1e-2, count, clip, 4.0))
        found, values, m, v = adamw(values, m, v, scaled, *scalars)
        torch.testing.assert_close(found, norm)
    for name, parameter in expected.items():
        torch.testing.assert_close(values[name], parameter.detach())
        torch.testing.assert_close(m[name], optimizer.state[parameter]["exp_avg"])


@pytest.mark.parametrize(
    "overrides", [{"recurrence_passes": 2}, {"slot_heads": 1}, {"slow_heads": 1}, {"time_mixing": "mamba2"}], ids=str
)
def test_refused_models(overrides):
    with pytest.raises(ExportError, match=f"only for models with {next(iter(overrides))}"):
        Step(make(**overrides), 1, 16, None)
