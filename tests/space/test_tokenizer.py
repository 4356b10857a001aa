"""The runtime's tokenizer gives the tokens, the texts and the metrics of Python's, whatever the text."""

import hashlib
import json
import os
import random
import runpy
import shutil
import subprocess
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer, processors
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from data_chef.tokenizer_metrics import METRICS, measure


REPOSITORY = Path(__file__).parents[2]
SPACE = REPOSITORY / "space"
NANO = REPOSITORY / "odin-nano"
TABLES = SPACE / "runtime" / "tokenizer" / "unicode_tables.py"
SEED = 20_240_817
STRINGS = 10_000
# The metrics are rounded to three digits at most; sums in another order may round to the neighbour.
ONE_STEP = {"tokens per document": 0.1, "vocabulary used %": 0.01, "byte fallback %": 0.01}
SCRIPT = """
import {{ readFileSync, writeFileSync }} from "node:fs";
import {{ loadTokenizer }} from {runtime};

const {{ folder, calls }} = JSON.parse(readFileSync(process.argv[2], "utf8"));
const read = (name) => readFileSync(`${{folder}}/${{name}}`);
const tokenizer = await loadTokenizer({{
  tokenizer: read("tokenizer.json"),
  config: JSON.parse(read("tokenizer_config.json")),
  chatTemplate: read("chat_template.jinja").toString(),
}});
const about = {{ hash: tokenizer.hash, vocabSize: tokenizer.vocabSize, special: tokenizer.specialTokens }};
const results = calls.map(({{ name, args }}) => tokenizer[name](...args));
writeFileSync(process.argv[3], JSON.stringify({{ about, results }}));
"""


class Runtime:
    """`loadTokenizer` of a folder in Node, called with `encodeBatch`, `decodeBatch` and so on."""

    def __init__(self, script: Path, folder: Path):
        self.script, self.folder = script, folder

    def __call__(self, *calls: tuple) -> tuple[dict[str, Any], list[Any]]:
        asked, answered = self.script.with_name("asked.json"), self.script.with_name("answered.json")
        named = [{"name": name, "args": args} for name, *args in calls]
        asked.write_text(json.dumps({"folder": str(self.folder), "calls": named}))
        subprocess.run(["node", self.script, asked, answered], check=True, timeout=120)
        answer = json.loads(answered.read_text())
        return answer["about"], answer["results"]


@pytest.fixture(scope="module")
def runtime(tmp_path_factory) -> Callable[[Path], Runtime]:
    """Makes a Runtime of a folder, from the runtime's files as a browser gets them."""
    bundler = SPACE / "node_modules" / ".bin" / "rolldown"
    if shutil.which("node") is None or not bundler.exists():
        reason = "the Space's packages are not installed (`npm ci` in space/)"
        pytest.fail(reason) if os.environ.get("ODIN_REQUIRE_BROWSERS") == "1" else pytest.skip(reason)
    folder = tmp_path_factory.mktemp("tokenizer")
    source, bundle = folder / "source.js", folder / "bundle.mjs"
    source.write_text(SCRIPT.format(runtime=json.dumps(str(SPACE / "runtime" / "tokenizer" / "index.ts"))))
    options = ["--format", "esm", "--platform", "browser", "--external", "node:fs", "--file", bundle]
    subprocess.run([bundler, source, *options], check=True, timeout=60, capture_output=True)
    return lambda folder: Runtime(bundle, folder)


@pytest.fixture(scope="module")
def strings() -> list[str]:
    return hostile_strings(random.Random(SEED))


@pytest.fixture(scope="module", params=["odin-nano", "toy"])
def folder(request, toy_folder) -> Path:
    return NANO if request.param == "odin-nano" else toy_folder


