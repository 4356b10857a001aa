"""What runs where: `python docs/studies/web_compatibility.py [--webgpu-questions N]`.

Exports the released odin-nano in every precision and lets odin-llm answer held-out questions with each file in every
place: Node; WebAssembly in Chromium, Firefox and WebKitGTK, on two threads in an isolated page and on one in another;
WebGPU on the software adapters of Chromium and Firefox. The tokens are compared with native onnxruntime's, each after
the text that the browser itself wrote. Writes docs/measurements/web-compatibility.json and the tables of
docs/webassembly.md. Not covered: speed (docs/decisions/0006-runtime.md), graphics hardware, Safari, Edge, telephones.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path


HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT)]

import onnx  # noqa: E402
from operators import webgpu  # noqa: E402
from tqdm import tqdm  # noqa: E402
from transformers import AutoTokenizer  # noqa: E402

from export.audit import full_name, load, operators  # noqa: E402
from export.build import build  # noqa: E402
from export.precisions import PRECISIONS  # noqa: E402
from export.probe import exact  # noqa: E402
from export.timing import machine  # noqa: E402
from tests.space.bare import generate as ask  # noqa: E402
from tests.space.bare import open_bare  # noqa: E402
from tests.space.browsers import ENGINES, Page, PageError, launch, missing  # noqa: E402
from tests.space.references import onnx_rows, passes  # noqa: E402
from tests.space.server import Site  # noqa: E402
from training.benchmark.sources import generate  # noqa: E402
from training.io import replace_block, write_json  # noqa: E402


RELEASE = ROOT / "odin-nano"
DOCUMENT = HERE.parent / "webassembly.md"
RESULTS = HERE.parent / "measurements/web-compatibility.json"
AUDITED = HERE.parent / "measurements/operators-odin-nano.json"
# The runtime's names of the precisions.
DTYPES = {{"int8": "q8"}.get(name, name): name for name in PRECISIONS}
MOST_TOKENS = 64
LONGEST = 110  # seconds of a step in a page; after 120 Selenium gives up
NODE = "Node"
ENGINE_NAMES = {"chromium": "Chromium", "firefox": "Firefox", "webkit": "WebKitGTK"}
WEBGPU_ENGINES = ("chromium", "firefox")
LOAD = """
window.memory = 0;
const onTelemetry = (event) => { if (event.type === "memory") window.memory = Math.max(window.memory, event.bytes); };
const options = { ...arguments[0], store: false, debug: true, onTelemetry };
window.llm = await odin.OdinLLM.load("models/odin-nano/", options);
const { device, dtype, threads } = window.llm.info;
return { device, dtype, threads };
"""
IN_NODE = """
const [script, folder, options, questions, maxTokens] = JSON.parse(process.argv[2]);
const { OdinLLM } = await import(script);
const llm = await OdinLLM.load(folder, { ...options, store: false, debug: true });
const answers = [];
for (const question of questions) {
  const answer = llm.generate(question, { maxTokens });
  let next;
  do next = await answer.next(); while (!next.done);
  answers.push(next.value);
}
const { device, dtype, threads } = llm.info;
llm.dispose();
console.log(JSON.stringify({ device, dtype, threads, answers }));
"""


class Judge:
    """Compares answers with what native onnxruntime finds likeliest after the same text, with the same file."""

    def __init__(self, export: Path, scratch: Path):
        self.eos = AutoTokenizer.from_pretrained(export).eos_token_id
        self.files = {dtype: export / PRECISIONS[name].file for dtype, name in DTYPES.items()}
        # Native kernels round activations of 4-bit products to 8 bits where the file allows it, those of browsers not.
        self.exact = dict(self.files)
        for dtype in ("q4", "q4f16"):
            self.exact[dtype] = scratch / self.files[dtype].name
            onnx.save(exact(onnx.load(self.files[dtype])), self.exact[dtype])

    def compare(self, dtype: str, answers: list[dict], native: bool) -> dict:
        """`equal` answers of `questions`, `tokens` in all, and `gap`: how far below the likeliest token's logit the
        chosen one's was at the most, 0 where every token is the likeliest after those before it."""
        graph, gaps, equal = (self.files if native else self.exact)[dtype], [0.0], 0
        for answer in answers:
            prompt, tokens = tuple(answer["promptTokens"]), tuple(answer["tokens"])
            rows = onnx_rows(graph, prompt, len(tokens), passes(len(prompt)), follow=tokens)
            gaps += [float(row.max() - row[token]) for row, token in zip(rows, tokens, strict=True)]
            alone = onnx_rows(graph, prompt, MOST_TOKENS, passes(len(prompt)), eos=self.eos)
            equal += [int(row.argmax()) for row in alone] == list(tokens)
        found = {"questions": len(answers), "tokens": sum(len(a["tokens"]) for a in answers)}
        return found | {"equal": equal, "gap": max(gaps)}


