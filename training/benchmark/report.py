"""The report: scores with intervals, by task, family and steps, with and without tools; as JSON and as Markdown."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from training.benchmark.scoring import Mark, majority
from training.benchmark.statistics import bootstrap, maximal_ks, mcnemar, pass_at_k, wilson


FORMAT = "odin-bench report 1"
GROUPINGS = ("task", "family", "steps", "difficulty")


def suite_report(
    about: Mapping[str, Any],
    problems: Sequence[Mapping],
    variants: Mapping[str, list[list[Mark]]],
    extraction: str,
    seed: int = 0,
) -> dict:
    """The part of a report for one suite.

    Args:
        variants: for `none` (no tools) and `tools` the marks of each problem's samples.
        extraction: which reading the score goes by.
    """
    right = {name: [[m.right(extraction) for m in of] for of in marks] for name, marks in variants.items()}
    results = {name: _results(marks, problems, extraction, seed) for name, marks in variants.items()}
    groups = {key: _grouped(problems, right, key) for key in GROUPINGS}
    return {
        **about,
        "problems": len(problems),
        "results": results,
        "by": {key: group for key, group in groups.items() if len(group) > 1},
        "marks": {
            name: {p["id"]: [int(m) for m in of] for p, of in zip(problems, marks, strict=True)}
            for name, marks in right.items()
        },
    }


def _results(marks: list[list[Mark]], problems: Sequence[Mapping], extraction: str, seed: int) -> dict:
    """Scores of one variant. For one sample they are proportions (Wilson), for more means of pass@1 (bootstrap)."""
    result: dict[str, Any] = {}
    readings: dict[str, Callable[[Mark], bool]] = {
        "score": lambda mark: mark.right(extraction),
        "exact_match": lambda mark: mark.strict,
        "lenient": lambda mark: mark.lenient,
    }
    for name, reading in readings.items():
        result[name], result[f"{name}_interval"] = _mean([[reading(m) for m in of] for of in marks], seed)
    samples = min((len(of) for of in marks), default=1)
    if samples > 1:
        right = [(len(of), sum(m.right(extraction) for m in of)) for of in marks]
        result["pass@k"] = {}
        for k in maximal_ks(samples):
            values = [pass_at_k(total, good, k) for total, good in right]
            result["pass@k"][str(k)] = {"value": _round(np.mean(values)), "interval": bootstrap(values, seed)}
        if not all(problem["kind"] == "code" for problem in problems):
            won = [majority(of, extraction) for of in marks]
            result[f"maj@{samples}"] = {"value": _round(np.mean(won)), "interval": wilson(sum(won), len(won))}
    return result


def _mean(right: list[list[bool]], seed: int) -> tuple[float, list[float]]:
    if all(len(of) == 1 for of in right):
        good = sum(of[0] for of in right)
        return _round(good / max(len(right), 1)), wilson(good, len(right))
    values = [sum(of) / len(of) for of in right]
    return _round(np.mean(values)), bootstrap(values, seed)


def _round(value) -> float:
    return round(float(value), 6)


def _grouped(problems: Sequence[Mapping], right: Mapping[str, list[list[bool]]], key: str) -> dict[str, dict]:
    """For each value of a field: the problems, and per variant the score with its interval."""
    members: dict[Any, list[int]] = {}
    for i, problem in enumerate(problems):
        if problem.get(key) not in (None, ""):
            members.setdefault(problem[key], []).append(i)
    # Numbers in their order, before words.
    ordered = sorted(members.items(), key=lambda pair: (isinstance(pair[0], str), pair[0]))
    result = {}
    for value, indices in ordered:
        entry: dict[str, Any] = {"problems": len(indices)}
        for variant, marks in right.items():
            score, interval = _mean([marks[i] for i in indices], 0)
            entry[variant] = {"score": score, "interval": interval}
        result[str(value)] = entry
    return result


def full_report(parts: Mapping[str, dict], about: Mapping[str, Any]) -> dict:
    """The whole report; `about` tells the model, the command, what was skipped and how programs were run."""
    return {"format": FORMAT, **about, "suites": dict(parts)}


def percent(value: float) -> str:
    return f"{100 * value:.1f}%"


def _score(entry: Mapping, name: str = "score") -> str:
    low, high = entry[f"{name}_interval"] if name != "score" or "interval" not in entry else entry["interval"]
    return f"{percent(entry[name])} ({percent(low)} to {percent(high)})"


def _row(*cells: Any) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def _header(names: Sequence[str], numbers_from: int = 1) -> list[str]:
    return [_row(*names), _row(*("---" if i < numbers_from else "---:" for i in range(len(names))))]


def summary(parts: Mapping[str, dict]) -> str:
    """A Markdown table with a line for each suite."""
    lines = _header(["suite", "problems", "without tools", "with tools", "strict", "lenient"])
    for name, part in parts.items():
        plain, tools = part["results"]["none"], part["results"].get("tools")
        lines.append(
            _row(
                f"{name} {part['version']}",
                part["problems"],
                _score(plain),
                _score(tools) if tools else "none to use",
                percent(plain["exact_match"]),
                percent(plain["lenient"]),
            )
        )
    return "\n".join(lines)


def groups_table(part: Mapping, key: str) -> str:
    """A Markdown table of the scores by one field, such as `task`."""
    variants = list(part["results"])
    names = {"none": "without tools", "tools": "with tools"}
    lines = _header([key, "problems", *(names[variant] for variant in variants)])
    for value, entry in part["by"][key].items():
        lines.append(_row(value, entry["problems"], *(_score(entry[variant]) for variant in variants)))
    return "\n".join(lines)


def samples_table(part: Mapping) -> str:
    """A Markdown table of pass@k and of the majority's score."""
    lines = _header(["variant", "measure", "value", "95% interval"], 2)
    for variant, result in part["results"].items():
        measures = {f"pass@{k}": entry for k, entry in result.get("pass@k", {}).items()}
        measures |= {name: entry for name, entry in result.items() if name.startswith("maj@")}
        for name, entry in measures.items():
            low, high = entry["interval"]
            label = "with tools" if variant == "tools" else "without tools"
            lines.append(_row(label, name, percent(entry["value"]), f"{percent(low)} to {percent(high)}"))
    return "\n".join(lines)