def test_the_same_tokens_and_texts_as_in_python(runtime, folder, strings):
    assert len(strings) == STRINGS
    python = AutoTokenizer.from_pretrained(folder)
    generator = random.Random(SEED + 1)
    # Bytes in any order are no UTF-8, and a model may have more outputs than there are tokens.
    lists = [generator.choices(range(len(python) + 20), k=generator.randrange(30)) for _ in strings]
    ids = python(strings)["input_ids"]
    few = strings[:2000]
    split = python(few, split_special_tokens=True)["input_ids"]
    _, results = runtime(folder)(
        ("encodeBatch", strings),
        ("encodeBatch", few, {"splitSpecialTokens": True}),
        ("decodeBatch", ids),
        ("decodeBatch", lists),
        ("decodeBatch", lists, {"skipSpecialTokens": True}),
    )
    same("encode", strings, ids, results[0])
    same("encode with splitSpecialTokens", few, split, results[1])
    same("decode", ids, python.batch_decode(ids), results[2])
    same("decode", lists, python.batch_decode(lists), results[3])
    same("decode with skipSpecialTokens", lists, python.batch_decode(lists, skip_special_tokens=True), results[4])


def test_the_same_conversations_as_in_python(runtime, folder, strings):
    python = AutoTokenizer.from_pretrained(folder)
    chats = [
        [{"role": "system", "content": a}, {"role": "user", "content": b}, {"role": "assistant", "content": c}][1:]
        for a, b, c in zip(strings[0:900:3], strings[1:900:3], strings[2:900:3], strict=True)
    ]
    calls = [("applyChatTemplate", chat, {"addGenerationPrompt": i % 2 == 0}) for i, chat in enumerate(chats)]
    _, results = runtime(folder)(*calls)
    ids = [python.apply_chat_template(chat, add_generation_prompt=i % 2 == 0) for i, chat in enumerate(chats)]
    same("applyChatTemplate", chats, ids, results)


def test_the_same_metrics_as_in_python(runtime, folder, strings):
    python = AutoTokenizer.from_pretrained(folder)
    generator = random.Random(SEED + 2)
    # What a letter is depends on the version of Unicode, Python's and the engine's, for newer characters.
    assigned = [text for text in strings if all(unicodedata.category(c) != "Cn" for c in text)][:300]
    samples = [[plain_text(generator) for _ in range(300)], assigned, ["the 12"]]
    _, results = runtime(folder)(*(("metrics", sample) for sample in samples))
    for sample, result in zip(samples, results, strict=True):
        assert result.keys() == METRICS.keys()
        for name, value in measure(python, sample).items():
            assert result[name] == pytest.approx(value, abs=1.001 * ONE_STEP.get(name, 0.001), rel=0), name


def test_it_is_known_by_its_hash_and_its_special_tokens(runtime):
    about, _ = runtime(NANO)()
    described = json.loads((NANO / "odin.json").read_text())
    python = AutoTokenizer.from_pretrained(NANO)
    assert json.dumps(about["hash"]) in json.dumps(described)
    assert about["hash"] == hashlib.sha256((NANO / "tokenizer.json").read_bytes()).hexdigest()
    assert about["vocabSize"] == len(python)
    assert about["special"] == {t: python.convert_tokens_to_ids(t) for t in python.all_special_tokens}


def test_a_post_processor_adds_special_tokens_when_asked(runtime, toy_folder, tmp_path, strings):
    shutil.copytree(toy_folder, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.safetensors"))
    tokenizer = Tokenizer.from_file(str(toy_folder / "tokenizer.json"))
    start = "<|im_start|>"
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{start} $A", special_tokens=[(start, tokenizer.token_to_id(start))]
    )
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    python = PreTrainedTokenizerFast(tokenizer_object=tokenizer)
    sample = strings[:200]
    _, results = runtime(tmp_path)(("encodeBatch", sample), ("encodeBatch", sample, {"addSpecialTokens": False}))
    same("encode", sample, python(sample)["input_ids"], results[0])
    same("encode", sample, python(sample, add_special_tokens=False)["input_ids"], results[1])


def test_the_tables_are_those_of_the_installed_tokenizers_package():
    tables = runpy.run_path(str(TABLES))
    assert TABLES.with_name("unicode.ts").read_text() == tables["source"](), f"run `python {TABLES}`"
    # The white space of JavaScript's \p{White_Space}, which PropList.txt lists.
    spaces = {*"\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000", *map(chr, range(0x2000, 0x200B))}
    assert tables["words"]()[2] == spaces


