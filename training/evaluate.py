"""Scores a model on the benchmark: `python -m training.evaluate --model DIR --suite all`.

The model is a Hugging Face folder, an ONNX export or the address of an endpoint; all get the same prompts, and their
answers are read by the same rules. `--list` names the suites. `--data FILE --kind math` scores a JSONL of your own
(`id, question, answer`, or `prompt, entry_point, test` for code), `--data CORPUS --split test` a corpus.
Answers are kept as they come: the same command goes on where a stopped one was. See docs/benchmark.md.
"""

import argparse
import json
import re
import shlex
import sys
from dataclasses import replace
from pathlib import Path

from training.benchmark.heldout import by_task, evaluate, read_items, table
from training.benchmark.problems import KINDS
from training.benchmark.scoring import score_answers
from training.benchmark.sources import NotAvailableError, Places, first_per_task, load_problems
from training.benchmark.statistics import wilson
from training.benchmark.suites import TOOLS, Suite, choose, load_suites, own_suite
from training.sandbox import SandboxError


# Names that other rooms import from here.
__all__ = ["by_task", "evaluate", "first_per_task", "read_items", "score_answers", "table", "wilson"]


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training.evaluate", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", help="folder of a saved model or an ONNX export, or an http(s) address")
    what = parser.add_argument_group("what to ask")
    what.add_argument(
        "--suite", help="all, a group (corpus, frozen, real, fewshot), names with commas, or a YAML file"
    )
    what.add_argument("--data", help="a file of problems (with --kind), or a corpus folder (with --split)")
    what.add_argument("--kind", choices=KINDS, help="of the problems in --data")
    what.add_argument("--split", default="test", help="of a corpus given as --data: validation, test or extrapolation")
    what.add_argument("--file", action="append", default=[], metavar="SUITE=PATH", help="the problems of a real set")
    what.add_argument("--data-dir", type=Path, help="folder with files of real sets under known names, see --list")
    what.add_argument("--corpus", type=Path, help="folder of a built corpus, for the suites of held-out items")
    what.add_argument("--curriculum", default="standard", help="whose held-out items are made without --corpus")
    what.add_argument("--items", type=int, help="at most so many per task of a corpus (--data: 400, suites: 20)")
    what.add_argument("--limit", type=int, help="only the first so many problems of each suite")
    what.add_argument("--list", action="store_true", help="name the suites and where their problems come from")
    how = parser.add_argument_group("how to ask")
    how.add_argument("--samples", type=int, default=1, help="answers to each problem: gives pass@k and maj@k")
    how.add_argument("--temperature", type=float, default=0.0, help="0 is greedy")
    how.add_argument("--top-p", type=float, default=1.0)
    how.add_argument("--seed", type=int, default=0)
    how.add_argument("--tools", default=",".join(TOOLS), help="calculator,python or none; shown beside no tools")
    how.add_argument("--max-new-tokens", type=int, help="in place of each suite's own number")
    how.add_argument("--batch-size", type=int, default=128)
    how.add_argument("--device", help="cpu, cuda, ...")
    how.add_argument("--dtype", help="float32, bfloat16, ...")
    parser.add_argument("--out", type=Path, help="folder of answers and report (runs/benchmark/MODEL-HASH)")
    parser.add_argument("--compare", nargs=2, type=Path, metavar="REPORT.json", help="two reports, problem by problem")
    return parser


def main() -> None:
    parser = arguments()
    options = parser.parse_args()
    from training.checkpoint import CheckpointError

    try:
        if options.list:
            print(listing())
        elif options.compare:
            print(comparison(*options.compare))
        elif options.model is None or (options.suite is None) == (options.data is None):
            parser.error("give --model with either --suite or --data, or --list, or --compare A.json B.json")
        else:
            benchmark(options)
    except (ValueError, OSError, CheckpointError, SandboxError) as error:
        sys.exit(f"evaluate: {error}")
    except KeyboardInterrupt:
        print("evaluate: stopped; finished answers are kept, the same command goes on", file=sys.stderr)
        sys.exit(130)


def listing() -> str:
    """The suites, a line each."""
    lines = []
    for suite in load_suites().values():
        places = [f"split {suite.split}"] if suite.split else [f"frozen/{suite.frozen}.jsonl"] if suite.frozen else []
        places += [", ".join(suite.files)] if suite.files else []
        places += [f"hub:{suite.hub['path']}"] if suite.hub else []
        lines.append(f"{suite.name:22} {suite.version}  {suite.kind:6}  {suite.title}\n{'':27}{'; '.join(places)}")
    return "\n".join(lines)


