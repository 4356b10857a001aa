"""What training costs in browsers, and how near it is to PyTorch: `python docs/studies/training_in_browser.py`.

Each engine trains all parameters of odin-nano in a browser of its own, with one WebAssembly thread, 4 rows of 128
tokens a step: time of the start, of steps and of storage, memory, and the losses of 20 steps beside PyTorch's. Writes
docs/measurements/training-in-browser.json, and a table of docs/training-in-the-browser.md. Not covered: phones.
"""

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median


ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from export.timing import machine  # noqa: E402
from tests.space import learner  # noqa: E402
from tests.space.browsers import ENGINES, launch, missing  # noqa: E402
from tests.space.classroom import Classroom, new_classroom, random_batch, site_of  # noqa: E402
from tests.space.memory import MB, MemorySampler  # noqa: E402
from tests.space.training_reference import Trace, train_full  # noqa: E402
from training.io import replace_block, write_json  # noqa: E402


DOCUMENT = ROOT / "docs" / "training-in-the-browser.md"
RESULTS = ROOT / "docs" / "measurements" / "training-in-browser.json"
MODEL = ROOT / "odin-nano"
EXPORTED = ROOT / "space" / "public" / "models" / "odin-nano"
BATCH, SEQ, VOCABULARY = 4, 128, 4096
WARM_UP, STEPS, STORED = 3, 20, 5
# Each begins a training of its own from the released weights.
START = """
await llm.stopTraining();
const started = performance.now();
await llm.startTraining({ keep: false });
const startMs = performance.now() - started;
"""
BATCHES = f"""{START}
return (await batches(arguments[0], {{ seed: 0, epochs: arguments[1] }}, arguments[1])).map(plain);"""
STEPS_OF = f"""{START}
const [given, options] = arguments;
const steps = await teach(given.map(typed), options);
return {{ startMs, steps: steps.map(({{ loss, timings, memory }}) => ({{ loss, timings, memory }})) }};"""
STORE = """
const [given, checkpointEvery] = arguments;
await llm.stopTraining();
await llm.startTraining({ checkpointEvery, resume: false });
const results = await teach(given.map(typed), { lr: 1e-4 });
await llm.forgetTraining();
return results.map(({ timings }) => timings.storeMs);"""


def full_labels() -> dict:
    """A batch of one document a row, all of whose tokens are to be learned."""
    batch = random_batch(random.Random(0), BATCH, SEQ, VOCABULARY, masked=0)
    labels = [-100 if place % SEQ == 0 else token for place, token in enumerate(batch["inputIds"])]
    return batch | {"labels": labels, "segments": [0] * (BATCH * SEQ)}


def measure(room: Classroom, reference) -> dict:
    """Milliseconds, bytes and losses of one engine; `reference(batches)` gives PyTorch's trace of the same steps."""
    browser = room.page.browser
    room.enter("odin-nano")
    typical = room.eval(BATCHES, learner.operator_examples(100), WARM_UP + STEPS, timeout=180)
    room.enter("odin-nano")
    given = {"full": [full_labels()] * (WARM_UP + STEPS), "typical": typical}
    with MemorySampler(browser.pids) as sampler:
        runs = {name: room.eval(STEPS_OF, batches, {"lr": 1e-4}, timeout=300) for name, batches in given.items()}
    timed = {name: run["steps"][WARM_UP:] for name, run in runs.items()}
    options = learner.warm_up(STEPS, 1e-3)
    runs["warm-up"] = room.eval(STEPS_OF, typical[:STEPS], options, timeout=300)
    found = [step["loss"] for step in runs["warm-up"]["steps"]]
    expected = reference(typical[:STEPS], options).losses
    stored = [room.eval(STORE, typical[:STORED], every, timeout=300) for every in (1, 1000)]
    memory = [step["memory"]["bytes"] for steps in timed.values() for step in steps if step["memory"]]
    return {
        "start_ms": [run["startMs"] for run in runs.values()],
        **{f"{name}_ms": [step["timings"]["totalMs"] for step in steps] for name, steps in timed.items()},
        **{f"{name}_graph_ms": [step["timings"]["computeMs"] for step in steps] for name, steps in timed.items()},
        "labelled": {
            name: sum(label != -100 for batch in batches for label in batch["labels"]) / len(batches)
            for name, batches in given.items()
        },
        "checkpoint_ms": stored[0],
        "journal_ms": stored[1],
        "thread_bytes": max(memory),
        "idle_bytes": sampler.idle,
        "browser_bytes": sampler.over_idle,
        "losses": found,
        "loss_differences": [abs(one - other) for one, other in zip(found, expected, strict=True)],
    }


def table(report: dict) -> str:
    """Markdown: a row an engine."""
    lines = [
        "| engine | step, all labels, ms | step, typical labels, ms | start, s | a step's entry, ms | checkpoint, ms "
        "| training thread, MB | browser, MB more | largest difference of 20 losses from PyTorch's |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for found in report["engines"].values():
        checkpoint = median(found["checkpoint_ms"]) - median(found["journal_ms"])
        numbers = [
            f"{median(found['full_ms']):.0f}",
            f"{median(found['typical_ms']):.0f}",
            f"{median(found['start_ms']) / 1e3:.1f}",
            f"{median(found['journal_ms']):.0f}",
            f"{checkpoint:.0f}",
            f"{found['thread_bytes'] / MB:.0f}",
            f"{found['browser_bytes'] / MB:.0f}",
            f"{max(found['loss_differences']):.1e}",
        ]
        lines.append(f"| {found['version']} | {' | '.join(numbers)} |")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    argparse.ArgumentParser(description=__doc__.split("\n\n")[0]).parse_args(arguments)
    for engine in ENGINES:
        if lacking := missing(engine):
            sys.exit(f"error: {lacking}; `make browsers` installs what is needed")
    report: dict = {"machine": machine(), "engines": {}}
    traces: dict[str, Trace] = {}

    def reference(batches: list[dict], options: list[dict]) -> Trace:
        key = str(batches)  # all engines pack alike
        if key not in traces:
            traces[key] = train_full(MODEL, batches, options)
        return traces[key]

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "space" / "test" / "bare", folder / "bare")
        build = ["npm", "run", "build:runtime", "--", "--outDir", folder / "bare" / "odin-llm", "--emptyOutDir"]
        subprocess.run(build, cwd=ROOT / "space", check=True)
        if EXPORTED.is_dir():
            shutil.copytree(EXPORTED, folder / "odin-nano")
        learner.save_export(MODEL, folder / "odin-nano")
        for engine in ENGINES:
            with launch(engine) as browser, site_of(folder / "bare", {"odin-nano": folder / "odin-nano"}) as site:
                capabilities = browser.driver.capabilities
                version = f"{capabilities['browserName']} {capabilities.get('browserVersion', '')}".strip()
                report["engines"][engine] = {"version": version} | measure(new_classroom(browser, site), reference)
    write_json(RESULTS, report)
    replace_block(DOCUMENT, "browser", table(report))
    print(table(report))


if __name__ == "__main__":
    main()
