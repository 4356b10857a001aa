"""Adapters between the page and Python: what was learned in one answers the same in the other."""

import json

import numpy as np
import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load
from transformers import AutoTokenizer

from export.runner import OnnxRunner
from tests.space import learner
from tests.space.classroom import in_one_engine, read_json
from tests.space.training_reference import dequantised
from training.checkpoint import load_model


QUESTION, *_ = learner.KNOWN
LESSONS = [{"question": question, "answer": answer} for question, answer in learner.TAUGHT.items()]
# Of logits between about -10 and 10.
EXACT = 1e-4
TEACH = """
const [lessons, lr, most] = arguments;
await llm.startTraining({ keep: false });
const given = await batches(lessons, { epochs: most });
for (let step = 0; step < most; step++) {
  const { loss } = await llm.trainStep(given[step % given.length], { lr });
  if (loss < 0.01) break;
}"""
SAY = """
const answers = {};
for (const question of arguments[0]) answers[question] = (await say(question)).text;
return answers;"""
ADAPTER = """
const files = await llm.exportAdapter();
return { config: files["adapter_config.json"], weights: Array.from(files["adapter_model.safetensors"]) };"""
GIVE = """
await llm.loadAdapter({
  "adapter_config.json": arguments[0], "adapter_model.safetensors": Uint8Array.from(arguments[1]),
});"""


def answers(room) -> dict[str, str]:
    return room.eval(SAY, list(learner.KNOWN))


def saved_adapter(room, folder):
    """What `exportAdapter` gives, as the folder that PEFT reads."""
    files = room.eval(ADAPTER)
    folder.mkdir()
    (folder / "adapter_config.json").write_text(files["config"])
    (folder / "adapter_model.safetensors").write_bytes(bytes(files["weights"]))
    return folder


def spoken(model, folder, question: str) -> str:
    """Greedy answer of a PyTorch model with the tokenizer in `folder`."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    chat = [{"role": "user", "content": question}]
    prompt = tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_tensors="pt")
    with torch.no_grad():
        output = model.generate(
            input_ids=prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=16, do_sample=False
        )
    return tokenizer.decode(output[0, prompt.shape[1] :], skip_special_tokens=True)


def test_what_is_learned_is_in_use_at_once(room):
    before = room.eval("return llm.info;")
    assert answers(room) == learner.KNOWN
    assert room.eval("return llm.adapter ?? null;") is None
    room.eval(TEACH, LESSONS, 1e-2, 60)
    assert answers(room) == learner.TAUGHT
    info, adapter, record = room.eval("return [llm.info, llm.adapter, (await say(arguments[0])).record];", QUESTION)
    assert (adapter["kind"], adapter["source"]) == ("full", "training")
    assert info["hashes"]["weights"] == adapter["sha256"] != before["hashes"]["weights"]
    assert record["hashes"]["weights"] == adapter["sha256"], "a record says what answered"
    assert info["dtype"] == "fp32"
    room.eval("await llm.stopTraining();")
    assert answers(room) == learner.TAUGHT
    room.eval("await llm.forgetTraining();")
    assert answers(room) == learner.KNOWN
    assert room.eval("return [llm.info.hashes, llm.adapter];") == [before["hashes"], None]


@in_one_engine
def test_a_training_that_begins_anew_has_nothing_of_the_one_before(room):
    room.eval(TEACH, LESSONS, 1e-2, 60)
    assert answers(room) == learner.TAUGHT
    room.eval("await llm.stopTraining(); await llm.startTraining({ keep: false });")
    assert answers(room) == learner.KNOWN
    found = room.eval("return [await refused(() => llm.exportAdapter()), llm.adapter];")
    assert found[0]["code"] == "bad-option" and "learned" in found[0]["message"] and found[1] is None


def test_all_that_was_learned_goes_to_python(room, learner_folder, learners, tmp_path):
    room.eval(TEACH, LESSONS, 1e-2, 60)
    expected = answers(room)
    folder = saved_adapter(room, tmp_path / "adapter")
    adapted = PeftModel.from_pretrained(load_model(learner_folder), folder).eval()
    assert (
        {question: spoken(adapted, learner_folder, question) for question in learner.KNOWN}
        == expected
        == learner.TAUGHT
    )
    # What generated in the page: its graph with the parameters that were learned.
    values = {
        name.removeprefix("base_model.model."): tensor
        for name, tensor in load((folder / "adapter_model.safetensors").read_bytes()).items()
    }
    assert logits_differ(adapted, generating_graph(learners["full"], values, tmp_path)) < EXACT


def test_a_low_rank_adapter_goes_to_python(lora_room, learner_folder, learners, tmp_path):
    lora_room.eval(TEACH, LESSONS, 3e-2, 120)
    expected = answers(lora_room)
    folder = saved_adapter(lora_room, tmp_path / "adapter")
    config = read_json(folder / "adapter_config.json")
    assert (config["peft_type"], config["r"]) == ("LORA", learner.RANK)
    base = dequantised(load_model(learner_folder), learners["lora"] / "onnx" / "model_quantized.onnx")
    adapted = PeftModel.from_pretrained(base, folder).eval()
    assert (
        {question: spoken(adapted, learner_folder, question) for question in learner.KNOWN}
        == expected
        == learner.TAUGHT
    )
    values = load((folder / "adapter_model.safetensors").read_bytes())
    graph = generating_graph(learners["lora"], values, tmp_path)
    with adapted.disable_adapter():
        effect = logits_differ(adapted, graph)
    # int8 products round what is multiplied, too.
    assert logits_differ(adapted, graph) < 0.1 * effect


def generating_graph(export, values: dict[str, torch.Tensor], folder) -> OnnxRunner:
    """`adapted.onnx` of an export with `values` in the place of the first values, in Python's onnxruntime."""
    described = read_json(export / "onnx" / "train.json")
    for name in (described["adapted"], described["frozen"]):
        if name is not None:
            (folder / name.rpartition("/")[2]).write_bytes((export / name).read_bytes())
    content = bytearray((export / described["parameters"]).read_bytes())
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    header.pop("__metadata__", None)
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        content[start + begin : start + end] = values[name].numpy().astype("<f4").tobytes()
    (folder / described["parameters"].rpartition("/")[2]).write_bytes(content)
    return OnnxRunner(folder / described["adapted"].rpartition("/")[2])


