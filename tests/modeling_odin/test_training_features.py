"""Training with what transformers, PEFT and PyTorch offer."""

import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from torch.nn import functional as F
from transformers import DataCollatorWithFlattening, Trainer, TrainingArguments

from modeling_odin import OdinForCausalLM


def tokens(*shape, seed=5):
    return torch.randint(3, 97, shape, generator=torch.Generator().manual_seed(seed))


def gradients(model):
    return {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}


def close(got, want):
    torch.testing.assert_close(got, want, rtol=1e-4, atol=2e-5)


@pytest.mark.parametrize("reentrant", [True, False])
def test_gradient_checkpointing_changes_no_gradient(toy_model, reentrant):
    ids = tokens(2, 21)
    toy_model.train()
    toy_model(ids, labels=ids).loss.backward()
    expected = gradients(toy_model)
    toy_model.zero_grad()

    toy_model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": reentrant})
    assert toy_model.is_gradient_checkpointing
    calls = []
    for layer in toy_model.model.layers:
        layer.time_mixing.register_forward_hook(lambda *_: calls.append(1))
    toy_model.enable_input_require_grads()
    toy_model(ids, labels=ids).loss.backward()
    # Each block runs once more in the backward pass: that is what saves the memory.
    assert len(calls) == 2 * len(toy_model.model.layers)
    close(gradients(toy_model), expected)
    toy_model.gradient_checkpointing_disable()
    assert not toy_model.is_gradient_checkpointing


@pytest.mark.parametrize("masked", [False, True], ids=["no mask", "right padding"])
def test_compiles_into_one_graph(toy_model, masked):
    ids, mask = tokens(2, 21), None
    if masked:
        mask = torch.ones_like(ids)
        mask[0, 15:] = 0
    toy_model.train()
    expected = toy_model(ids, attention_mask=mask, labels=ids)
    expected.loss.backward()
    wanted = gradients(toy_model)
    toy_model.zero_grad()
    compiled = torch.compile(toy_model, fullgraph=True, backend="aot_eager")
    got = compiled(ids, attention_mask=mask, labels=ids)
    got.loss.backward()
    close(got.logits, expected.logits)
    close(gradients(toy_model), wanted)


def test_inductor_computes_the_same(toy_model):
    """The compiler that users get, on the blocks, with packed documents: forward and backward."""
    toy_model.model.layers = toy_model.model.layers[:1]  # each takes 25 s to compile, to the same code
    ids, cu_seqlens = tokens(1, 24), torch.tensor([0, 10, 24])
    toy_model.train()
    expected = toy_model(ids, labels=ids, cu_seqlens=cu_seqlens).loss
    expected.backward()
    wanted = gradients(toy_model)
    toy_model.zero_grad()
    toy_model.model.compile()
    got = toy_model(ids, labels=ids, cu_seqlens=cu_seqlens).loss
    got.backward()
    close(got, expected)
    close(gradients(toy_model), wanted)


def test_lora_on_every_linear_layer(toy_model, tmp_path):
    ids = tokens(2, 16)
    base = toy_model(ids).logits.detach()
    lora = LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM", init_lora_weights="gaussian")
    model = get_peft_model(toy_model, lora)
    attached = {name.split(".")[-2] for name, _ in model.named_parameters() if "lora_A" in name}
    targets = {name.rpartition("layers.1.")[2] for name, _ in model.named_modules() if name.endswith("lora_A")}
    assert {t.rpartition(".")[0].rpartition(".")[2] for t in targets if t} >= {
        "in_proj",
        "out_proj",
        "gate_proj",
        "decay_proj",
        "up_proj",
        "down_proj",
    }, attached
    torch.testing.assert_close(model(ids).logits, base)  # B starts at zero
    optimizer = torch.optim.AdamW((p for p in model.parameters() if p.requires_grad), lr=1e-2)
    losses = []
    for _ in range(15):
        loss = model(input_ids=ids, labels=ids).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    assert losses[-1] < 0.8 * losses[0]

    model.eval()
    tuned = model(ids).logits.detach()
    model.save_pretrained(tmp_path)
    merged = model.merge_and_unload()
    close(merged(ids).logits.detach(), tuned)

    torch.manual_seed(0)
    fresh = OdinForCausalLM(toy_model.config)
    fresh.load_state_dict({k: v for k, v in merged.state_dict().items()})
    again = PeftModel.from_pretrained(fresh, tmp_path)
    assert (again(ids).logits - tuned).abs().max() > 1e-3  # the adapter twice: it is really loaded