def same(what: str, inputs: list, expected: list, found: list) -> None:
    """Fails with the first difference, and with what was around it."""
    assert len(found) == len(inputs)
    for number, (given, python, here) in enumerate(zip(inputs, expected, found, strict=True)):
        if python == here:
            continue
        at = next(
            (i for i, (a, b) in enumerate(zip(python, here, strict=False)) if a != b), min(len(python), len(here))
        )
        around = slice(max(0, at - 5), at + 10)
        differing = sum(a != b for a, b in zip(expected, found, strict=True))
        pytest.fail(
            f"{what} differs for {differing} of {len(inputs)}, first for number {number}, {ascii(given)[:300]}\n"
            f"at {at}:\nPython  {ascii(python[around])}\nruntime {ascii(here[around])}"
        )


def hostile_strings(generator: random.Random) -> list[str]:
    """10,000 strings, among them every character of the first two planes."""
    strings = ["", *CASES, *(run * (3000 // len(run)) for run in RUNS)]
    characters = [chr(point) for point in range(0x20000) if not 0xD800 <= point < 0xE000]
    generator.shuffle(characters)
    strings += ["".join(characters[start : start + 30]) for start in range(0, len(characters), 30)]
    higher = [chr(generator.randrange(0x20000, 0x110000)) for _ in range(3000)]
    strings += ["".join(higher[start : start + 30]) for start in range(0, len(higher), 30)]
    while len(strings) < STRINGS - 2000:
        # A few kinds a string, so that each meets itself as well as the others.
        kinds = generator.sample(KINDS, 3)
        strings.append("".join(generator.choice(generator.choice(kinds)) for _ in range(generator.randrange(1, 40))))
    while len(strings) < STRINGS:
        text = plain_text(generator)
        at = generator.randrange(len(text) + 1)
        strings.append(text[:at] + generator.choice([*CASES, *PIECES, "", ""]) + text[at:])
    generator.shuffle(strings)
    return strings


def plain_text(generator: random.Random) -> str:
    """What people ask and models answer: sums with their steps, and programs."""
    a, b, c = (generator.randrange(1, 5000) for _ in range(3))
    name, thing = (
        generator.choice(["Tom", "Zoë", "Mr. O'Neil", "李雷"]),
        generator.choice(["apples", "naïve cats", "€"]),
    )
    return generator.choice(
        [
            f"{name} has {a} {thing} and buys {b} bags of {c}. How many {thing} does {name} have, don't you think?",
            f"{b} * {c} = <<{b}*{c}={b * c}>>{b * c}\n{a} + {b * c} = {a + b * c}\n#### {a + b * c}",
            f"Solve for x: {a}x² − {b}x + {c:,} ≤ 0, where ½ < x ≠ {a / 7:.3f} and ∑ᵢ xᵢ = π·10⁻³",
            f"def f{a}(n, *, k={b}):\n    '''It's n^k.'''\n    return [n ** i % {c} for i in range(k)]  # O(k)\n\n\n",
            f"```python\r\nclass A_{a}:\r\n\tx: int = 0x{b:X}\r\n\r\n\tdef __init__(self): self.x |= {c}\r\n```",
            f"If all {thing} are red, we'll say {a}/{b} of them aren't.   They've   {c}% left\t\t!",
        ]
    )


def span(first: int, last: int) -> list[str]:
    return [chr(point) for point in range(first, last + 1)]


SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
PIECES = [
    "<|",
    "|>",
    "<|im_",
    "im_end|>",
    "<|im_end",
    "<|im_end|",
    "<<|im_end|>>",
    "<|IM_END|>",
    "<|im_end |>",
    "<b>bold</b>",
]
SPACES = [
    *"\t\n\v\f\r \x1c\x1f\x85\xa0\u1680\u180e\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff",
    *span(0x2000, 0x200A),
]
# Decomposed: Latin, Hangul, Indic; then what composes since Unicode 13 and 16, newer than the tokenizer's NFC.
COMPOSING = ["é", "ệ", "Å", "각", "क़", "ொ", "≠", "\u0344", "\u0958", "\u212b", "\u2126", "\u037e"]
COMPOSING += [
    "e\u0301\u0323",
    "\u1100\u1161\u11a8",
    "\uac00\u11a8",
    "\u0bc6\u0bbe",
    "a\u0328\u0301",
    ">\u0338",
    "<\u0338",
]
COMPOSING += [
    "\U00011935\U00011930",
    "\U00011382\U000113c9",
    "\U000113c2\U000113b8",
    "\U0001611e\U0001611e",
    "\U00016d67\U00016d67",
]
# The NFC of Unicode 9 does not put these in order, since it does not know them.
NEW_MARKS = ["\u0898", "\u08ca", "\u1abf", "\u1ac1", "\u1df6", "\U00010d24", "\U0001e2ec", "\u0897", "\U00016d6b"]
KINDS = [
    SPECIAL * 4 + PIECES,
    SPACES,
    ["\n", "\r\n", "\r", "\n\n", "\u2028", "\x85", " \n", "\n "],
    [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))],
    span(0x21, 0x7E),
    [*"0123456789", *span(0x660, 0x669), *span(0x966, 0x96F), *span(0xFF10, 0xFF19), *span(0x1D7CE, 0x1D7FF)],
    [*"²³¹¼½¾①Ⅷ↉〇一五億", *span(0x2150, 0x2189), *span(0x1F100, 0x1F10C), "\U00011de0", "\U00016ff4", "\U00010107"],
    [*span(0x300, 0x36F), *"aeiouAEIOU qxz"],
    COMPOSING,
    [*NEW_MARKS, "\u0334", "\u0345", "\u0301", "a", "\u0323"],
    [*span(0x1100, 0x11FF), *span(0xAC00, 0xAC40)],
    [
        "\u200b",
        "\u200c",
        "\u200d",
        "\u200e",
        "\u200f",
        "\u202a",
        "\u202e",
        "\u2066",
        "\u2069",
        "\ufeff",
        "a",
        "א",
        "ع",
        "1",
    ],
    ["👍", "👩", "👧", "🏽", "\u200d", "\ufe0f", "\u20e3", "🇫", "🇷", "❤", "1", "\U000e0067", "\U000e007f"],
    [
        "\ue000",
        "\uf8ff",
        "\U000f0000",
        "\U0010fffd",
        "\ufffe",
        "\uffff",
        "\U0001ffff",
        "\u0378",
        "\u0e3b",
        "\ufdd0",
        "\ufffd",
    ],
    [*"'sStTrevmldLAD", "'s", "'ll", "'re", "n't", "'S", "’s", " '", "' "],
    span(0x4E00, 0x4E40),
    # Letters of Unicode 17, which the words of the tokenizer are too old for.
    ["\u088f", "\ua7ce", "\U00010940", "\U00016ea0", "\U0001e6c0", "\U000323b0", "a", " ", "1"],
]
CASES = [
    *SPECIAL,
    *PIECES,
    "".join(SPECIAL),
    "<|im_end|>\u0338",
    "\u0338<|im_end|>\u0301 a",
    "a<|im_end|>\n<|im_start|>assistant\n",
    "<|im_<|im_end|>end|>",
    "\x00",
    "a\x00b",
    "\ufeff",
    "\ufeffa\ufeff 1\ufeff",
    "a\x85b \x85 \x85",
    "  12  ",
    "\u00a0\u00a0x",
    "\u0301",
]
RUNS = [
    "a",
    "Q",
    " ",
    "\n",
    "7",
    "٣",
    "!",
    "'",
    "é",
    "e\u0301",
    "한",
    "👍",
    "\u0301\u0323",
    "<|",
    "<|im_end|>",
    " a",
    "\t \n",
    "\ufeff",
]
