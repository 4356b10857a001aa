"""The training graph of a toy: its files, that it trains as PyTorch does, and what it says of steps that overflow."""

import json
import shutil
from types import SimpleNamespace

import numpy as np
import onnx
import pytest
import torch
from onnx import helper, numpy_helper
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict
from safetensors.torch import load_file

from export.build import build, is_current, source_hash
from export.errors import ExportError
from export.frozen import frozen_values
from export.selection import DESCRIPTION
from export.training_graph.__main__ import main
from export.training_graph.build import export_training_graph
from export.training_graph.check import GraphTrainer, random_batch, verify
from export.training_graph.files import FILES, GRAPH, PARAMETERS, extending
from export.training_graph.step import Step
from export.training_graph.trace import trace
from training.checkpoint import hash_files, load_model, weights_sha256
from training.manifest import file_entry, read_manifest


BATCH, SEQ, RANK = 2, 32, 3
DTYPES = ("fp32", "int8")
SHAPE = {"batch": BATCH, "seq": SEQ}
LORA = {"rank": RANK, **SHAPE}


@pytest.fixture(scope="module")
def source(make_folder, tmp_path_factory):
    """A model folder, small even for a toy."""
    folder = tmp_path_factory.mktemp("training") / "toy"
    return make_folder(folder, hidden_size=32, intermediate_size=48, chunk_size=8)


@pytest.fixture(scope="module")
def full(source, tmp_path_factory):
    """A folder with the files of a model that is trained whole, and nothing else."""
    out = tmp_path_factory.mktemp("full") / "toy"
    return SimpleNamespace(out=out, about=export_training_graph(source, out, **SHAPE))


@pytest.fixture(scope="module")
def lora(source, tmp_path_factory):
    """The same with adapters, in an export."""
    out = tmp_path_factory.mktemp("lora") / "toy"
    build(source, out, DTYPES)
    return SimpleNamespace(out=out, about=export_training_graph(source, out, **LORA))


@pytest.fixture(scope="module")
def model(source):
    return load_model(source)


@pytest.fixture(params=["full", "lora"])
def trainer(request):
    """A training that has not begun."""
    return begin(request.getfixturevalue(request.param).out)


def begin(out):
    return GraphTrainer(out / GRAPH, load_file(out / PARAMETERS))


