"""What questions look like, in numbers: lengths, steps, operators, sizes, topics, words, frames.

The same measurement of our own word problems and of a foreign set, side by side.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import mean, quantiles

from data_chef.lexicon import people
from data_chef.stories.telling import capital


_NUMBER = re.compile(r"(?<![\w.])\$?\d[\d,]*(?:\.\d+)?%?")
_SPELLED = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|fifty|hundred)\b", re.I
)
_WORD = re.compile(r"[A-Za-z]+(?:'[a-z]+)?")
# A step may take several calls, `<<11+9=20>>, <<20+12=32>>`, with what is done in the head between them; others write
# the result after each call, `<<11+9=20>>20`, and so every one is a step.
_STEP = re.compile(r"<<[^>]*>>(?:, [^<\n]*<<[^>]*>>)*")
_CALL = re.compile(r"<<([^=>]+)=")
TOPICS = {
    "rates (per, each, every)": r"\b(?:per|each|every|an hour|a day|a week|a month|a minute)\b",
    "time units": r"\b(?:second|minute|hour|day|week|month|year)s?\b",
    "money": r"\$|\b(?:dollars?|cents?|costs?|pays?|paid|price|money)\b",
    "if ... how": r"\bif\b[^.?]*,? (?:how|what)\b",
    "in total, altogether": r"\b(?:total|altogether|combined|in all|together)\b",
    "fraction words": r"\b(?:half|third|quarter|fifth|fourths?|thirds|\d/\d+)\b",
    "times as many": r"\b(?:twice|times as|double|triple)\b",
    "more or fewer than": r"\b(?:more|fewer|less|older|younger)\b[^.?]*\bthan\b",
    "left, remaining": r"\b(?:left|remain\w*|still)\b",
    "percent": r"%|\bpercent",
    "number words": _SPELLED.pattern,
    "age": r"\b(?:years old|age|older|younger)\b",
    "average": r"\b(?:average|mean)\b",
    "geometry": r"\b(?:area|perimeter|volume|square|wide|width)\b",
    "speed, distance": r"\b(?:miles?|kilometers?|km|speed|mph)\b",
}


def read_questions(path: str | Path) -> list[dict]:
    """The rows of a JSONL file that have a `question` or `prompt`."""
    rows = [json.loads(line) for line in Path(path).read_text().split("\n") if line.strip()]
    return [{**row, "question": row.get("question") or row["prompt"]} for row in rows]


def frame(sentence: str, names: frozenset[str], common: frozenset[str]) -> str:
    """A sentence with its names, numbers and rarer words masked."""
    sentence = _NUMBER.sub("N", _SPELLED.sub("N", sentence))
    masked = []
    for word in re.findall(r"[A-Za-z']+|[.?,]", sentence):
        bare = word.removesuffix("'s")
        low = bare.lower()
        if word in ("N", ".", "?", ","):
            masked.append(word)
        elif bare in names and low not in common:
            masked.append("NAME")
        else:
            masked.append(low if low in common else "_")
    return re.sub(r"(?:_ )+_", "_", " ".join(masked))


def measure(rows: Sequence[dict]) -> dict:
    """The shape of a set of word problems.

    Args:
        rows: with `question`, and `solution` where steps are to be counted (`<<3*4=12>>`); a step that takes several
            calls counts once, and each of its operators does.

    Returns:
        plain numbers and histograms; shares are percentages.
    """
    questions = [row["question"] for row in rows]
    words = [[w.lower() for w in _WORD.findall(q)] for q in questions]
    sentences = [re.findall(r"[^.?!]+[.?!]?", re.sub(r"(?<=\d)\.(?=\d)", "", q)) for q in questions]
    numbers = [
        float(n.strip("$%").replace(",", ""))
        for q in questions
        for n in _NUMBER.findall(q)
        if n.strip("$%").replace(",", "")
    ]
    counts = [len(_NUMBER.findall(q)) + len(_SPELLED.findall(q)) for q in questions]
    sizes = Counter(
        "<=10" if n <= 10 else "11-100" if n <= 100 else "101-1000" if n <= 1000 else ">1000" for n in numbers
    )
    steps = [_STEP.findall(row.get("solution") or "") for row in rows]
    operators = Counter(
        sign
        for found in steps
        for call in _CALL.findall(" ".join(found))
        for sign in re.findall(r"(?<=[\d)%.])\s*([-+*/])", call)
    )
    vocabulary = Counter(word for found in words for word in found)
    return {
        "questions": len(rows),
        "words": _spread([len(w) for w in words]),
        "sentences": _spread([len(s) for s in sentences]),
        "numbers": _spread(counts),
        "size of numbers %": _shares(sizes),
        "steps %": _shares(Counter(min(len(found), 8) for found in steps if found)),
        "operators %": _shares(operators),
        "topics %": {
            topic: round(100 * mean(bool(re.search(pattern, q, re.I)) for q in questions), 1)
            for topic, pattern in TOPICS.items()
        },
        "word types": len(vocabulary),
        "distinct sentence frames %": _frames(sentences),
    }


def _frames(sentences: Iterable[Sequence[str]], most: int = 6000) -> float:
    names = frozenset(person.name for person in people())
    flat = [sentence.strip() for group in sentences for sentence in group if sentence.strip()][:most]
    common = frozenset(word for word, _ in Counter(w.lower() for s in flat for w in _WORD.findall(s)).most_common(150))
    frames = Counter(frame(capital(sentence), names, common) for sentence in flat)
    return round(100 * len(frames) / max(1, len(flat)), 1)


def coverage(ours: Sequence[str], foreign: Sequence[str]) -> dict:
    """How much of the foreign questions' words ours know, as percentages of word types and of running words.

    Capitalised words inside a sentence, mostly names, do not count.
    """
    known = {word.lower() for text in ours for word in _WORD.findall(text)}
    running = Counter(
        word.lower()
        for text in foreign
        for word in _WORD.findall(text)
        if not word[0].isupper() or word.lower() in known
    )
    total = sum(running.values())
    return {
        "running words %": round(100 * sum(n for w, n in running.items() if w in known) / total, 1),
        "word types %": round(100 * sum(w in known for w in running) / len(running), 1),
        "questions whole %": round(
            100 * mean(all(w.lower() in known or w[0].isupper() for w in _WORD.findall(text)) for text in foreign), 1
        ),
        "most frequent unknown": [w for w, _ in running.most_common() if w not in known][:60],
    }


def _spread(values: Sequence[int]) -> dict:
    cuts = quantiles(values, n=10) if len(values) > 1 else [values[0]] * 9
    return {"mean": round(mean(values), 2), "p10": cuts[0], "p50": cuts[4], "p90": cuts[8]}


def _shares(counts: Counter) -> dict:
    total = sum(counts.values()) or 1
    return {str(key): round(100 * n / total, 1) for key, n in sorted(counts.items(), key=lambda pair: str(pair[0]))}