def numbers(data: bytes, at: int, count: int) -> tuple[list[int], int]:
    """`count` LEB128 integers that begin at `at`, and the place behind them."""
    found = []
    for _ in range(count):
        value = shift = 0
        while True:
            byte = data[at]
            at, value, shift = at + 1, value | (byte & 0x7F) << shift, shift + 7
            if byte < 0x80:
                break
        found.append(value)
    return found, at


def imported_memory(module: bytes) -> dict:
    """Pages of 64 KiB that a WebAssembly module asks its memory to have at first and at the most, and whether threads
    share it: from its import section (WebAssembly 2.0, 5.5.5).

    Raises:
        ValueError: it imports no memory.
    """
    at = 8
    while at < len(module):
        (kind, size), at = numbers(module, at, 2)
        if kind == 2:
            break
        at += size
    (count,), at = numbers(module, at, 1)
    for _ in range(count):
        for _ in range(2):  # the names of the module and of what is imported
            (length,), at = numbers(module, at, 1)
            at += length
        kind, at = module[at], at + 1
        if kind == 2:
            (flags, least), at = numbers(module, at, 2)
            most = numbers(module, at, 1)[0][0] if flags & 1 else None
            return {"least_pages": least, "most_pages": most, "shared": bool(flags & 2)}
        if kind == 1:  # a table: its type, then limits
            (_, flags, _), at = numbers(module, at, 3)
            at = numbers(module, at, 1)[1] if flags & 1 else at
        else:  # a function has one number, a global two
            at = numbers(module, at, 1 if kind == 0 else 2)[1]
    raise ValueError("the module imports no memory")


def in_page(page: Page, site: Site, options: dict, questions: list[str]) -> dict:
    """What the page answers, or `{"refused": why}` where the runtime says that this does not run here."""
    open_bare(page, site)
    try:
        found = page.eval(LOAD, options, timeout=LONGEST)
    except PageError as error:
        if error.code != "bad-option":
            raise
        return {"refused": error.message}
    answers = [ask(page, question, timeout=LONGEST, maxTokens=MOST_TOKENS) for question in questions]
    memory = page.eval("window.llm.dispose(); return window.memory;")
    return {**found, "memory": memory, "answers": answers}


def in_node(package: Path, export: Path, dtype: str, questions: list[str]) -> dict:
    job = [(package / "dist/node.js").as_uri(), f"{export}/", {"dtype": dtype, "threads": 1}, questions, MOST_TOKENS]
    command = ["node", "--input-type=module", "-e", IN_NODE, "-", json.dumps(job)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])


def place(engine: str, device: str, threads: int) -> str:
    """The name of a way to run the model, as the tables have it."""
    kind = "WebGPU" if device == "webgpu" else f"WebAssembly, {threads} thread{'s' if threads > 1 else ''}"
    return f"{ENGINE_NAMES[engine]}, {kind}"