@torch.no_grad()
def test_a_saved_adapter_tunes_the_untouched_model_the_same(toy_model, tmp_path):
    ids = tokens(2, 16)
    untouched = OdinForCausalLM(toy_model.config).eval()
    untouched.load_state_dict(toy_model.state_dict())
    base = untouched(ids).logits
    # Both factors random, as after training.
    lora = LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM", init_lora_weights=False)
    model = get_peft_model(toy_model, lora).eval()
    tuned = model(ids).logits
    assert (tuned - base).abs().max() > 0.1
    model.save_pretrained(tmp_path)
    again = PeftModel.from_pretrained(untouched, tmp_path).eval()
    torch.testing.assert_close(again(ids).logits, tuned)
    with again.disable_adapter():
        torch.testing.assert_close(again(ids).logits, base)
    close(again.merge_and_unload()(ids).logits, tuned)


def arguments(folder, **options):
    defaults = {
        "max_steps": 8,
        "per_device_train_batch_size": 2,
        "learning_rate": 1e-2,
        "logging_steps": 1,
        "report_to": [],
        "use_cpu": True,
        "disable_tqdm": True,
        "save_strategy": "no",
    }
    return TrainingArguments(str(folder), **defaults | options)


def losses(trainer):
    return [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]


@pytest.mark.parametrize("checkpointing", [False, True])
def test_trainer(toy_model, tmp_path, checkpointing):
    rows = [{"input_ids": tokens(12, seed=1), "labels": tokens(12, seed=1)}] * 8
    options = {"gradient_accumulation_steps": 2, "gradient_checkpointing": checkpointing}
    trainer = Trainer(model=toy_model, args=arguments(tmp_path, **options), train_dataset=rows, eval_dataset=rows)
    trainer.train()
    assert losses(trainer)[-1] < 0.7 * losses(trainer)[0]
    assert trainer.evaluate()["eval_loss"] < losses(trainer)[0]


def test_trainer_on_packed_documents(toy_model, tmp_path):
    """One row a step, documents of unequal length one after the other, their borders in the positions alone."""
    rows = [{"input_ids": tokens(n, seed=n).tolist()} for n in (5, 9, 3, 12)]
    collator = DataCollatorWithFlattening(return_tensors="pt")
    batch = collator(rows)
    with torch.no_grad():
        first = toy_model(**batch).loss.item()
    trainer = Trainer(
        model=toy_model,
        args=arguments(tmp_path, per_device_train_batch_size=4, remove_unused_columns=False),
        train_dataset=rows,
        data_collator=collator,
    )
    trainer.train()
    # The order of the documents within the row does not matter to the loss: each is read from an empty state.
    assert losses(trainer)[0] == pytest.approx(first, rel=1e-3)
    assert losses(trainer)[-1] < 0.7 * first


def test_trainer_resumes(toy_config, tmp_path):
    rows = [{"input_ids": tokens(12, seed=i), "labels": tokens(12, seed=i)} for i in range(8)]

    def run(**options):
        torch.manual_seed(0)
        model = OdinForCausalLM(toy_config)
        settings = arguments(tmp_path, save_strategy="steps", save_steps=4, seed=0)
        trainer = Trainer(model=model, args=settings, train_dataset=rows)
        trainer.train(**options)
        return losses(trainer), model.state_dict()

    whole, final = run()
    resumed, again = run(resume_from_checkpoint=str(tmp_path / "checkpoint-4"))
    assert resumed == whole
    for name, value in final.items():
        torch.testing.assert_close(again[name], value)


@torch.no_grad()
def test_loss_of_accumulated_batches(toy_model):
    """Trainer gives the number of labels of the whole step, so that uneven batches weigh by their labels."""
    ids = tokens(2, 10)
    labels = ids.clone()
    labels[0, 3:] = -100
    count = (labels[:, 1:] != -100).sum()
    parts = [
        toy_model(i[None], labels=one[None], num_items_in_batch=count).loss for i, one in zip(ids, labels, strict=True)
    ]
    close(sum(parts), toy_model(ids, labels=labels).loss)


@torch.no_grad()
def test_rows_without_padding_from_the_flattening_collator(toy_model):
    documents = [tokens(n, seed=n).tolist() for n in (5, 9, 3)]
    batch = DataCollatorWithFlattening(return_tensors="pt")([{"input_ids": d} for d in documents])
    packed = toy_model(batch["input_ids"], position_ids=batch["position_ids"])
    apart = [toy_model(torch.tensor([d])).logits[0] for d in documents]
    close(packed.logits[0], torch.cat(apart))
    # Its labels leave out the first token of each document.
    loss = toy_model(**{k: v for k, v in batch.items() if k in ("input_ids", "labels", "position_ids")}).loss
    predicted = torch.cat([logits[:-1] for logits in apart])
    close(loss, F.cross_entropy(predicted, torch.tensor([t for d in documents for t in d[1:]])))