def logits_differ(model, graph: OnnxRunner) -> float:
    """The largest difference after random tokens."""
    ids = np.random.default_rng(0).integers(3, 290, (2, 40))
    logits, _ = graph.step(ids, graph.empty_states(2), num_logits_to_keep=ids.shape[1])
    with torch.no_grad():
        return float((model(torch.from_numpy(ids)).logits - torch.from_numpy(logits)).abs().max())


@pytest.fixture(scope="module")
def python_adapters(learner_folder, tmp_path_factory):
    """Folders of adapters that PEFT trained on learner.TAUGHT, by what is special about them."""
    settings = {
        "plain": {"r": 4, "lora_alpha": 8},
        "rslora": {"r": 2, "lora_alpha": 4, "use_rslora": True},
        "patterns": {"r": 4, "lora_alpha": 8, "rank_pattern": {"out_proj": 2}, "alpha_pattern": {"up_proj": 3}},
    }
    folder = tmp_path_factory.mktemp("adapters")
    for name, options in settings.items():
        torch.manual_seed(1)
        targets = ["in_proj", "out_proj", "up_proj", "down_proj"]
        config = LoraConfig(task_type="CAUSAL_LM", target_modules=targets, **options)
        model = get_peft_model(load_model(learner_folder), config)
        learner.learn(model, AutoTokenizer.from_pretrained(learner_folder), learner.TAUGHT)
        model.save_pretrained(folder / name)
    return folder


@pytest.mark.parametrize("kind", learner.KINDS)
def test_an_adapter_of_python_answers_in_the_page(classroom, learner_folder, python_adapters, kind):
    room = classroom.enter("learner" if kind == "full" else "learner-lora", clear=True)
    for folder in sorted(python_adapters.iterdir()):
        model = PeftModel.from_pretrained(load_model(learner_folder), folder).eval()
        expected = {question: spoken(model, learner_folder, question) for question in learner.KNOWN}
        assert expected == learner.TAUGHT
        weights = list((folder / "adapter_model.safetensors").read_bytes())
        room.eval(GIVE, (folder / "adapter_config.json").read_text(), weights)
        assert answers(room) == expected, folder.name
        kept = room.eval("return llm.adapter;")
        assert (kept["kind"], kept["source"]) == (kind, "file")
    room.eval("await llm.forgetTraining();")
    assert answers(room) == learner.KNOWN


@in_one_engine
def test_an_adapter_comes_back_into_the_page(room):
    room.eval(TEACH, LESSONS, 1e-2, 60)
    files = room.eval(ADAPTER)
    learned = room.eval("return llm.adapter?.sha256 ?? (await say(arguments[0]), llm.adapter.sha256);", QUESTION)
    room.enter("learner", clear=True)
    assert answers(room) == learner.KNOWN
    room.eval(GIVE, files["config"], files["weights"])
    assert answers(room) == learner.TAUGHT
    assert room.eval("return llm.adapter.sha256;") == learned


@in_one_engine
def test_an_adapter_that_does_not_fit_is_refused(room, python_adapters):
    folder = python_adapters / "plain"
    weights = list((folder / "adapter_model.safetensors").read_bytes())
    config = read_json(folder / "adapter_config.json")
    bad = {
        "use_dora": (json.dumps(config | {"use_dora": True}), weights),
        "PREFIX_TUNING": (json.dumps(config | {"peft_type": "PREFIX_TUNING"}), weights),
        "adapter_config.json": ("{", weights),
        "safetensors": (json.dumps(config), weights[:-4]),
    }
    for word, files in bad.items():
        found = room.eval(f"return await refused(async () => {{ {GIVE} }});", *files)
        assert found["code"] in ("bad-data", "corrupt", "foreign-model"), found
        assert word in found["message"], found
    busy = room.eval(
        f"await llm.startTraining({{ keep: false }}); return await refused(async () => {{ {GIVE} }});",
        json.dumps(config),
        weights,
    )
    assert busy["code"] == "bad-option" and "trained" in busy["message"], busy
    assert answers(room) == learner.KNOWN
