"""Where the numbers of the documents come from: `python docs/studies/paper_trail.py`.

`STUDIES` lists every command that measures something for a document, the JSON that it writes, and how the document's
generated blocks follow from it. This command measures nothing: it writes all these blocks again from the JSON, and
the table of docs/README.md. Of a file that has changed, docs/measurements/paper-trail.json notes the day and the
release of odin-nano. `tests/docs/test_paper_trail.py` checks that nothing is missing.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path


HERE = Path(__file__).resolve().parent
DOCS, ROOT = HERE.parent, HERE.parents[1]
sys.path[:0] = [str(HERE), str(DOCS / "decisions"), str(ROOT)]

import baselines  # noqa: E402
import complexity  # noqa: E402
import compression  # noqa: E402
import corpus  # noqa: E402
import decoding_speed  # noqa: E402
import errors  # noqa: E402
import export_report  # noqa: E402
import families  # noqa: E402
import framework  # noqa: E402
import gradients  # noqa: E402
import harness_agreement  # noqa: E402
import operators  # noqa: E402
import precision  # noqa: E402
import products  # noqa: E402
import pruning  # noqa: E402
import recipe  # noqa: E402
import releases  # noqa: E402
import report  # noqa: E402
import sandbox  # noqa: E402
import scaling  # noqa: E402
import space_lighthouse  # noqa: E402
import specification  # noqa: E402
import speed  # noqa: E402
import stability  # noqa: E402
import training_in_browser  # noqa: E402
import vocabulary  # noqa: E402
import web_compatibility  # noqa: E402
import web_loading  # noqa: E402
import web_speed  # noqa: E402

from data_chef.stats import side_by_side  # noqa: E402
from tests.space.browsers import ENGINES  # noqa: E402
from training import front_page  # noqa: E402
from training.budget_tables import tables as budget_tables  # noqa: E402
from training.io import replace_block, write_json  # noqa: E402


RECORD = DOCS / "measurements/paper-trail.json"
RELEASE = ROOT / "odin-nano"
Blocks = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Study:
    """A command, what it writes, and what the documents show of that.

    Attributes:
        command: as it is typed in the repository's root; EXPORT is a folder of `python -m export`, DIR one with the
            public sets.
        files: JSON that it writes, relative to docs/.
        of: what was measured; with "odin-nano" the release is named, of its day.
        timed: it wants a machine that has nothing else to do.
        blocks: from the contents of `files`, in their order: by page, relative to docs/, and name.
        pages: that use the files in another way.
    """

    command: str
    files: tuple[str, ...]
    of: str
    blocks: Callable[..., Blocks] = lambda *_: {}
    timed: bool = False
    pages: tuple[str, ...] = ()

    def rendered(self) -> Blocks:
        """The text of each block, by page and name."""
        return self.blocks(*(json.loads((DOCS / name).read_text()) for name in self.files))


def measurements(*names: str) -> tuple[str, ...]:
    return tuple(f"measurements/{name}.json" for name in names)


OPERATORS = ("operators-odin-nano", "operators-odin-100m")
STUDIES = (
    Study(
        "python -m training.produce --config training/configs/odin-nano.yaml --out odin-nano --data-dir DIR",
        ("../odin-nano/evaluation.json",),
        "odin-nano",
        lambda _: {"../README.md": front_page.blocks(RELEASE)},
        pages=("../model_card.md", "../odin-nano/README.md"),
    ),
    Study(
        "python docs/studies/decontamination.py FILE.jsonl ...",
        measurements("decontamination"),
        "odin-nano",
        pages=("../model_card.md",),
    ),
    Study(
        "python docs/studies/framework.py torch; python docs/studies/framework.py jax",
        measurements("framework"),
        "one block of odin-100m's shape",
        lambda found: {"decisions/0003-framework.md": {"measured": framework.report(found)}},
        timed=True,
    ),
    Study(
        "python -m training.step_cost --model odin-100m --out docs/measurements/step-cost-cpu.json",
        measurements("step-cost-cpu"),
        "odin-100m's shape",
        timed=True,
        pages=("compute-budget.md",),
    ),
    Study(
        "python -m training.compute_budget --tokens 10e9 --rate docs/measurements/step-cost-cpu.json --docs",
        measurements("compute-budget"),
        "odin-100m's shape, data sheets, prices",
        lambda found: {"compute-budget.md": budget_tables(found)},
    ),
    Study(
        "python docs/studies/ablation.py; python docs/studies/report.py",
        measurements("ablation", "exported-speed"),
        "small models, odin-100m's shape",
        report.tables,
    ),
    Study(
        "python docs/studies/exported_speed.py",
        measurements("exported-speed"),
        "odin-nano's shape, random weights",
        timed=True,
        pages=("decisions/0002-time-mixing.md",),
    ),
    Study(
        "python docs/studies/specification.py",
        measurements("specification"),
        "both shapes",
        lambda found: {"specification.md": specification.tables(found)},
    ),
    Study(
        "python docs/studies/complexity.py",
        measurements("complexity"),
        "odin-nano",
        lambda found: {"proofs.md": {"complexity": complexity.table(found)}},
        timed=True,
    ),
    Study(
        "python docs/studies/stability.py",
        measurements("stability"),
        "the recurrence",
        lambda found: {"proofs.md": stability.tables(found)},
    ),
    Study(
        "python docs/studies/gradients.py",
        measurements("gradients"),
        "fresh models of 64 channels",
        lambda found: {"proofs.md": gradients.tables(found)},
    ),
    Study(
        "python docs/studies/precision.py",
        measurements("precision"),
        "odin-nano",
        lambda found: {"proofs.md": precision.tables(found)},
    ),
    Study(
        "python docs/decisions/vocabulary.py --model odin-nano --data corpus/nano --outside gsm8k_train_dev500.jsonl",
        ("decisions/odin-nano-vocabulary.json",),
        "5 layers of 192",
        lambda rows: {"decisions/0001-nano-vocabulary.md": {"measured": vocabulary.table(rows)}},
    ),
    Study(
        "python docs/decisions/vocabulary.py --model odin-100m --data corpus/scaling "
        "--outside gsm8k_train_dev500.jsonl --rounds 3 --batch 1 --documents 40000",
        ("decisions/odin-100m-vocabulary.json",),
        "odin-100m's shape",
        lambda rows: {"decisions/0005-vocabulary.md": {"measured": vocabulary.table(rows)}},
    ),
    Study(
        "python docs/studies/scaling.py run; python docs/studies/scaling.py table",
        measurements("scaling"),
        "models of 0.14M to 1.4M parameters",
        lambda found: {
            "scaling.md": {
                "runs": scaling.runs_table(found["runs"]),
                "held-back": scaling.held_back_table(found),
                "prediction": scaling.prediction_table(found),
            },
            "decisions/0005-vocabulary.md": {"accuracy": scaling.vocabulary_table(found["runs"])},
        },
    ),
    Study(
        "python docs/studies/recipe.py run; python docs/studies/recipe.py table",
        measurements("recipe"),
        "a model of 0.2M parameters",
        lambda found: {"training.md": {"recipe": recipe.table(found["runs"])}},
    ),
    Study(
        "python docs/studies/corpus.py --sample 20000 --against gsm8k.jsonl asdiv.jsonl",
        measurements("corpus-families", "corpus-shape"),
        "the standard mixture",
        lambda sampled, shape: {
            "corpus.md": {
                "families-of-tasks": corpus.families(sampled),
                "shape": side_by_side(shape["shape"], markdown=True),
                "coverage": corpus.coverage(shape),
            }
        },
    ),
    Study(
        "python -m data_chef bench --seconds 40 --out docs/measurements/corpus-speed.json",
        measurements("corpus-speed"),
        "the standard mixture",
        lambda found: {"corpus.md": {"speed": corpus.speed(found)}},
        timed=True,
    ),
    Study(
        "python docs/studies/families.py run; python docs/studies/families.py table",
        measurements("families"),
        "a small model, whole mixture and parts",
        lambda found: {"corpus.md": {"families": families.table(found)}},
    ),
    Study(
        "python docs/studies/decoding_speed.py",
        measurements("decoding-speed"),
        "odin-nano",
        lambda found: {"benchmark.md": {"decoding-speed": decoding_speed.table(found["runs"])}},
        timed=True,
    ),
    Study(
        "python docs/studies/harness_agreement.py run --model odin-nano",
        measurements("harness-agreement"),
        "odin-nano",
        lambda _: {"../training/harness/README.md": {"agreement": harness_agreement.table()}},
    ),
    Study(
        "python docs/studies/baselines.py table",
        measurements("baselines-published"),
        "what others published, collected by hand",
        lambda _: {"baselines.md": {"published": baselines.tables()}},
    ),
    Study(
        "python docs/studies/sandbox.py",
        measurements("sandbox"),
        "the sandbox",
        lambda found: {"sandbox.md": {"cost": sandbox.table(found["records"])}},
        timed=True,
    ),
    Study(
        "python docs/studies/errors.py",
        measurements("errors"),
        "answers of odin-nano 0.2.0, read by hand",
        lambda found: {"log.md": {"errors": errors.table(found)}},
    ),
    Study(
        "python docs/studies/releases.py --before REPORT --evaluation JSON",
        measurements("releases"),
        "odin-nano",
        lambda found: {"log.md": {f"releases {name}": releases.table(rows) for name, rows in found.items()}},
    ),
    Study(
        "python docs/studies/operators.py",
        measurements(*OPERATORS, "operators-diagrams"),
        "odin-nano; odin-100m with random weights",
        lambda nano, large, diagrams: {
            "operators.md": {**operators.tables({"odin-nano": nano, "odin-100m": large}), **diagrams},
            "export.md": {"launches": export_report.launches_table({"odin-nano": nano, "odin-100m": large})},
        },
    ),
    Study(
        "python docs/studies/operators.py --runtimes 1.24.4 1.25.1 1.28.0 1.29.0 1.30.0 1.31.1",
        measurements("operators-runtimes"),
        "odin-nano",
        lambda found: {"operators.md": {"runtimes": operators.runtime_table(found)}},
    ),
    Study(
        "python docs/studies/export_report.py --verify EXPORT --data corpus/nano",
        measurements("export-verification"),
        "odin-nano",
        lambda found: {"export.md": {"verification": export_report.verification_table(found)}},
    ),
    Study(
        "python -m export.score --model odin-nano --onnx EXPORT --data corpus/nano --items 20 --suite "
        "gsm8k_style,syllogisms,humaneval_style,asdiv --data-dir DIR --out docs/measurements/export-precisions.json",
        measurements("export-precisions", "export-sizes"),
        "odin-nano",
        lambda found, sized: {
            "export.md": {"precisions": export_report.precision_table(export_report.with_sizes(found, sized["sizes"]))}
        },
    ),
    Study(
        "python -m export.benchmark --odin-random odin-100m --dtypes int8 fp32 q4 --rounds 7 --threads 1 "
        "--out docs/measurements/export-benchmark.json --plot docs/images/export-benchmark.svg",
        measurements("export-benchmark"),
        "odin-100m, GPT-2, SmolLM2 with random weights",
        lambda found: {
            "export.md": {"benchmark": export_report.tables(found["records"], found["settings"]["places"])}
        },
        timed=True,
    ),
    Study(
        "python docs/studies/products.py",
        measurements("web-products"),
        "int8 products in Chromium",
        lambda found: {"export.md": {"products": products.table(found)}},
        timed=True,
    ),
    Study(
        "python docs/studies/export_sizes.py EXPORT",
        measurements("export-sizes"),
        "odin-nano",
        pages=("../README.md", "../model_card.md", "export.md"),
    ),
    Study(
        "python docs/studies/compression.py --onnx EXPORT",
        measurements("compression"),
        "odin-nano",
        lambda found: {"export.md": {"compression": compression.table(found)}},
        timed=True,
    ),
    Study(
        "python docs/studies/pruning.py --model odin-nano --curriculum nano --items 10",
        measurements("pruning"),
        "odin-nano",
        lambda found: {"export.md": {"pruning": pruning.table(found)}},
    ),
    Study(
        "python docs/studies/speed.py",
        measurements("speed"),
        "both shapes, random weights",
        lambda found: {
            "speed.md": {
                name: table(found["records"])
                for name, table in (
                    ("demands", speed.demand_table),
                    ("times", speed.time_table),
                    ("shares", speed.share_table),
                    ("products", speed.product_table),
                )
            }
        },
        timed=True,
    ),
    Study(
        "python docs/studies/web_compatibility.py",
        measurements("web-compatibility", "operators-odin-nano"),
        "odin-nano",
        lambda found, audited: {"webassembly.md": web_compatibility.tables(found, audited)},
    ),
    Study(
        "python docs/studies/web_speed.py --rounds 5",
        measurements("web-speed"),
        "odin-100m, GPT-2, SmolLM2 with random weights, in Chromium",
        lambda found: {"decisions/0006-runtime.md": {"web": web_speed.table(found)}},
        timed=True,
    ),
    Study(
        "python docs/studies/web_speed.py --demands",
        measurements("web-demands"),
        "the same in odin-llm, int8",
        lambda found: {"decisions/0006-runtime.md": {"demands": web_speed.demands_table(found["demands"])}},
        timed=True,
    ),
    Study(
        "python docs/studies/web_loading.py",
        measurements("web-loading"),
        "odin-100m's shape, int8, in three engines",
        lambda found: {"runtime.md": {"loading": web_loading.table(found)}},
        timed=True,
    ),
    Study(
        "python docs/studies/training_in_browser.py",
        measurements("training-in-browser"),
        "odin-nano",
        lambda found: {"training-in-the-browser.md": {"browser": training_in_browser.table(found)}},
        timed=True,
    ),
    Study(
        'python docs/studies/web_leaderboard.py --name "two-core cloud server"',
        tuple(f"../space/leaderboard/two-core-cloud-server-{engine}.json" for engine in ENGINES),
        "odin-nano",
        timed=True,
        pages=("../README.md", "../model_card.md"),
    ),
    Study(
        "python docs/studies/space_lighthouse.py",
        measurements("space-lighthouse"),
        "the app as it opens",
        lambda found: {"app.md": {"lighthouse": space_lighthouse.table(found)}},
        timed=True,
    ),
)


def sha256(name: str) -> str:
    return hashlib.sha256((DOCS / name).read_bytes()).hexdigest()


def noted(record: dict[str, dict]) -> dict[str, dict]:
    """`record` brought up to date: for each file its SHA-256, and day and release of its last change."""
    release = json.loads((RELEASE / "manifest.json").read_text())["version"]
    fresh = {"day": date.today().isoformat(), "release": release}
    return {
        name: known if known and known["sha256"] == sha256(name) else {"sha256": sha256(name), **fresh}
        for study in STUDIES
        for name in study.files
        for known in [record.get(name)]
    }


def table(record: dict[str, dict]) -> str:
    """Markdown: a row for each study."""
    lines = ["| shown in | measured by | of | numbers | day |", "| --- | --- | --- | --- | --- |"]
    for study in STUDIES:
        pages = [*study.rendered(), *study.pages]
        shown = ", ".join(f"[{page.removeprefix('../')}]({page})" for page in pages)
        files = ", ".join(f"[{name.rpartition('/')[2]}]({name})" for name in study.files)
        last = record[study.files[0]]
        of = study.of.replace("odin-nano", f"odin-nano {last['release']}", 1) if names_release(study) else study.of
        command = f"`{study.command}`" + (" (timed)" if study.timed else "")
        lines.append(f"| {shown} | {command} | {of} | {files} | {last['day']} |")
    return "\n".join(lines)


def names_release(study: Study) -> bool:
    return study.of.startswith("odin-nano") and not study.of.startswith("odin-nano's")


def main() -> None:
    argparse.ArgumentParser(description=__doc__.split("\n\n")[0]).parse_args()
    for study in STUDIES:
        for page, blocks in study.rendered().items():
            for name, text in blocks.items():
                replace_block(DOCS / page, name, text)
    record = noted(json.loads(RECORD.read_text()) if RECORD.is_file() else {})
    write_json(RECORD, record)
    replace_block(DOCS / "README.md", "trail", table(record))


if __name__ == "__main__":
    main()
