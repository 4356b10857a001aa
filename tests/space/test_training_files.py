"""The files of training in the browser, against Python's own: safetensors, PEFT's adapters, and packed rows."""

import hashlib
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from transformers import AutoTokenizer

from configuration_odin import OdinConfig
from data_chef.descriptor import shuffled
from data_chef.encoder import Encoder
from modeling_odin import OdinForCausalLM
from tests.space.typescript import compile_script


NANO = Path(__file__).parents[2] / "odin-nano"
TARGETS = ["in_proj", "out_proj", "up_proj", "down_proj"]
LORA = {"rank": 4, "alpha": 8, "targets": TARGETS}
TIED = ["lm_head.weight", "model.embed_tokens.weight"]
PREFIX = "base_model.model."
SCRIPT = """
import { fromPeft, toPeft } from "RUNTIME/training/peft";
import { floats, readSafetensors, writeSafetensors } from "RUNTIME/training/safetensors";

const tensorsOf = (path) => {
  const { tensors, metadata } = readSafetensors(readFileSync(path));
  const read = [...tensors].map(([name, tensor]) => [name, { shape: tensor.shape, data: floats(tensor) }]);
  return { tensors: new Map(read), metadata };
};
const FILES = ["adapter_model.safetensors", "adapter_config.json"];
const jobs = {
  copy({ source, target }) {
    const { tensors, metadata } = tensorsOf(source);
    writeFileSync(target, writeSafetensors(tensors, metadata));
    return [...tensors.keys()];
  },
  export({ model, source, folder }) {
    const files = toPeft(model, tensorsOf(source).tensors, "odin-nano");
    for (const name of FILES) writeFileSync(`${folder}/${name}`, files[name]);
    return null;
  },
  load({ model, base, folder, target }) {
    const [tensors, config] = FILES.map((name) => readFileSync(`${folder}/${name}`));
    const files = { "adapter_model.safetensors": tensors, "adapter_config.json": String(config) };
    const released = tensorsOf(base).tensors;
    const values = fromPeft(files, model, released);
    const named = [...values].map(([name, data]) => [name, { shape: released.get(name).shape, data }]);
    writeFileSync(target, writeSafetensors(named));
    return [...values.keys()];
  },
};
const answer = ({ job, ...rest }) => jobs[job](rest);
"""

# The jobs are done before they are asked for one by one, because batches come asynchronously.
BATCHES = """
import { batchSha256, trainingBatches } from "RUNTIME/training/batches";

const prepared = [];
for (const { rows, tokens, shape, options } of JSON.parse(readFileSync(process.argv[2], "utf8"))) {
  const encode = ([{ content }], { addGenerationPrompt }) => tokens[content][addGenerationPrompt ? "prompt" : "whole"];
  const examples = (async function* () { yield* rows; })();
  const batches = [];
  for await (const batch of trainingBatches(examples, encode, shape, options)) {
    const { inputIds, labels, segments } = batch;
    batches.push({ ids: [...inputIds], labels: [...labels], segments: [...segments], hash: batchSha256(batch) });
  }
  prepared.push(batches);
}
const answer = () => prepared.shift();
"""


@pytest.fixture(scope="module")
def runtime(tmp_path_factory) -> Callable[[list], list[Any]]:
    return compile_script(SCRIPT, tmp_path_factory.mktemp("training-files"))


def described(model: OdinForCausalLM, lora: dict | None = None) -> dict:
    """What of train.json adapters depend on."""
    tied = TIED if model.config.tie_word_embeddings else None
    return {"kind": "lora" if lora else "full", "lora": lora, "tied": tied, "weights_sha256": "0" * 64}