def measure(package: Path, export: Path, bare: Path, judge: Judge, questions: list[str], webgpu: list[str]) -> dict:
    """Capabilities of each engine, and the comparison of each place and precision."""
    report: dict = {"engines": {}, "places": {}}

    def note(where: str, dtype: str, found: dict, native: bool = False) -> None:
        told = {key: value for key, value in found.items() if key != "answers"}
        told |= {} if "refused" in found else judge.compare(dtype, found["answers"], native)
        report["places"].setdefault(where, {})[dtype] = told

    for dtype in tqdm(DTYPES, desc=NODE):
        note(NODE, dtype, in_node(package, export, dtype, questions), native=True)
    for engine in ENGINES:
        if lacking := missing(engine):
            sys.exit(f"error: {lacking}; `make browsers` installs what is needed")
        with launch(engine) as browser, Site(bare) as site:
            capabilities = browser.driver.capabilities
            name = f"{capabilities['browserName']} {capabilities.get('browserVersion', '')}".strip()
            for threads in (2, 1):
                site.serve(isolated=threads > 1)
                if threads > 1:
                    detected = open_bare(browser.page, site).eval("return odin.detect();")
                    report["engines"][ENGINE_NAMES[engine]] = {"version": name} | detected
                for dtype in tqdm(DTYPES, desc=place(engine, "wasm", threads)):
                    options = {"device": "wasm", "dtype": dtype, "threads": threads}
                    note(place(engine, "wasm", threads), dtype, in_page(browser.page, site, options, questions))
        if engine in WEBGPU_ENGINES:
            with launch(engine, webgpu=True) as browser, Site(bare) as site:
                detected = open_bare(browser.page, site).eval("return odin.detect();")
                report["engines"][ENGINE_NAMES[engine]]["webGpu"] = detected["webGpu"]
                for dtype in tqdm(DTYPES, desc=place(engine, "webgpu", 1)):
                    options = {"device": "webgpu", "dtype": dtype}
                    note(place(engine, "webgpu", 1), dtype, in_page(browser.page, site, options, webgpu))
    return report


def cell(found: dict) -> str:
    """In words: refused, or how many answers are the same, and how near the others' tokens are to the likeliest."""
    if "refused" in found:
        return "refused"
    text = f"{found['equal']} of {found['questions']}"
    return text if found["gap"] == 0 else f"{text}, {found['gap']:.1g}"


def places_table(report: dict) -> str:
    """Markdown: a row for each place, a column for each precision."""
    lines = ["| | " + " | ".join(DTYPES) + " |", "| --- |" + " ---: |" * len(DTYPES)]
    order = [NODE]
    order += [place(engine, "wasm", threads) for engine in ENGINES for threads in (1, 2)]
    order += [place(engine, "webgpu", 1) for engine in WEBGPU_ENGINES]
    for where in order:
        lines.append(f"| {where} | " + " | ".join(cell(report["places"][where][dtype]) for dtype in DTYPES) + " |")
    return "\n".join(lines)


