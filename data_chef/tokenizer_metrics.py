"""`python -m data_chef tokenizer train | measure`: how well a tokenizer fits texts, in numbers."""

import json
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from data_chef.corpus import describe, load, tokenizer_folder, write_whole
from data_chef.text import chat, response
from data_chef.tokenizer import train_tokenizer


TRAINING_SAMPLE = 60_000
DOCUMENTS = 20_000
BATCH = 1000
# A word is a run of letters, with the space before it, since most tokenizers make that a part of it.
WORD = re.compile(r" ?[^\W\d_]+")
TEXTS = ("question", "prompt", "text", "solution", "canonical_solution", "rationale")
METRICS = {
    "documents": "measured",
    "bytes per token": "compression",
    "tokens per document": "",
    "tokens per word": "fertility: words are runs of letters",
    "words in one token %": "coverage: of the words, as often as they occur",
    "vocabulary used %": "coverage: of all tokens",
    "byte fallback %": "of the tokens, those that spell one byte of something longer: a word, a character, spaces",
    "bits per token": "entropy of the frequencies of the tokens",
}


def measure(tokenizer: Any, texts: Sequence[str]) -> dict[str, float]:
    """The METRICS of a fast tokenizer on these documents.

    Raises:
        ValueError: there is no text in them.
    """
    single = _single_bytes(tokenizer)
    tokens: Counter[int] = Counter()
    words: Counter[str] = Counter()
    size = fallback = 0
    for start in range(0, len(texts), BATCH):
        batch = [unicodedata.normalize("NFC", text) for text in texts[start : start + BATCH]]
        for text, encoding in zip(batch, tokenizer(batch, add_special_tokens=False).encodings, strict=True):
            size += len(text.encode())
            words.update(WORD.findall(text))
            tokens.update(encoding.ids)
            fallback += _spelled(encoding.ids, encoding.word_ids, single)
    total, occurrences = sum(tokens.values()), sum(words.values())
    if not total:
        raise ValueError("there is no text to measure the tokenizer on")
    known = ["", *words]
    lengths = dict(zip(known, map(len, tokenizer(known, add_special_tokens=False)["input_ids"]), strict=True))
    pieces = sum(lengths[word] * count for word, count in words.items())
    whole = sum(count for word, count in words.items() if lengths[word] == 1)
    return {
        "documents": len(texts),
        "bytes per token": round(size / total, 3),
        "tokens per document": round(total / len(texts), 1),
        "tokens per word": round(pieces / max(1, occurrences), 3),
        "words in one token %": round(100 * whole / max(1, occurrences), 2),
        "vocabulary used %": round(100 * len(tokens) / len(tokenizer), 2),
        "byte fallback %": round(100 * fallback / total, 2),
        "bits per token": round(-sum(n / total * math.log2(n / total) for n in tokens.values()), 3),
    }


def _single_bytes(tokenizer: Any) -> set[int]:
    """The tokens that stand for one byte: a character of the byte-level alphabet, or `<0x41>`."""
    vocabulary = tokenizer.get_vocab().items()
    return {number for token, number in vocabulary if len(token) == 1 or re.fullmatch("<0x[0-9A-F]{2}>", token)}


def _spelled(ids: list[int], parts: list[int | None], single: set[int]) -> int:
    """How many single bytes are not the whole of what the tokenizer took for a word."""
    sizes = Counter(parts)
    return sum(number in single and sizes[part] > 1 for number, part in zip(ids, parts, strict=True))


def corpus_texts(folder: str | Path, limit: int = DOCUMENTS) -> list[str]:
    """The first training items of a corpus, which are in random order. Raises what `load` raises."""
    rows = load(folder, "train")
    return [f"{row['question']}\n{response(row)}" for row in rows.select(range(min(limit, len(rows))))]


def file_texts(path: str | Path, limit: int = DOCUMENTS) -> list[str]:
    """The documents of a JSONL file: of each row what it has of TEXTS.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: a row is not JSON, or has no text.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"no file {path} to measure the tokenizer on")
    texts: list[str] = []
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if len(texts) == limit:
                break
            try:
                row = json.loads(line) if line.strip() else None
            except ValueError as error:
                raise ValueError(f"{path}, line {number}: {error}") from error
            parts = [row[key] for key in TEXTS if isinstance(row.get(key), str)] if isinstance(row, dict) else []
            if not parts and row is not None:
                raise ValueError(f"{path}, line {number}: a row needs one of {', '.join(TEXTS)}")
            texts += ["\n".join(parts)] if parts else []
    return texts


def table(sources: dict[str, dict[str, float]]) -> str:
    """The measurements side by side, a column for each source."""
    wide = max(map(len, METRICS))
    columns = {name: max(len(name), 9) for name in sources}
    lines = [" " * wide + "".join(f"  {name:>{width}}" for name, width in columns.items())]
    for metric in METRICS:
        values = (f"{sources[name][metric]:,}" for name in columns)
        cells = zip(values, columns.values(), strict=True)
        lines.append(f"{metric:{wide}}" + "".join(f"  {value:>{width}}" for value, width in cells))
    return "\n".join(lines)


def add_arguments(parser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    train = actions.add_parser("train", help="train a tokenizer on a corpus, and measure it there")
    train.add_argument("--corpus", required=True)
    train.add_argument("--vocab-size", type=int, help="default: that of the corpus's curriculum")
    train.add_argument("--out", required=True)
    meaning = "; ".join(f"{name}: {what}" for name, what in METRICS.items() if what).replace("%", "%%")
    measuring = actions.add_parser("measure", help="measure a tokenizer on texts", epilog=meaning)
    measuring.add_argument("files", nargs="*", metavar="FILE.jsonl", help=f"rows with some of {', '.join(TEXTS)}")
    measuring.add_argument("--tokenizer", required=True, metavar="DIR", help="of a tokenizer, a corpus or a model")
    measuring.add_argument("--corpus", metavar="DIR", help="questions and responses of its training split")
    measuring.add_argument("--limit", type=int, default=DOCUMENTS, help="documents of each source")
    measuring.add_argument("--out", type=Path, metavar="FILE.json", help="write the numbers as JSON")


def run(options) -> None:
    (_train if options.action == "train" else _measure)(options)


def _train(options) -> None:
    size = options.vocab_size
    if size is None:
        size = describe(options.corpus)["curriculum"]["vocab_size"]
    rows = load(options.corpus, "train")
    sample = rows.select(range(min(TRAINING_SAMPLE, len(rows))))
    tokenizer = train_tokenizer((chat(row["question"], response(row)) for row in sample), size)
    tokenizer.save_pretrained(options.out)
    print(f"{options.out}: {len(tokenizer)} tokens")
    print(table({"corpus": measure(tokenizer, corpus_texts(options.corpus))}))


def _measure(options) -> None:
    from transformers import AutoTokenizer

    if not options.corpus and not options.files:
        raise ValueError("nothing to measure on: give --corpus or files")
    if options.limit < 1:
        raise ValueError(f"--limit must be above 0, not {options.limit}")
    folder = tokenizer_folder(options.tokenizer)
    texts = {"corpus": corpus_texts(options.corpus, options.limit)} if options.corpus else {}
    for path in options.files:
        name = Path(path).stem
        texts[path if name in texts else name] = file_texts(path, options.limit)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    sources = {name: measure(tokenizer, documents) for name, documents in texts.items()}
    print(table(sources))
    if options.out:
        result = {"tokenizer": options.tokenizer, "vocabulary": len(tokenizer), "sources": sources}
        write_whole(options.out, (json.dumps(result, indent=1) + "\n").encode())
