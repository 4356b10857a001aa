"""The ablation at toy size: probes against plain Python, equal sizes, runs that resume, tables of the records."""

import json
from pathlib import Path

import ablation
import probes
import pytest
import report
import sizes
import torch

from configuration_odin import OdinConfig
from modeling_odin import OdinForCausalLM


DOCS = Path(__file__).parents[2] / "docs"
SMALL = {"hidden_size": 32, "num_hidden_layers": 2, "head_dim": 16}


def sample(name: str, size: int, rows: int = 8):
    ids, targets = probes.PROBES[name].make(torch.Generator().manual_seed(3), rows, size)
    assert ids.shape == targets.shape and ids.max() < probes.PROBES[name].vocab_size
    return ids.tolist(), targets.tolist()


def asked(ids, targets):
    return [(t, wanted) for t, wanted in enumerate(targets) if wanted != probes.IGNORE]


def test_recall_asks_for_the_value_of_the_key():
    for ids, targets in zip(*sample("recall", 6), strict=True):
        stored = dict(zip(ids[:12:2], ids[1:12:2], strict=True))
        assert len(stored) == 6
        assert [stored[key] for key in ids[12:]] == [wanted for _, wanted in asked(ids, targets)]


def test_parity_and_s5_follow_the_state():
    for ids, targets in zip(*sample("parity", 20), strict=True):
        assert targets == [sum(ids[: t + 1]) % 2 for t in range(20)]
    for ids, targets in zip(*sample("s5", 20), strict=True):
        things = list(range(5))
        for swap, wanted in zip(ids, targets, strict=True):
            one, other = probes.SWAPS[swap].tolist()
            things[one], things[other] = things[other], things[one]
            assert things.index(0) == wanted


def test_copying_asks_for_the_first_half_again():
    for ids, targets in zip(*sample("copying", 7), strict=True):
        assert [wanted for _, wanted in asked(ids, targets)] == ids[:7]
        assert ids[7] == probes.SYMBOLS and ids[8:] == ids[:6]


def test_order_asks_for_the_earlier_mark():
    for ids, targets in zip(*sample("order", 30), strict=True):
        marks = [token for token in ids if token < probes.MARKS]
        assert len(marks) == 2 and marks[0] != marks[1]
        assert asked(ids, targets) == [(29, marks[0])]


@pytest.mark.parametrize(("name", "width"), [("registers", 3), ("worked_registers", 5)])
def test_registers_hold_what_the_program_computes(name, width):
    for ids, targets in zip(*sample(name, 9), strict=True):
        held = [0] * probes.REGISTERS
        for start in range(0, 9 * width, width):
            register, operation, operand = ids[start : start + 3]
            register -= probes.MODULUS
            other = held[operand - probes.MODULUS] if operation == probes.ADD_REGISTER else operand
            held[register] = (other + (0 if operation == probes.SET else held[register])) % 10
            if width == 5:
                assert targets[start + 3] == ids[start + 4] == held[register]
        final = [(ids[t] - probes.MODULUS, wanted) for t, wanted in asked(ids, targets) if t >= 9 * width]
        assert sorted(final) == list(enumerate(held))


@pytest.mark.parametrize("name", [*ablation.MIXINGS, *ablation.TRIALS])
def test_models_have_equal_parameters(name):
    plain = ablation.make_config("gated_delta", 40, ablation.SHAPE)
    config = ablation.make_config(name, 40, ablation.SHAPE)
    assert sizes.count_parameters(config) == pytest.approx(sizes.count_parameters(plain), rel=0.005)


def test_a_model_too_large_is_refused():
    with pytest.raises(ValueError, match="at the least"):
        sizes.equal_parameters(OdinConfig(vocab_size=40, **SMALL), 1000)


@pytest.mark.parametrize("name", ablation.MIXINGS)
def test_packed_documents_do_not_see_each_other(name):
    torch.manual_seed(0)
    model = sizes.build(ablation.make_config(name, 40, ablation.SHAPE)).eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    ids = torch.randint(40, (1, 24))
    seq_idx = torch.arange(24)[None] // 10
    with torch.no_grad():
        packed = ablation.logits_of(model, ids, seq_idx)
        alone = torch.cat([ablation.logits_of(model, part) for part in ids.split(10, 1)], 1)
    torch.testing.assert_close(packed, alone, rtol=1e-3, atol=1e-4)


def test_cost_of_decode_counts_the_real_state():
    config = OdinConfig.from_preset("odin-nano")
    cache = OdinForCausalLM(config).eval()(torch.tensor([[5]]), use_cache=True).past_key_values
    held = sum(4 * state.numel() for state in [*cache.conv_states, *cache.recurrent_states])
    assert sizes.decode_cost(config)["state_bytes"] == held


def test_the_delta_rule_replaces_and_a_sum_does_not():
    found = {(r["writing"], r["rule"], r["pairs"]): r["recall"] for r in ablation.untrained_capacity((16,), trials=8)}
    assert found["once", "delta", 4] > 0.9 and found["once", "sum", 4] > 0.9
    assert found["changed", "delta", 4] > 0.9 and found["changed", "sum", 4] < 0.75
    assert found["again", "delta", 8] > found["once", "delta", 8]


def test_a_divergence_is_recorded():
    model = sizes.build(ablation.make_config("gated_delta", 2, SMALL))
    settings = ablation.Settings(learning_rate=float("inf"))
    batches = ablation.probe_batches(probes.PROBES["parity"], torch.Generator().manual_seed(0), 64)
    assert ablation.train(model, batches, 10_000, settings)["diverged"]


def test_runs_resume_and_become_tables(tmp_path, monkeypatch):
    monkeypatch.setattr(ablation, "SHAPE", {**ablation.SHAPE, "num_hidden_layers": 1})
    monkeypatch.setattr(ablation, "EVALUATION_TOKENS", 2_000)
    short = {"recall": 8, "registers": 4, "worked_registers": 4}
    for name, size in short.items():
        probe = probes.dataclasses.replace(probes.PROBES[name], evaluate=(size,))
        monkeypatch.setitem(probes.PROBES, name, probe)
    out = tmp_path / "ablation.json"
    arguments = ["--study", "scratchpad", "--study", "capacity", "--seeds", "1", "--tokens", "2000", "--out", str(out)]
    ablation.main(arguments)
    results = json.loads(out.read_text())
    assert len(results["runs"]) == 5
    kept = results["runs"][2:]
    out.write_text(json.dumps({**results, "runs": kept}))
    ablation.main(arguments)
    again = json.loads(out.read_text())
    assert again["runs"][:3] == kept

    def without_times(records):
        return sorted(
            ({k: v for k, v in r.items() if "seconds" not in k} for r in records),
            key=lambda r: (r["task"], r["model"]),
        )

    assert without_times(again["runs"]) == without_times(results["runs"])

    for name in ("decisions/0002-time-mixing.md", "state.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text((DOCS / name).read_text())
    (tmp_path / "images").mkdir()
    speed = {"rows": [{"label": "decode", "gated_delta": "1.0"}]}
    report.write(again, speed, docs=tmp_path)
    text = (tmp_path / "state.md").read_text()
    assert "| worked_registers, 4 statements |" in text and "4 heads of 16" in text
    assert "| decode | 1.0 | - |" in (tmp_path / "decisions/0002-time-mixing.md").read_text()
    assert all(image.stat().st_size < 150_000 for image in (tmp_path / "images").iterdir())
