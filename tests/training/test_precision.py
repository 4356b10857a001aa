"""The precision policy is what really happens, and what is recorded is checked."""

import json

import pytest
import torch

from configuration_odin import OdinConfig
from modeling_odin import OdinForCausalLM
from training.checkpoint import CheckpointError, load_model
from training.config import TrainConfig
from training.optimizer import build_optimizers
from training.precision import (
    OPERATIONS,
    check_gradients,
    check_optimizers,
    check_parameters,
    observe,
    overflow_checks,
    policy,
)


@pytest.fixture
def model():
    torch.manual_seed(0)
    return OdinForCausalLM(
        OdinConfig(vocab_size=64, hidden_size=32, num_hidden_layers=2, head_dim=16, decay_rank=8, gate_rank=8)
    )


def loss_of(model):
    ids = torch.randint(0, 64, (2, 40), generator=torch.Generator().manual_seed(1))
    return model(ids, labels=ids, use_cache=False, skip_logits=True).loss


@pytest.mark.parametrize("mixed_precision", ["no", "bf16"])
def test_each_operation_computes_in_the_precision_of_the_policy(model, mixed_precision):
    recorded = policy(mixed_precision)
    with torch.autocast("cpu", torch.bfloat16, enabled=mixed_precision == "bf16"), observe() as seen:
        loss = loss_of(model)
    assert set(seen) == set(OPERATIONS)
    assert {group: {recorded[group]} for group in seen} == seen
    loss.backward()
    assert {str(p.grad.dtype) for p in model.parameters()} == {f"torch.{recorded['gradients']}"}
    assert str(loss.dtype) == f"torch.{recorded['loss']}"


def test_low_precision_is_seen_and_stays_out_of_the_recurrence(model):
    low = torch.ones(1, 2, 2, dtype=torch.bfloat16)
    with observe() as seen:
        torch.bmm(low, low)
    assert seen == {"recurrence": {"bfloat16"}}
    with observe() as seen:
        loss_of(model.to(torch.bfloat16))
    assert seen["projections"] == {"bfloat16"} and seen["recurrence"] == {"float32"}


def test_loss_scaling_follows_float16_unless_forced():
    assert policy("fp16")["loss_scaling"] and not policy("bf16")["loss_scaling"]
    assert policy("bf16", True)["loss_scaling"] and not policy("fp16", False)["loss_scaling"]


def test_parameters_of_another_precision_are_refused(model):
    check_parameters(model, policy("bf16"))
    model.lm_head.half()
    with pytest.raises(ValueError, match="float16, float32.*says float32"):
        check_parameters(model, policy("bf16"))


def test_moments_of_another_precision_are_refused(model):
    optimizers = build_optimizers(model, TrainConfig())
    loss_of(model).backward()
    for optimizer in optimizers:
        optimizer.step()
    check_optimizers(optimizers, policy("no"))
    moments = next(iter(optimizers[-1].state.values()))
    moments["exp_avg"] = moments["exp_avg"].half()
    with pytest.raises(ValueError, match="exp_avg is torch.float16"):
        check_optimizers(optimizers, policy("no"))


def test_overflow_is_found_where_it_begins(model):
    with torch.no_grad():
        model.model.layers[1].channel_mixing.up_proj.weight[0] = 3e38
    with pytest.raises(FloatingPointError, match=r"model\.layers\.1\.channel_mixing"), overflow_checks(model):
        loss_of(model)
    with torch.no_grad():
        model.model.layers[1].channel_mixing.up_proj.weight[0] = 0
    with overflow_checks(model):
        loss_of(model)


def test_gradients_that_overflow_are_named(model):
    loss_of(model).backward()
    check_gradients(model)
    model.model.layers[0].time_mixing.out_proj.weight.grad[0, 0] = float("inf")
    with pytest.raises(FloatingPointError, match=r"model\.layers\.0\.time_mixing\.out_proj\.weight"):
        check_gradients(model)


@pytest.mark.parametrize(
    "changes, message",
    [({"parameters": "bfloat16"}, "are float32.*says bfloat16"), ({"recurrent_state": "float16"}, "a float16 state")],
)
def test_a_release_is_held_to_its_manifest(model, tmp_path, changes, message):
    model.save_pretrained(tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps({"precision": policy("bf16")}))
    load_model(tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps({"precision": policy("bf16") | changes}))
    with pytest.raises(CheckpointError, match=message):
        load_model(tmp_path)