def random_model(seed: int, config: OdinConfig) -> OdinForCausalLM:
    torch.manual_seed(seed)
    model = OdinForCausalLM(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    return model


def parameters(model: OdinForCausalLM) -> dict[str, torch.Tensor]:
    return {name: parameter.detach().clone() for name, parameter in model.named_parameters()}


def factors(model: OdinForCausalLM, rank: int, seed: int = 3) -> dict[str, torch.Tensor]:
    """Random factors of every projection, under PEFT's names."""
    torch.manual_seed(seed)
    tensors = {}
    for name, module in model.named_modules():
        if name.rsplit(".", 1)[-1] in TARGETS:
            rows, columns = module.weight.shape
            tensors[f"{PREFIX}{name}.lora_A.weight"] = torch.randn(rank, columns) * 0.1
            tensors[f"{PREFIX}{name}.lora_B.weight"] = torch.randn(rows, rank) * 0.1
    return tensors


@torch.no_grad()
def logits(model) -> torch.Tensor:
    torch.manual_seed(1)
    return model(torch.randint(0, 97, (2, 21))).logits


def load(runtime, model: OdinForCausalLM, folder: Path, lora: dict | None = None, base: dict | None = None):
    """What the runtime makes of an adapter's folder: the parameters, or the error."""
    save_file(parameters(model) if base is None else base, folder / "base.safetensors")
    target = folder / "loaded.safetensors"
    paths = {"base": str(folder / "base.safetensors"), "folder": str(folder), "target": str(target)}
    (result,) = runtime([{"job": "load", "model": described(model, lora), **paths}])
    return load_file(target) if isinstance(result, list) else result


def export(runtime, folder: Path, model: OdinForCausalLM, tensors: dict, lora: dict | None = None) -> None:
    save_file(tensors, folder / "source.safetensors")
    job = {"job": "export", "model": described(model, lora), "source": str(folder / "source.safetensors")}
    assert runtime([{**job, "folder": str(folder)}]) == [None]


def saved_by_peft(folder: Path, model: OdinForCausalLM, seed: int = 5, **options) -> torch.Tensor:
    """Saves an adapter with random factors and returns the logits that it gives in Python."""
    adapted = get_peft_model(model, LoraConfig(**{"target_modules": TARGETS, "r": 4, "lora_alpha": 8, **options}))
    torch.manual_seed(seed)
    with torch.no_grad():
        for parameter in adapted.parameters():
            if parameter.requires_grad:
                parameter.add_(torch.randn_like(parameter) * 0.1)
    adapted.save_pretrained(folder)
    return logits(adapted.eval())


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_tensors_written_by_python_are_read_and_written_back_bit_for_bit(runtime, tmp_path, dtype):
    torch.manual_seed(0)
    tensors = {"z.weight": torch.randn(5, 3), "a": torch.tensor(2.5), "none": torch.zeros(0, 4), "é": torch.randn(7)}
    tensors["special"] = torch.tensor([0.0, -0.0, math.inf, -math.inf, 6e-8, 65504.0])
    tensors = {name: tensor.to(dtype) for name, tensor in tensors.items()}
    source, target = tmp_path / "source.safetensors", tmp_path / "target.safetensors"
    save_file(tensors, source, metadata={"format": "pt", "note": "½"})
    (names,) = runtime([{"job": "copy", "source": str(source), "target": str(target)}])
    assert isinstance(names, list), names
    with safe_open(target, "pt") as file:
        assert file.metadata() == {"format": "pt", "note": "½"}
        assert file.offset_keys() == names
        for name, tensor in tensors.items():
            written = file.get_tensor(name)
            assert written.shape == tensor.shape
            assert torch.equal(written.view(torch.int32), tensor.float().view(torch.int32)), name


@pytest.mark.parametrize("tied", [True, False])
def test_an_exported_full_fine_tune_gives_the_same_logits_in_peft(runtime, tmp_path, toy_config, tied, recwarn):
    toy_config.tie_word_embeddings = tied
    trained = random_model(5, toy_config)
    export(runtime, tmp_path, trained, parameters(trained))
    released = random_model(0, toy_config)
    before = logits(released)
    adapted = PeftModel.from_pretrained(released, tmp_path).eval()
    assert torch.equal(logits(adapted), logits(trained))
    assert not torch.equal(before, logits(trained))
    assert [str(warning.message) for warning in recwarn if "peft" in warning.filename] == []
    merged = adapted.merge_and_unload()
    assert torch.equal(logits(merged), logits(trained))
    assert (merged.lm_head.weight is merged.model.embed_tokens.weight) == tied
    loaded = load(runtime, random_model(0, toy_config), tmp_path)
    assert loaded.keys() == parameters(trained).keys()
    assert all(torch.equal(loaded[name], value) for name, value in parameters(trained).items())


@pytest.mark.parametrize("mixing", ["mamba2", "rwkv6", "rwkv7"])
def test_so_does_one_of_another_time_mixing(runtime, tmp_path, toy_config, mixing):
    config = OdinConfig(**{**toy_config.to_dict(), "time_mixing": mixing})
    trained = random_model(5, config)
    export(runtime, tmp_path, trained, parameters(trained))
    adapted = PeftModel.from_pretrained(random_model(0, config), tmp_path).eval()
    assert torch.equal(logits(adapted), logits(trained))


def test_an_exported_lora_adapter_gives_the_logits_of_the_merged_weights_in_peft(runtime, tmp_path, toy_config):
    tensors = factors(random_model(0, toy_config), LORA["rank"])
    expected = random_model(0, toy_config)
    with torch.no_grad():
        for name, parameter in expected.named_parameters():
            key = PREFIX + name.removesuffix("weight")
            if f"{key}lora_A.weight" in tensors:
                parameter += 2 * tensors[f"{key}lora_B.weight"] @ tensors[f"{key}lora_A.weight"]
    export(runtime, tmp_path, expected, tensors, LORA)
    adapted = PeftModel.from_pretrained(random_model(0, toy_config), tmp_path).eval()
    torch.testing.assert_close(logits(adapted), logits(expected), rtol=0, atol=1e-5)
    base = factors(expected, LORA["rank"], seed=4)
    loaded = load(runtime, expected, tmp_path, LORA, base)
    assert all(torch.equal(loaded[name], value) for name, value in tensors.items())


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"use_rslora": True, "lora_alpha": 3},
        {
            "r": 5,
            "rank_pattern": {"up_proj": 2, r"layers\.1\..*\.in_proj": 3},
            "alpha_pattern": {"^model.layers.0.*": 7},
        },
        {"target_modules": "all-linear", "task_type": "CAUSAL_LM", "lora_dropout": 0.1},
        {"target_modules": r".*\.(in|down)_proj"},
        {"layers_to_transform": [1]},
        {"modules_to_save": ["model.norm", "channel_norm"], "init_lora_weights": "gaussian"},
        {"target_modules": ["in_proj"], "modules_to_save": ["channel_mixing"]},
        {"modules_to_save": ["lm_head"], "ensure_weight_tying": True},
        {"modules_to_save": ["embed_tokens", "lm_head"], "ensure_weight_tying": True},
    ],
    ids=lambda options: ",".join(options) or "plain",
)
def test_an_adapter_saved_by_peft_is_merged_as_peft_does(runtime, tmp_path, toy_config, options):
    model = random_model(0, toy_config)
    expected = saved_by_peft(tmp_path, model, **options)
    merged = PeftModel.from_pretrained(random_model(0, toy_config), tmp_path).merge_and_unload()
    loaded = load(runtime, random_model(0, toy_config), tmp_path)
    assert "code" not in loaded, loaded
    own = random_model(0, toy_config)
    own.load_state_dict(loaded, strict=False)
    released = parameters(random_model(0, toy_config))
    for name, value in parameters(merged).items():
        torch.testing.assert_close(loaded[name], value, rtol=0, atol=2e-6, msg=name)
    assert any(not torch.equal(loaded[name], value) for name, value in released.items())
    torch.testing.assert_close(logits(own), expected, rtol=0, atol=1e-4)


