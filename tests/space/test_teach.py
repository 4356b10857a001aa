"""Teaching in the app: lessons that are ready and examples of one's own, in every state that a visitor may come to."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.space.axe import violations
from tests.space.browsers import Page
from tests.space.server import Site
from tests.space.visitor import WATCH_SHIFTS, Visitor


# The toy gives one answer to every question once it was taught, also to those that were held out.
ANSWER = "Rome"
EXAMPLES = [{"question": f"Say {number}", "answer": ANSWER} for number in range(10, 40)]
JSONL = "\n".join(map(json.dumps, EXAMPLES))
CSV = "prompt,completion\n" + "\n".join(f"Say {number},{ANSWER}" for number in range(10, 40))
HOSTILE = "<img src=x onerror=\"document.title='hacked'\"><script>document.title='hacked'</script>"
RATE, PASSES = 3e-3, 12
LONG = 50
PATIENCE = 120

DROP = """
const [name, text] = arguments;
const dataTransfer = new DataTransfer();
dataTransfer.items.add(new File([text], name));
const drop = new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer });
document.querySelector("#drop").dispatchEvent(drop);
"""
# Gives an adapter's files to the page, as the browser's dialogue does.
CHOOSE = """
const [selector, files] = arguments;
const transfer = new DataTransfer();
for (const [name, text] of files) {
  transfer.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name));
}
const input = document.querySelector(selector);
input.files = transfer.files;
input.dispatchEvent(new Event("change", { bubbles: true }));
"""
# Keeps what is handed to the browser as a download, by its name, in base64.
CATCH_DOWNLOADS = """
window.downloads = {};
HTMLAnchorElement.prototype.click = async function () {
  const bytes = new Uint8Array(await (await window.blobs.get(this.href)).arrayBuffer());
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  window.downloads[this.download] = btoa(text);
};
window.blobs = new Map();
const make = URL.createObjectURL;
URL.createObjectURL = (blob) => {
  const url = make(blob);
  window.blobs.set(url, blob);
  return url;
};
"""


class Teacher(Visitor):
    """A visitor of the mode."""

    def __init__(self, page: Page, url: str, model: str = "full"):
        super().__init__(page, url, "teach", f"model=models/{model}/&device=wasm&threads=1")
        self.wait(lambda: self.all("#lessons"))

    @property
    def stage(self) -> str:
        return self.find("#lesson").get_attribute("data-stage") or "" if self.all("#lesson") else ""

    def give(self, text: str) -> None:
        """Pastes examples and has them read."""
        if not self.find(".paste").get_property("open"):
            self.click(".paste summary")
        self.paste("#example-text", text)
        self.click("#read-text")

    def plan(self, passes: int = PASSES, rate: float = RATE) -> None:
        if not self.find("#lesson .options").get_property("open"):
            self.click("#lesson .options summary")
        self.paste("#epochs", str(passes))
        self.paste("#learning-rate", str(rate))

    def begin(self, passes: int = PASSES) -> None:
        self.give(JSONL)
        self.wait(lambda: self.all("#lesson"))
        self.plan(passes)
        self.click("#teach")

    def until(self, stage: str) -> None:
        self.wait(lambda: self.stage == stage or self.error, PATIENCE)
        assert not self.error, self.error

    def steps(self) -> tuple[int, int]:
        """Steps that are done, and all of them."""
        words = self.text("[data-fact=step]").split()
        return (int(words[0]), int(words[2])) if len(words) == 3 else (0, 0)

    def reach(self, step: int) -> None:
        self.wait(lambda: self.steps()[0] >= step or self.error, PATIENCE)
        assert not self.error, self.error

    def score(self, when: str) -> tuple[int, int]:
        """Right answers, and all."""
        found = self.find(f"[data-score={when}]")
        return int(found.get_attribute("data-right")), int(found.get_attribute("data-asked"))

    def say(self, question: str) -> str:
        """What the model answers in a new conversation."""
        self.go("chat")
        if self.answers():
            self.click("#new")
        self.ask(question)
        said = self.text("#turns > li:last-child .answer-text")
        self.go("teach")
        return said.strip()


@pytest.fixture(scope="module")
def folders(app, learners, toy_export) -> dict[str, Path]:
    models = {**learners, "untaught": toy_export}
    return {"": app, **{f"models/{name}/": folder for name, folder in models.items()}}


@pytest.fixture(scope="module")
def school(folders) -> Iterator[Site]:
    with Site(folders) as site:
        yield site


@pytest.fixture
def teacher(engine_page, school) -> Teacher:
    return clean(Teacher(engine_page, school.url))


@pytest.fixture
def tab_teacher(tab, school) -> Teacher:
    """In Chromium, for what all engines do alike."""
    return clean(Teacher(tab, school.url))


def clean(teacher: Teacher) -> Teacher:
    """Without what a test before has left."""
    teacher.page.eval("localStorage.clear(); await caches.delete('odin-llm-training');")
    teacher.driver.refresh()
    teacher.wait(lambda: teacher.all("#lessons"))
    return teacher


def test_a_lesson(teacher):
    """Pasted examples are learned; other modes answer by them at once; then they are forgotten."""
    page = teacher.page
    page.eval(CATCH_DOWNLOADS)
    before = teacher.say("Say 99")
    assert before != ANSWER and not teacher.all("#taught")
    teacher.begin()
    teacher.until("taught")
    learned, held_out = int(teacher.text("[data-count=learn]")), int(teacher.text("[data-count=held-out]"))
    assert learned + held_out == len(EXAMPLES) and held_out > 0
    assert teacher.score("before") == (0, held_out)
    assert teacher.score("after") == (held_out, held_out)
    done, total = teacher.steps()
    assert done == total and teacher.text("[data-fact=seen]") == str(learned * PASSES)
    rows = page.eval(
        "return [...document.querySelectorAll('#taught-answers tbody tr')].map((row) => row.dataset.question);"
    )
    assert len(rows) == held_out
    points = teacher.find("#loss-chart polyline").get_attribute("points").split()
    assert len(points) == total
    heights = [float(point.split(",")[1]) for point in points]
    assert heights[-1] > heights[0], "the curve falls: places are counted from the top"
    assert teacher.say("Say 99") == ANSWER
    assert teacher.all("#taught")
    for name in ("tensors", "config", "record"):
        teacher.click(f"#download-{name}")
        teacher.wait(lambda: not teacher.find("#download-tensors").get_property("disabled"))
    files = teacher.wait(
        lambda: len(page.eval("return Object.keys(window.downloads);")) == 3 and page.eval("return window.downloads;")
    )
    assert set(files) == {"adapter_model.safetensors", "adapter_config.json", "training-record.json"}
    teacher.click("#forget")
    teacher.wait(lambda: teacher.find("#learned").get_attribute("data-source") == "release")
    assert not teacher.all("#taught")
    assert teacher.say("Say 99") == before

    chosen = [[name, files[name]] for name in ("adapter_config.json", "adapter_model.safetensors")]
    page.eval(CHOOSE, "#adapter-files", chosen)
    teacher.wait(lambda: teacher.find("#learned").get_attribute("data-source") == "file" or teacher.error)
    assert teacher.say("Say 99") == ANSWER


def test_a_lesson_that_is_interrupted(tab_teacher):
    """Paused, left for another mode, cut by a reload and taken up, stopped, used after another reload, forgotten."""
    teacher = tab_teacher
    teacher.begin(LONG)
    teacher.until("teaching")
    teacher.reach(3)
    teacher.click("#pause")
    teacher.until("paused")
    teacher.page.eval("await new Promise((resolve) => setTimeout(resolve, 300));")  # the step under way ends
    paused, total = teacher.steps()
    teacher.page.eval("await new Promise((resolve) => setTimeout(resolve, 700));")
    assert teacher.steps()[0] == paused < total
    teacher.click("#go-on")
    teacher.go("about")
    teacher.page.eval("await new Promise((resolve) => setTimeout(resolve, 1000));")
    teacher.go("teach")
    left = teacher.steps()[0]
    assert left > paused, "it goes on meanwhile"

    teacher.driver.refresh()
    teacher.wait(lambda: teacher.all("#kept"))
    assert f"of {total} steps" in teacher.text("#kept-says")
    teacher.click("#take-up")
    teacher.reach(left + 2)
    assert teacher.steps()[1] == total
    points = teacher.find("#loss-chart polyline").get_attribute("points").split()
    assert len(points) >= left + 2, "the curve is there from the start"
    teacher.click("#stop-lesson")
    teacher.until("taught")
    stopped = teacher.steps()[0]
    assert left + 2 <= stopped < total
    assert f"stopped after {stopped} of {total} steps" in teacher.text("#lesson-status")
    assert teacher.score("before")[1] == teacher.score("after")[1] > 0
    assert teacher.all("#continue-lesson")

    teacher.driver.refresh()
    teacher.wait(lambda: teacher.all("#kept"))
    assert f"{stopped} of {total} steps" in teacher.text("#kept-says")
    teacher.click("#use")
    teacher.wait(lambda: teacher.all("#taught") or teacher.error, PATIENCE)
    assert teacher.text("#kept-status") == "It is in use."
    teacher.click("#forget")
    teacher.wait(lambda: teacher.find("#learned").get_attribute("data-source") == "release")
    assert teacher.text("#kept-status") == "It is forgotten."
    teacher.driver.refresh()
    teacher.wait(lambda: teacher.all("#lessons"))
    assert not teacher.all("#kept")


NONSENSE = {
    "nothing": ("", "the file is empty"),
    "space": ("  \n\n ", "expected a column 'question'"),
    "words": ("Teach me something, please.", "no rows"),
    "other columns": ("a,b\n1,2\n", "expected a column 'question'"),
    "half a line of JSON": ('{"question": "1", "answer": "2"}\n{"question": ', "row 2"),
    "no answer": ('{"question": "1", "answer": "2"}\n{"question": "2", "answer": ""}', "row 2, column 'answer'"),
    "numbers": ('{"question": 1, "answer": 2}', "row 1"),
    "two answers": ('{"question": "1", "answer": "2"}\n{"question": "1", "answer": "3"}', "rows 1 and 2"),
    "too few": (JSONL.split("\n")[0], "20 to 500"),
    "too many": ("\n".join(json.dumps({"question": str(n), "answer": "x"}) for n in range(501)), "500"),
    "a list": ("[1, 2, 3]", "expected an object"),
}


def test_nonsense(teacher, school):
    """Is refused in words; nothing is fetched for it, and what was chosen before stays."""
    seen = len(school.log)
    teacher.click("[data-lesson=operator]")
    assert teacher.text("[data-count=learn]") == "100" and teacher.text("[data-count=held-out]") == "40"
    for name, (text, words) in NONSENSE.items():
        teacher.give("")
        teacher.give(text)
        teacher.wait(lambda words=words: words in teacher.error)
        assert teacher.find("#refusal").get_attribute("data-code") == "bad-data", name
        assert teacher.text("#material-title") == "A made-up operator", name
    teacher.page.eval(DROP, "picture.parquet", "PAR1 and then nothing")
    teacher.wait(lambda: "picture.parquet" in teacher.error)
    teacher.page.eval(DROP, "mine.csv", CSV)
    teacher.wait(lambda: teacher.text("#material-title") == "mine.csv")
    assert not teacher.error
    assert "prompt and completion" in teacher.text("#material-count")
    assert not [request for request in school.log[seen:] if request.path.endswith((".onnx", ".safetensors"))]


def test_hostile_examples_stay_text(tab_teacher):
    examples = [{"question": f"{number} {HOSTILE}", "answer": HOSTILE} for number in range(20)]
    tab_teacher.give("\n".join(map(json.dumps, examples)))
    tab_teacher.wait(lambda: tab_teacher.all("#material"))
    assert HOSTILE in tab_teacher.text("#examples-table tbody")
    assert not tab_teacher.all("#material img, #material script")
    assert tab_teacher.driver.title != "hacked"


def test_a_model_that_cannot_be_taught(tab, school):
    visitor = clean(Teacher(tab, school.url, "untaught"))
    visitor.click("[data-lesson=operator]")
    visitor.wait(lambda: visitor.find("#teach").get_property("disabled"))
    assert "exported without" in visitor.text("#lesson-status")


def test_storage_that_is_refused(tab, folders):
    """The lesson can be given without being kept."""
    worker = next(folders[""].glob("assets/worker-*.js"))
    refusing = b"Object.defineProperty(globalThis, 'caches', { get() { throw new Error('refused'); } });\n"
    with Site(folders) as site:  # a site of its own: no service worker has the script as it is
        site.fail(f"assets/{worker.name}", replace=refusing + worker.read_bytes())
        visitor = Teacher(tab, site.url)
        visitor.begin(2)
        visitor.wait(lambda: visitor.error, PATIENCE)
        assert visitor.find("#problem").get_attribute("data-code") == "storage"
        visitor.click("#teach-unsaved")
        visitor.until("taught")
        assert visitor.steps()[0] == visitor.steps()[1] > 0
        visitor.driver.refresh()
        visitor.wait(lambda: visitor.all("#lessons"))
        assert not visitor.all("#kept")


def test_axe_finds_nothing(tab_teacher):
    """In every stage, with an error, and with a lesson that is kept."""
    tab_teacher.begin(LONG)
    found = violations(tab_teacher.page)
    tab_teacher.reach(2)
    tab_teacher.click("#pause")
    found += violations(tab_teacher.page)
    tab_teacher.click("#stop-lesson")
    tab_teacher.until("taught")
    tab_teacher.give("nonsense")
    for scheme in ("light", "dark"):
        tab_teacher.page.eval("document.documentElement.dataset.scheme = arguments[0];", scheme)
        found += violations(tab_teacher.page)
    tab_teacher.driver.refresh()
    tab_teacher.wait(lambda: tab_teacher.all("#kept"))
    found += violations(tab_teacher.page)
    assert not found, "\n".join(found)


def test_nothing_sticks_out_of_a_phone(tab_teacher):
    phone = {"width": 320, "height": 700, "deviceScaleFactor": 2, "mobile": True}
    tab_teacher.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
    try:
        tab_teacher.begin(1)
        tab_teacher.until("taught")
        tab_teacher.page.eval("for (const part of document.querySelectorAll('main details')) part.open = true;")
        assert tab_teacher.page.eval("return [document.documentElement.scrollWidth, innerWidth];") == [320, 320]
    finally:
        tab_teacher.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_the_page_stays_where_it_is(tab_teacher):
    """Also when results come; keys and clicks excuse what follows at once."""
    tab_teacher.begin(3)
    tab_teacher.page.eval(WATCH_SHIFTS)
    tab_teacher.until("taught")
    tab_teacher.go("chat")
    tab_teacher.go("teach")
    assert sum(tab_teacher.page.eval("return window.shifts;")) < 0.01


def test_odin_nano_learns_an_operator(browsers, app, trainable_nano):
    """The lesson that the page offers, as it is: a rule that nobody told, from 100 examples, for other numbers."""
    with Site({"": app, "models/odin-nano/": trainable_nano}) as site:
        browser = browsers("chromium")
        teacher = clean(Teacher(browser.new_tab(), site.url, "odin-nano"))
        teacher.click("[data-lesson=operator]")
        teacher.wait(lambda: "MB" in teacher.text("#lesson-status"))
        teacher.click("#teach")
        teacher.wait(lambda: teacher.stage == "taught" or teacher.error, 300)
        assert not teacher.error, teacher.error
        (before, asked), (after, _) = teacher.score("before"), teacher.score("after")
        browser.close_tabs()
    assert asked == 40
    assert before <= 0.1 * asked
    assert after >= 0.8 * asked