def markdown(report: Mapping) -> str:
    """The report for people."""
    model = report["model"]
    lines = [f"# {model.get('name', 'model')} on ODIN-Bench", "", summary(report["suites"]), ""]
    lines += [
        "Scores are of the reading that the suite goes by, with 95% intervals (Wilson; bootstrap over problems where "
        "there are several samples). Strict: the answer after `####`; lenient: or the last number or option named.",
        "",
        f"Programs ran in: {report['sandbox']}.",
        "",
        f"Command: `{report['command']}`",
        "",
    ]
    if report.get("skipped"):
        lines += ["## Not scored", "", *(f"- {name}: {why}" for name, why in report["skipped"].items()), ""]
    for name, part in report["suites"].items():
        lines += [f"## {name}, version {part['version']}: {part['title']}", "", *_about(part), ""]
        if "pass@k" in part["results"]["none"]:
            lines += [samples_table(part), ""]
        for key in part["by"]:
            lines += [groups_table(part, key), ""]
    lines += ["## Model", "", *_header(["what", "value"], 2)]
    lines += [
        _row(key, value if not isinstance(value, dict | list) else "see report.json") for key, value in model.items()
    ]
    return "\n".join(lines) + "\n"


def _about(part: Mapping) -> list[str]:
    decoding, rate = part["decoding"], part["speed"]
    how = (
        "greedy"
        if not decoding["temperature"]
        else f"temperature {decoding['temperature']}, top-p {decoding['top_p']}"
    )
    tokens = f", {rate['tokens_per_second']:.0f} tokens/s" if "tokens_per_second" in rate else ""
    return [
        f"{part['problems']} problems from `{part['source']}` (sha256 `{part['problems_sha256'][:16]}`, suite "
        f"`{part['suite_sha256'][:16]}`); {part['few_shot']} examples in the prompt; {how}, {decoding['samples']} "
        f"sample{'s' if decoding['samples'] > 1 else ''} of at most {decoding['max_new_tokens']} tokens, seed "
        f"{decoding['seed']}; tools: {', '.join(part['tools']) or 'none'}; {rate['problems_per_second']:.2f} "
        f"problems/s{tokens}; score: {part['extraction']}."
    ]


def compare(first: Mapping, second: Mapping, seed: int = 0) -> list[dict]:
    """Two reports on the problems that they share: a row for each suite and variant.

    With one sample of each, p is McNemar's exact test; the interval of the difference (second - first) is a paired
    bootstrap over problems, which for several samples also gives p.

    Raises:
        ValueError: the reports share no suite, or a suite's problems or prompts are not the same.
    """
    rows = []
    for name in first["suites"]:
        if name not in second["suites"]:
            continue
        a, b = first["suites"][name], second["suites"][name]
        if a["suite_sha256"] != b["suite_sha256"] or a["version"] != b["version"]:
            raise ValueError(f"suite {name} was another version in the two reports; score one of the models again")
        for variant in a["marks"]:
            if variant in b["marks"]:
                rows.append(
                    {"suite": name, "variant": variant} | _paired(a["marks"][variant], b["marks"][variant], seed)
                )
    if not any(row["problems"] for row in rows):
        raise ValueError("the two reports have no problem in common")
    return rows


def _paired(a: Mapping[str, list[int]], b: Mapping[str, list[int]], seed: int) -> dict:
    shared = [id_ for id_ in a if id_ in b]
    one = [sum(a[id_]) / len(a[id_]) for id_ in shared]
    two = [sum(b[id_]) / len(b[id_]) for id_ in shared]
    differences = [y - x for x, y in zip(one, two, strict=True)]
    only_first, only_second = sum(d < 0 for d in differences), sum(d > 0 for d in differences)
    single = all(len(a[id_]) == len(b[id_]) == 1 for id_ in shared)
    count = max(len(shared), 1)
    return {
        "problems": len(shared),
        "first": sum(one) / count,
        "second": sum(two) / count,
        "only_first": only_first,
        "only_second": only_second,
        "difference": sum(differences) / count,
        "interval": bootstrap(differences, seed) if shared else [0.0, 0.0],
        # With several samples a problem is no longer won or lost: its sign is (a sign test, with fewer assumptions).
        "p": mcnemar(only_first, only_second),
        "test": "McNemar, exact" if single else "sign test",
    }


def comparison_table(rows: Sequence[Mapping], names: tuple[str, str]) -> str:
    """The comparison as a Markdown table."""
    head = ["suite", "tools", "problems", *names, "difference", "only first", "only second", "p", "test"]
    lines = _header(head, 2)
    for row in rows:
        low, high = row["interval"]
        lines.append(
            _row(
                row["suite"],
                "with" if row["variant"] == "tools" else "without",
                row["problems"],
                percent(row["first"]),
                percent(row["second"]),
                f"{100 * row['difference']:+.1f} ({100 * low:+.1f} to {100 * high:+.1f})",
                row["only_first"],
                row["only_second"],
                f"{row['p']:.2g}",
                row["test"],
            )
        )
    return "\n".join(lines)