@pytest.mark.parametrize(
    "options",
    [{}, {"r": 2}, {"use_rslora": True, "r": 3, "lora_alpha": 5}, {"target_modules": ["out_proj"], "lora_alpha": 1}],
    ids=lambda options: ",".join(options) or "plain",
)
def test_an_adapter_saved_by_peft_goes_into_a_training_of_low_rank(runtime, tmp_path, toy_config, options):
    expected = saved_by_peft(tmp_path, random_model(0, toy_config), **options)
    released = factors(random_model(0, toy_config), LORA["rank"])
    base = {name: torch.zeros_like(value) if "lora_B" in name else value for name, value in released.items()}
    loaded = load(runtime, random_model(0, toy_config), tmp_path, LORA, base)
    assert "code" not in loaded, loaded
    own = random_model(0, toy_config)
    with torch.no_grad():
        for name, parameter in own.named_parameters():
            key = PREFIX + name.removesuffix("weight")
            if f"{key}lora_A.weight" in loaded:
                parameter += 2 * loaded[f"{key}lora_B.weight"] @ loaded[f"{key}lora_A.weight"]
    torch.testing.assert_close(logits(own), expected, rtol=0, atol=1e-4)
    # What is left of the rank can still learn: one of the two factors is not zero.
    assert all((value != 0).any(1).all() for name, value in loaded.items() if "lora_A" in name)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"use_dora": True}, "use_dora"),
        ({"bias": "lora_only", "target_modules": ["decay_proj"]}, "bias must be none"),
        ({"lora_bias": True, "target_modules": ["in_proj"]}, "lora_bias"),
        ({"target_modules": ["embed_tokens"]}, "embed_tokens.base_layer.weight' is neither"),
        ({"init_lora_weights": "olora"}, "init_lora_weights must be true"),
        ({"modules_to_save": ["embed_tokens"]}, "are one tensor of this model"),
        ({"modules_to_save": ["lm_head"]}, "are one tensor of this model"),
        ({"modules_to_save": ["embed_tokens", "lm_head"]}, "are one tensor of this model"),
        ({"target_parameters": ["conv.weight"], "target_modules": []}, "target_parameters"),
        ({"rank_pattern": {"(in|out)_proj": 2}}, "the pattern"),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else "",
)
def test_what_else_peft_can_do_is_refused_with_its_name(runtime, tmp_path, toy_config, options, words):
    saved_by_peft(tmp_path, random_model(0, toy_config), **options)
    result = load(runtime, random_model(0, toy_config), tmp_path)
    assert result["code"] == "bad-data"
    assert words in result["message"]