def engines_table(report: dict) -> str:
    """Markdown: what each engine has of what the runtime can use."""
    lines = [
        "| | version | SIMD | threads, when isolated | WebGPU adapter here | float16 | Cache API | Web Locks |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    yes = {True: "yes", False: "no"}
    for name in ENGINE_NAMES.values():
        engine = report["engines"][name]
        gpu = engine["webGpu"]
        adapter = gpu.get("adapter", "unnamed") if gpu["usable"] else "none"
        half = yes[gpu["fp16"]] if gpu["usable"] else "-"
        has = [yes[engine[key]] for key in ("simd", "threads")]
        rest = [yes[engine[key]] for key in ("cacheStorage", "locks")]
        lines.append(f"| {name} | {' | '.join([engine['version'], *has, adapter, half, *rest])} |")
    return "\n".join(lines)


def modules_table(report: dict) -> str:
    """Markdown: onnxruntime's builds, and the memory that each asks for."""
    lines = ["| build | MB | memory at first, MiB | at the most, MiB | shared |", "| --- | ---: | ---: | ---: | --- |"]
    for name, found in report["modules"].items():
        least, most = (found[key] * 64 / 1024 for key in ("least_pages", "most_pages"))
        shared = "yes" if found["shared"] else "no"
        lines.append(f"| `{name}` | {found['bytes'] / 1e6:.1f} | {least:.0f} | {most:,.0f} | {shared} |")
    return "\n".join(lines)


def memory_table(report: dict) -> str:
    """Markdown: the most that WebAssembly's memory grew to, by engine, on one thread."""
    lines = ["| WebAssembly memory, MB | " + " | ".join(DTYPES) + " |", "| --- |" + " ---: |" * len(DTYPES)]
    for engine in ENGINES:
        found = report["places"][place(engine, "wasm", 1)]
        sizes = " | ".join(f"{found[dtype]['memory'] / 1e6:.0f}" for dtype in DTYPES)
        lines.append(f"| {ENGINE_NAMES[engine]} | {sizes} |")
    return "\n".join(lines)


def operators_table(report: dict, audited: dict) -> str:
    """Markdown: how many nodes of each operator a file has, and where onnxruntime-web puts them."""
    lines = [
        "| operator | " + " | ".join(DTYPES) + " | on WebGPU |",
        "| --- |" + " ---: |" * len(DTYPES) + " --- |",
    ]
    on_gpu = {}
    for dtype in ("int8", "q4", "fp32"):  # what is not for WebGPU counts only where the others lack the operator
        placed = audited[dtype]["web"]["webgpu, as exported"]
        on_gpu |= {full_name(entry): webgpu(entry, placed) for entry in audited[dtype]["operators"]}
    for name in sorted({name for counts in report["operators"].values() for name in counts}):
        counts = " | ".join(str(report["operators"][dtype].get(name, "")) for dtype in DTYPES)
        lines.append(f"| {name} | {counts} | {on_gpu.get(name, 'not looked at')} |")
    return "\n".join(lines)


def tables(report: dict, audited: dict) -> dict[str, str]:
    """The blocks of docs/webassembly.md."""
    return {
        "places": places_table(report),
        "engines": engines_table(report),
        "modules": modules_table(report),
        "wasm memory": memory_table(report),
        "operators": operators_table(report, audited),
    }


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--webgpu-questions", type=int, default=2, help="so many only: software adapters are slow")
    options = parser.parse_args(arguments)
    questions = [item["question"] for item in generate("nano", "test", 1)]
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        export, bare, package = scratch / "odin-nano", scratch / "bare", scratch / "odin-llm"
        build(RELEASE, export)
        built = ["npm", "run", "build:runtime", "--", "--outDir", str(package / "dist"), "--emptyOutDir"]
        subprocess.run(built, cwd=ROOT / "space", check=True, stdout=subprocess.DEVNULL)
        shutil.copy(ROOT / "space/runtime/package.json", package)
        (scratch / "node_modules").symlink_to(ROOT / "space/node_modules")
        shutil.copytree(ROOT / "space/test/bare", bare)
        shutil.copytree(package / "dist", bare / "odin-llm")
        (bare / "models").mkdir()
        shutil.copytree(export, bare / "models/odin-nano")
        judge = Judge(export, scratch)
        counts = {
            dtype: {full_name(kind): kind["count"] for kind in operators(load(path))}
            for dtype, path in judge.files.items()
        }
        modules = {
            path.name: {"bytes": path.stat().st_size, **imported_memory(path.read_bytes())}
            for path in sorted((package / "dist/ort").glob("*.wasm"))
        }
        report = measure(package, export, bare, judge, questions, questions[: options.webgpu_questions])
    installed = json.loads((ROOT / "space/package-lock.json").read_text())["packages"]
    report |= {
        "machine": machine(),
        "model": json.loads((RELEASE / "manifest.json").read_text())["version"],
        "max_tokens": MOST_TOKENS,
        "versions": {"onnxruntime": version("onnxruntime")}
        | {
            name: installed[f"node_modules/{name}"]["version"]
            for name in ("onnxruntime-web", "onnxruntime-node", "@huggingface/transformers")
        },
        "operators": counts,
        "modules": modules,
    }
    write_json(RESULTS, report)
    for name, text in tables(report, json.loads(AUDITED.read_text())).items():
        replace_block(DOCUMENT, name, text)
        print(f"{text}\n")


if __name__ == "__main__":
    main()