def some_batch(model, seed=0):
    return random_batch(BATCH, SEQ, model.config.vocab_size, torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("kind", ["full", "lora"])
def test_inputs_and_outputs(kind, request):
    out = request.getfixturevalue(kind).out
    graph, values = onnx.load(out / GRAPH, load_external_data=False).graph, load_file(out / PARAMETERS)
    shapes = {v.name: [d.dim_value for d in v.type.tensor_type.shape.dim] for v in (*graph.input, *graph.output)}
    expected = dict.fromkeys(["input_ids", "labels", "seq_idx"], [BATCH, SEQ])
    scalars = ["learning_rate", "step", "clip", "loss_scale", "loss", "gradient_norm", "overflow"]
    expected |= dict.fromkeys(scalars, [])
    for group in ("parameter", "m", "v"):
        for prefix in (group, f"new_{group}"):
            expected |= {f"{prefix}.{name}": list(value.shape) for name, value in values.items()}
    assert shapes == expected
    order = [v.name.removeprefix("parameter.") for v in graph.input if v.name.startswith("parameter.")]
    assert order == list(header(out / PARAMETERS))


def header(path):
    data = path.read_bytes()
    size = int.from_bytes(data[:8], "little")
    assert (8 + size) % 64 == 0
    return {name: entry for name, entry in json.loads(data[8 : 8 + size]).items() if name != "__metadata__"}


def test_no_large_constants(full):
    constants = onnx.load(full.out / GRAPH).graph.initializer
    assert max(len(tensor.raw_data) for tensor in constants) < 4096


def test_a_whole_model_starts_with_its_weights(full, model):
    values = load_file(full.out / PARAMETERS)
    assert values.keys() == dict(model.named_parameters()).keys()
    assert all(torch.equal(values[name], value) for name, value in model.named_parameters())


def test_description(full, lora, source):
    for made, kind in ((full, "full"), (lora, "lora")):
        about = json.loads((made.out / DESCRIPTION).read_text())
        assert about == made.about
        assert (about["kind"], about["batch"], about["seq"]) == (kind, BATCH, SEQ)
        assert about["graph_sha256"] == hash_files([made.out / GRAPH])
        assert about["weights_sha256"] == weights_sha256(source)
        assert about["verified"]["steps"] == 50
        assert 0 < about["verified"]["loss_difference"] < 2e-4
    assert full.about["lora"] is None and full.about["frozen"] is None
    assert lora.about["lora"] == {
        "rank": RANK,
        "alpha": 2 * RANK,
        "targets": ["in_proj", "out_proj", "up_proj", "down_proj"],
    }


def test_the_export_stays_current_and_lists_the_files(lora, source):
    manifest = read_manifest(lora.out)
    assert set(FILES) < manifest["files"].keys()
    assert manifest["files"][GRAPH] == file_entry(lora.out / GRAPH)
    assert is_current(lora.out, source_hash(source, DTYPES))


def test_a_second_export_has_the_same_bytes(full, model):
    step = Step(model, BATCH, SEQ, None)
    again = trace(step, dict(model.named_parameters()), {})
    assert again.SerializeToString() == onnx.load(full.out / GRAPH).SerializeToString()


def test_adapters_train_as_peft_does(lora, source):
    model = load_model(source)
    model.load_state_dict(frozen_values(lora.out, model), strict=False)
    config = LoraConfig(r=RANK, lora_alpha=2 * RANK, target_modules=lora.about["lora"]["targets"])
    adapted = get_peft_model(model, config)
    first = load_file(lora.out / PARAMETERS)
    assert get_peft_model_state_dict(adapted).keys() == first.keys()
    own = {name.replace(".default.", "."): value for name, value in adapted.named_parameters()}
    for name, value in first.items():
        own[name].data.copy_(value)
    optimizer = torch.optim.AdamW([own[name] for name in first], weight_decay=0.0)
    trainer = begin(lora.out)
    for seed in range(5):
        batch = some_batch(model, seed)
        optimizer.zero_grad()
        loss = adapted(**batch).loss
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_([own[name] for name in first], 0.5)
        optimizer.step()
        assert trainer.step(batch, 1e-3, 0.5) == pytest.approx((loss.item(), norm.item()), rel=1e-4)


def test_the_loss_falls(trainer, model):
    batch = some_batch(model)
    losses = [trainer.step(batch, 3e-3, 1.0)[0] for _ in range(20)]
    assert losses[-1] < losses[0] - 0.1


def test_loss_scale_changes_only_rounding(trainer, model):
    batch = some_batch(model)
    plain, scaled = (trainer.run(batch, 1e-3, 1.0, scale) for scale in (1.0, 2.0**16))
    assert not plain["overflow"] and not scaled["overflow"]
    for name in plain:
        torch.testing.assert_close(scaled[name], plain[name], atol=1e-5, rtol=1e-3)


def test_overflow_is_told(trainer, model):
    batch = some_batch(model)
    assert trainer.run(batch, 1e-3, 1.0, 1e38)["overflow"]
    name = next(iter(trainer.trained))
    trainer.trained[name] = torch.full_like(trainer.trained[name], torch.nan)
    assert trainer.run(batch, 1e-3, 1.0)["overflow"]


def test_no_labels_is_an_overflow(trainer, model):
    batch = some_batch(model)
    batch["labels"] = torch.full_like(batch["labels"], -100)
    assert trainer.run(batch, 1e-3, 1.0)["overflow"]


def test_clipping_scales_the_gradient(full, model):
    batch = some_batch(model)
    free, clipped = (begin(full.out).run(batch, 1e-3, clip) for clip in (1e9, 0.01))
    assert clipped["gradient_norm"] == free["gradient_norm"] > 0.1
    moments = [
        torch.cat([out[name].flatten() for name in out if name.startswith("new_m.")]) for out in (free, clipped)
    ]
    factor = 0.01 / free["gradient_norm"]
    np.testing.assert_allclose(moments[1], moments[0] * factor, rtol=1e-4, atol=1e-9)


def test_another_model_is_found_out(full, source, capfd):
    other = load_model(source)
    for layer in other.model.layers:
        layer.time_mixing.decay_proj.max_decay = layer.time_mixing.max_decay = 0.3
    with pytest.raises(ExportError, match="not the model: in step 1"):
        verify(full.out / GRAPH, other, Step(other, BATCH, SEQ, None), dict(other.named_parameters()), {}, seed=0)


def unscaled(graph):
    """Gradients keep the factor that they get by the loss scale."""
    graph.initializer.append(numpy_helper.from_array(np.ones((), np.float32), "one"))
    divisions = [node for node in graph.node if node.op_type == "Div" and node.input[1] == "loss_scale"]
    for node in divisions:
        node.input[1] = "one"
    return len(divisions)


def boastful(graph):
    """No overflow is ever told."""
    (node,) = [node for node in graph.node if "overflow" in node.output]
    node.output[0] = "untold"
    value = numpy_helper.from_array(np.zeros((), bool))
    graph.node.append(helper.make_node("Constant", [], ["overflow"], value=value))
    return 1


def forgetful(graph):
    """A moment stays what it was."""
    name = "v.model.norm.weight"
    (node,) = [node for node in graph.node if f"new_{name}" in node.output]
    node.output[list(node.output).index(f"new_{name}")] = "forgotten"
    graph.node.append(helper.make_node("Identity", [name], [f"new_{name}"]))
    return 1


SPOILED = [
    (unscaled, "not the model: in step 5"),
    (boastful, "does not tell that it overflows"),
    (forgetful, "moments by 0.0% and 100.0%"),
]


@pytest.mark.parametrize(("spoil", "message"), SPOILED)
def test_a_spoiled_graph_is_found_out(full, model, tmp_path, spoil, message):
    proto = onnx.load(full.out / GRAPH)
    assert spoil(proto.graph)
    onnx.save(proto, tmp_path / "train.onnx")
    step = Step(model, BATCH, SEQ, None)
    with pytest.raises(ExportError, match=message):
        verify(tmp_path / "train.onnx", model, step, dict(model.named_parameters()), {}, seed=0, steps=5)


@pytest.mark.parametrize("fails", ["verify", "write_adapted", "write_json"])
def test_a_failure_leaves_the_export_as_it_was(lora, source, monkeypatch, fails):
    def fail(*_, **__):
        raise ExportError("no")

    def content():
        return {path: path.read_bytes() for path in sorted(lora.out.parent.rglob("*")) if path.is_file()}

    before = content()
    graph = onnx.load(lora.out / GRAPH, load_external_data=False)
    monkeypatch.setattr("export.training_graph.build.trace", lambda *_: graph)
    monkeypatch.setattr("export.training_graph.build.verify", lambda *_: {"steps": 0})
    monkeypatch.setattr(f"export.training_graph.build.{fails}", fail)
    with pytest.raises(ExportError, match="no"):
        export_training_graph(source, lora.out, seed=1, **LORA)
    assert content() == before


def test_what_is_current_is_not_made_again(lora, source, tmp_path, monkeypatch):
    class MadeAgain(Exception):
        pass

    def trace(*_):
        raise MadeAgain

    monkeypatch.setattr("export.training_graph.build.trace", trace)
    out = tmp_path / "toy"
    shutil.copytree(lora.out, out)
    assert export_training_graph(source, out, **LORA) == lora.about
    for options in ({"seed": 1}, {"force": True}):
        with pytest.raises(MadeAgain):
            export_training_graph(source, out, **LORA | options)
    (out / PARAMETERS).write_bytes((out / PARAMETERS).read_bytes()[:-1])
    with pytest.raises(MadeAgain):
        export_training_graph(source, out, **LORA)


def test_training_files_are_replaced_and_not_written_through(tmp_path):
    (tmp_path / "toy/onnx").mkdir(parents=True)
    kept, graph = tmp_path / "toy/config.json", tmp_path / "toy" / GRAPH
    kept.write_text("{}")
    graph.write_text("old")
    other = tmp_path / "other"
    other.hardlink_to(graph)
    with extending(tmp_path / "toy", None) as folder:
        (folder / GRAPH).write_text("new")
        assert graph.read_text() == "old"
    assert (graph.read_text(), other.read_text(), kept.read_text()) == ("new", "old", "{}")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"seq": 100}, "rows of 100 tokens cannot be trained: give a multiple of 16"),
        ({"seq": 0}, "rows of 0 tokens"),
        ({"batch": 0}, "a batch of 0 rows"),
        ({"rank": 0}, "adapters of rank 0"),
        ({"rank": 4}, "missing: run `python -m export --model .*toy --out .*out`, then this with `--onnx .*out`"),
        ({"seed": -1}, "the seed is -1: give a whole number of 0 to 4294967295"),
        ({"seed": 2**32}, "the seed is 4294967296"),
    ],
)
def test_refused_options(source, tmp_path, options, message):
    with pytest.raises(ExportError, match=message):
        export_training_graph(source, tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


def test_command_of_a_release_alone(source, tmp_path, capsys):
    """The files come beside the weights, where no page looks; adapters need an export, which a release cannot be."""
    release = tmp_path / "release"
    shutil.copytree(source, release)
    shape = ["--model", str(release), "--seq", str(SEQ), "--batch", str(BATCH)]
    assert main([*shape, "--lora-rank", "8"]) == 1
    advice = f"run `python -m export --model {release} --out EXPORT`, then this with `--onnx EXPORT`"
    assert advice in capsys.readouterr().err
    assert not (release / "onnx").exists()
    before = {path.name: path.read_bytes() for path in release.iterdir()}
    assert main(shape) == 0
    told = capsys.readouterr().out
    assert f"full, {BATCH} x {SEQ} tokens" in told and "50 steps as PyTorch" in told
    assert "add it there with `--onnx EXPORT`" in told
    assert all((release / name).is_file() for name in FILES)
    assert {path.name: path.read_bytes() for path in release.iterdir() if path.is_file()} == before


def test_the_default_of_large_models_needs_an_export_too(source, monkeypatch):
    monkeypatch.setattr("export.training_graph.build.LARGEST_FULL", 100)
    with pytest.raises(ExportError, match="--out EXPORT`, then this with `--onnx EXPORT`"):
        export_training_graph(source, source)


def test_refused_folders(source, lora, make_folder, tmp_path, capsys):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/letter.txt").write_text("Dear")
    assert main(["--model", str(source), "--onnx", str(tmp_path / "mine")]) == 1
    assert "is no export: choose one, or a new or empty folder" in capsys.readouterr().err
    other = make_folder(tmp_path / "other", hidden_size=16)
    with pytest.raises(ExportError, match="was exported from other weights"):
        export_training_graph(other, lora.out)