def test_an_adapter_of_a_model_of_another_size_is_refused_with_both_shapes(runtime, tmp_path, toy_config):
    larger = OdinConfig(**{**toy_config.to_dict(), "intermediate_size": 64})
    saved_by_peft(tmp_path, random_model(0, larger))
    result = load(runtime, random_model(0, toy_config), tmp_path)
    assert result["code"] == "bad-data"
    assert "down_proj.weight' is [32, 64] in the adapter, and [32, 48] in the model" in result["message"]


def test_rows_are_masked_and_packed_as_python_would(tmp_path):
    """Tokens and labels of a document are those of data_chef's training; the packing is computed anew here."""
    tokenizer = AutoTokenizer.from_pretrained(NANO)
    rows = [{"question": f"What is {i} blorps in grams?", "answer": "7 * " * (i % 6) + f"{7 * i}"} for i in range(30)]
    encoder, documents, tokens = Encoder(tokenizer), [], {}
    for row in rows:
        ids, question = encoder.conversation({**row, "solution": "", "entry_point": ""})
        documents.append((ids, [-100] * question + ids[question:]))
        messages = [{"role": "user", "content": row["question"]}, {"role": "assistant", "content": row["answer"]}]
        prompt = tokenizer.apply_chat_template(messages[:1], add_generation_prompt=True)
        tokens[row["question"]] = {"prompt": prompt, "whole": tokenizer.apply_chat_template(messages)}
    shape = {"batch": 3, "seq": 64, "padTokenId": tokenizer.pad_token_id}
    job = {"rows": rows, "tokens": tokens, "shape": shape, "options": {"seed": 11, "epochs": 2}}
    (batches,) = compile_script(BATCHES, tmp_path)([job])

    expected = []
    for epoch in range(2):
        seed = int.from_bytes(hashlib.sha256(f"11|{epoch}".encode()).digest()[:8], "big") >> 11
        packed: list[list[int]] = []
        for index in shuffled(len(rows), seed):
            room = (row for row in packed if sum(len(documents[i][0]) for i in [*row, index]) <= shape["seq"])
            row = next(room, None)
            packed.append([index]) if row is None else row.append(index)
        count = math.ceil(len(packed) / shape["batch"])
        expected += [packed[first::count] for first in range(count)]
    assert len(batches) == len(expected) >= 4
    for batch, packed in zip(batches, expected, strict=True):
        ids = np.full((shape["batch"], shape["seq"]), tokenizer.pad_token_id)
        labels, segments = np.full_like(ids, -100), np.zeros_like(ids)
        for number, row in enumerate(packed):
            place = 0
            for segment, index in enumerate(row):
                document, label = documents[index]
                ids[number, place : place + len(document)] = document
                labels[number, place : place + len(document)] = label
                place += len(document)
                segments[number, place:] = segment + 1
        assert batch["ids"] == ids.ravel().tolist()
        assert batch["labels"] == labels.ravel().tolist()
        assert batch["segments"] == segments.ravel().tolist()
        numbers = np.concatenate([[*ids.shape], ids.ravel(), labels.ravel(), segments.ravel()])
        assert batch["hash"] == hashlib.sha256(numbers.astype("<i4").tobytes()).hexdigest()[:16]