def comparison(first: Path, second: Path) -> str:
    """The table of two reports.

    Raises:
        ValueError: one of them is no report, or they have nothing in common.
    """
    from training.benchmark.report import FORMAT, compare, comparison_table

    reports = []
    for path in (first, second):
        try:
            report = json.loads(path.read_text())
        except ValueError as error:
            raise ValueError(f"{path} is not JSON: {error}") from error
        if not isinstance(report, dict) or report.get("format") != FORMAT:
            raise ValueError(f"{path} is no {FORMAT}; give the report.json of a run")
        reports.append(report)
    names = [report["model"].get("name", "model") for report in reports]
    if names[0] == names[1]:
        names = [str(first), str(second)]
    return comparison_table(compare(reports[0], reports[1]), (names[0], names[1]))


def chosen_problems(options: argparse.Namespace) -> tuple[list[tuple[Suite, list[dict], str]], dict[str, str]]:
    """Suites with their problems and where these were found, and why the others are left out.

    Raises:
        ValueError, OSError: what was named is not there, or not what it should be.
    """
    for name in ("items", "limit"):
        if getattr(options, name) is not None and getattr(options, name) < 1:
            raise ValueError(f"--{name} must be at least 1")
    if options.data_dir and not options.data_dir.is_dir():
        raise FileNotFoundError(f"there is no folder {options.data_dir}")
    places = Places({}, options.data_dir, options.corpus, options.curriculum, options.items)
    if options.data:
        suites, named, places = own_data(options, places)
    else:
        suites, named = choose(options.suite)
        files = dict(pair(text) for text in options.file)
        for name in files:
            if name not in {suite.name for suite in suites}:
                raise ValueError(f"--file {name}=... is for a suite that --suite {options.suite} does not name")
        places = replace(places, files=files)
    found, skipped = [], {}
    for suite in suites:
        try:
            problems, place = load_problems(suite, replace(places, online=suite.name in named))
        except NotAvailableError as error:
            if suite.name in named:
                raise ValueError(f"suite {suite.name}: {error}") from error
            skipped[suite.name] = str(error)
            continue
        found.append((suite, problems[: options.limit], place))
    return found, skipped


def own_data(options: argparse.Namespace, places: Places) -> tuple[list[Suite], set[str], Places]:
    """The suite that `--data` means: a corpus folder's split, or a file of the kind that is given."""
    path = Path(options.data)
    if path.is_dir() or not path.suffix:
        if options.kind:
            raise ValueError(f"--kind is for a file of problems; {path} is a folder, its items have their kinds")
        suites, named = choose(f"corpus_{options.split}")
        return suites, named, replace(places, corpus=path, per_task=options.items or 400)
    if not options.kind:
        raise ValueError(f"say what {path} holds: --kind {'|'.join(KINDS)}")
    suite = own_suite(path, options.kind)
    return [suite], {suite.name}, replace(places, files={suite.name: path})


def pair(text: str) -> tuple[str, Path]:
    name, equals, path = text.partition("=")
    if not (name and equals and path):
        raise ValueError(f"--file expects SUITE=PATH, such as gsm8k=test.jsonl, not {text!r}")
    return name, Path(path)


def benchmark(options: argparse.Namespace) -> None:
    """Asks, scores and reports; prints the tables."""
    tools = () if options.tools == "none" else tuple(options.tools.split(","))
    if unknown_tools := set(tools) - set(TOOLS):
        raise ValueError(f"unknown tool {sorted(unknown_tools)[0]!r}; expected {', '.join(TOOLS)} or none")
    if options.out and options.out.suffix == ".json":
        raise ValueError(f"--out is a folder for answers and reports, not the file {options.out}")
    found, skipped = chosen_problems(options)
    for name, why in skipped.items():
        print(f"skipped {name}: {why}", file=sys.stderr)
    if not found:
        raise ValueError("none of these suites has its problems at hand")

    from training.benchmark.answers import identity
    from training.benchmark.models import load_answerer
    from training.benchmark.runner import Runner, Settings, prepare, write_reports

    settings = Settings(
        options.samples,
        options.temperature,
        options.top_p,
        options.seed,
        tools,
        options.batch_size,
        options.max_new_tokens,
    )
    answerer = load_answerer(options.model, options.device, options.dtype)
    plain_name = re.sub(r"[^\w.-]+", "-", answerer.name)
    out = options.out or Path("runs/benchmark") / f"{plain_name}-{identity(answerer.describe())[:8]}"
    runner = Runner(answerer, settings, out, progress=True)
    parts, rows = {}, []
    for suite, problems, place in found:
        parts[suite.name], of_suite = runner.run(prepare(suite, problems, place))
        rows += of_suite
    command = shlex.join(["python", "-m", "training.evaluate", *sys.argv[1:]])
    print(write_reports(runner, parts, rows, skipped, command))


if __name__ == "__main__":
    main()
