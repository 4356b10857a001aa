"""The maths solver: steps that come one by one, each checked; models that always say the same are asked."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys
from transformers import PreTrainedTokenizerFast

from export.build import build
from tests.space.browsers import Page
from tests.space.server import Site
from tests.space.talker import save_talker, token_ids
from tests.space.visitor import Visitor


# A token each: a right step, one without a calculation, a wrong one, and the answer.
SAID = ["More", ": ", "12+21", "=33\n", "And", " then", ".\n", "Total", ": <<", "3*7", "=22", ">>\n", "#### ", "33"]
# As models go on that forget to end.
ON = "\n\n"
SOLUTION = "".join(SAID)
WRONG = "3 × 7 is 21, not 22"
QUESTION = "What is 12 + 21?"
HOSTILE = "<img src=x onerror=\"document.title='hacked'\"><script>document.title='hacked'</script><h1>3+4</h1>"
RTL = "\u202eevil\u202c مرحبا 12 + 30 שלום \u2067abc\u2069 💚"
# What the page shows while it changes: how many steps, whether the last one still grows, and which steps are marked.
WATCH = """
window.seen = [];
const look = () => {
  const steps = [...document.querySelectorAll("#steps > li")];
  const of = (step) => [step.dataset.step, step.querySelector("[data-verdict]")?.dataset.verdict ?? null];
  window.seen.push([steps.length, ...steps.slice(-4).map(of)]);
};
const anything = { childList: true, subtree: true, characterData: true };
new MutationObserver(look).observe(document.querySelector("main"), anything);
"""


class Solver(Visitor):
    """A visitor of the maths mode who has loaded a model: `ends` says SOLUTION, `goes-on` says it again and again."""

    def __init__(self, page: Page, url: str):
        self.page, self.url = page, url
        self.model = ""

    def visit(self, model: str) -> "Solver":
        """The page with that model, and nothing asked; what the tests before have left is gone."""
        if model != self.model:
            # From a page that differs in its query alone Firefox's driver does not wait for the new one.
            self.page.goto("about:blank")
            super().__init__(self.page, self.url, "maths", f"model=models/{model}/&dtype=fp32&device=wasm&threads=1")
            self.page.eval("localStorage.setItem('odin.maxTokens', '8192');")
            self.driver.refresh()
            self.load()
            self.model = model
        self.go("maths")
        self.one_by_one(False)
        return self

    def begin(self, question: str) -> None:
        self.paste("#prompt", question)
        self.find("#prompt").send_keys(Keys.ENTER)

    def finish(self) -> str:
        """Waits for the end of the answer; returns how it ended."""
        self.wait(lambda: self.state != "answering" and self.all("#result[data-finish]"))
        return self.find("#result").get_attribute("data-finish") or ""

    def solve(self, question: str) -> str:
        self.begin(question)
        return self.finish()

    def show(self, mode: str) -> None:
        """Goes to a mode by its address."""
        self.page.eval("location.hash = `#/${arguments[0]}`;", mode)
        self.wait(lambda: self.mode == mode and not self.all("main .waiting"))

    def one_by_one(self, wanted: bool) -> None:
        if self.find("#one-by-one").is_selected() != wanted:
            self.click("#one-by-one")

    def steps(self) -> list[str]:
        return self.page.eval(
            "return [...document.querySelectorAll('#steps > li')].map((step) => step.textContent.trim());"
        )

    def verdicts(self) -> list[str]:
        """Of the calculations, in order."""
        return self.page.eval(
            "return [...document.querySelectorAll('#steps [data-verdict]')].map((found) => found.dataset.verdict);"
        )

    def focused(self) -> str:
        return self.page.eval("return document.activeElement.id || document.activeElement.localName;")

    def press(self, *keys: str) -> None:
        """Presses keys on what has the focus."""
        self.driver.switch_to.active_element.send_keys(*keys)


@pytest.fixture(scope="module")
def talkers(toy_folder, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("talkers")
    for name, last, again in (("ends", [], None), ("goes-on", [ON], 0)):
        tokenizer = PreTrainedTokenizerFast.from_pretrained(toy_folder)
        save_talker(folder / "torch" / name, tokenizer, token_ids(tokenizer, [*SAID, *last]), again)
        build(folder / "torch" / name, folder / "onnx" / name, dtypes=("fp32",))
    return folder / "onnx"


@pytest.fixture(scope="module")
def talking_site(app, talkers) -> Iterator[Site]:
    with Site({"": app, "models/": talkers}) as site:
        yield site


@pytest.fixture(scope="module")
def visit(browsers, engine, talking_site) -> Iterator[Solver]:
    """One visit in each engine, in the first tab: WebKitGTK under automation takes any other for hidden, and draws no
    frames."""
    page = browsers(engine).page
    yield Solver(page, talking_site.url)
    page.goto("about:blank")


@pytest.fixture
def solver(visit) -> Solver:
    return visit.visit("ends")


@pytest.fixture
def endless(visit) -> Solver:
    return visit.visit("goes-on")


@pytest.fixture
def tab_solver(tab, talking_site) -> Solver:
    """In Chromium, for what all engines do alike."""
    return Solver(tab, talking_site.url).visit("ends")


def test_each_step_is_checked(solver):
    assert solver.solve(QUESTION) == "eos"
    right, words, wrong = solver.steps()
    assert right.startswith("More: 12 + 21 = 33") and right.endswith("correct")
    assert wrong.startswith("Total: 3 × 7 = 22") and "wrong" in wrong and wrong.endswith("it is 21")
    assert words == "And then."
    assert solver.verdicts() == ["right", "wrong"]
    assert solver.find("#steps [data-verdict=wrong] small").text == "it is 21", "it is there to be seen"
    assert solver.text("#answer strong") == "33"
    # The last calculation comes to 22.
    summary = f"1 of 2 calculations is wrong: {WRONG}. The answer is not the result of the last calculation."
    assert solver.find("#summary").get_attribute("data-verdict") == "wrong"
    assert summary in solver.text("#summary")
    assert solver.text("#summary [data-trial=holds]").strip() == "Calculated by the page: 12 + 21 = 33."
    steps = "More: 12 + 21 = 33. And then. Total: 3 × 7 = 22, wrong: it is 21. Answer: 33. "
    solver.wait(lambda: solver.text("#announce"))
    assert solver.text("#announce") == steps + summary, "what a screen reader says"
    record = solver.record("#result")
    assert record["prompt"] == {"messages": [{"role": "user", "content": QUESTION}]}
    assert len(record["tokens"]) == len(SAID) + 1

    assert solver.solve("What is 12 + 22?") == "eos"
    assert "12 + 22 = 34, so the answer is wrong" in solver.text("#summary [data-trial=fails]")


def test_another_answer(solver):
    solver.solve(QUESTION)
    first = solver.record("#result")
    solver.click("[data-action=another]")
    assert solver.finish() == "eos"
    other = solver.record("#result")
    assert other["prompt"] == first["prompt"]
    assert other["parameters"]["temperature"] > first["parameters"]["temperature"] == 0
    assert len(solver.steps()) == 3 and solver.text("#answer strong") == "33"


def test_one_step_at_a_time(solver):
    """By keyboard: nothing is to be seen before it is asked for."""
    solver.one_by_one(True)
    assert solver.solve(QUESTION) == "eos"
    for step, key, last in ((1, Keys.ENTER, "correct"), (2, Keys.SPACE, "And then."), (3, Keys.ENTER, "it is 21")):
        assert len(solver.steps()) == step - 1
        assert not solver.all("#answer, #summary")
        assert solver.text("#reveal") == f"Show step {step}"
        solver.wait(lambda: solver.focused() == "reveal")
        solver.press(key)
        solver.wait(lambda step=step: len(solver.steps()) == step)
        assert solver.steps()[-1].endswith(last)
    assert solver.text("#reveal") == "Show the answer"
    solver.press(Keys.ENTER)
    solver.wait(lambda: solver.all("#answer"))
    assert WRONG in solver.text("#summary")
    assert not solver.all("#reveal, #reveal-all")
    # The button that had the focus is gone.
    solver.wait(lambda: solver.focused() == "result")

    solver.click("[data-action=another]")
    solver.finish()
    assert solver.steps() == [], "another solution begins hidden"
    solver.click("#reveal-all")
    solver.wait(lambda: solver.all("#summary"))
    assert len(solver.steps()) == 3
    solver.wait(lambda: solver.focused() == "result")

    # What can be seen stays when the choice changes.
    solver.one_by_one(False)
    assert len(solver.steps()) == 3
    solver.one_by_one(True)
    assert len(solver.steps()) == 3


@pytest.mark.parametrize("question", [HOSTILE, RTL], ids=["html", "right-to-left"])
def test_hostile_questions_are_text(solver, question):
    assert solver.solve(question) == "eos"
    assert solver.text("#result .question") == question
    assert solver.record("#result")["prompt"]["messages"][0]["content"] == question
    assert not solver.all("main img, main script, #result h1")
    assert solver.page.title == "Maths solver · ODIN"


def test_half_a_character(solver):
    """As a cut paste brings it; no driver takes it as it is."""
    solver.page.eval('document.querySelector("#prompt").value = "a\\ud83d b\\udc9a 12+21";')
    solver.find("#prompt").send_keys(Keys.ENTER)
    assert solver.finish() == "eos"
    assert solver.page.eval("return document.querySelector('#result .question').textContent.length;") == 11
    assert solver.text("#answer strong") == "33"


def test_a_paste_of_100_kB(solver):
    text = "7 apples and <b>8</b> pears\n" * 3600
    assert len(text) > 100_000
    assert solver.solve(text) == "error"
    assert "too long" in solver.text("#result [role=alert]")
    assert len(solver.text("#result .question")) < 400, "laying out a book would hold up the page"
    assert solver.text("[data-action=again]").strip() == "Retry"
    assert solver.solve(QUESTION) == "eos"
    assert not solver.error


def test_an_empty_question(solver):
    solver.begin(" \n ")
    assert "no question yet" in solver.wait(lambda: solver.all("#problem") and solver.text("#problem"))
    assert solver.focused() == "prompt"
    assert solver.solve(QUESTION) == "eos"
    assert not solver.all("#problem")


def test_steps_come_one_after_another(endless):
    """A step is checked once it is complete, and a solution grows on while the visitor looks elsewhere."""
    endless.page.eval(WATCH)
    endless.begin(QUESTION)
    endless.wait(lambda: len(endless.steps()) > 5)
    # Not by a press: Chromium's driver takes seconds for one while the page draws that fast.
    endless.show("about")
    assert endless.state == "answering"
    endless.show("maths")
    before = len(endless.steps())
    endless.wait(lambda: len(endless.steps()) > before)
    endless.page.eval("document.querySelector('#stop').click();")
    assert endless.finish() == "stopped"

    seen = endless.page.eval("return window.seen;")
    writing = [(steps, last) for steps, *last in seen if last]
    counts = [steps for steps, _ in writing]
    assert counts == sorted(counts) and len(set(counts)) > 4, counts
    for _, last in writing[:-1]:
        assert all(state == "finished" for state, _ in last[:-1]), "only the last step may still grow"
    assert any(last[-1][0] == "growing" for _, last in writing)
    assert all(mark is None for _, last in writing for state, mark in last if state == "growing")
    assert {mark for _, last in writing for state, mark in last if state == "finished"} == {"right", "wrong", None}


def expected(tokens: int) -> str:
    """What the endless model says in so many tokens."""
    round = [*SAID, ON]
    return "".join(round[i % len(round)] for i in range(tokens))


def test_stop_and_retry(endless):
    endless.begin(QUESTION)
    endless.wait(lambda: len(endless.verdicts()) > 1)
    endless.click("#stop")
    assert endless.finish() == "stopped"
    tokens = len(endless.record("#result")["tokens"])
    assert 0 < tokens < 8192
    # The line in which it was cut is not checked: what stands there could have gone on.
    lines = expected(tokens).splitlines(keepends=True)
    whole = "".join(line for line in lines if line.endswith("\n"))
    wrong, right = whole.count("3*7=22"), whole.count("12+21=33")
    assert sorted(endless.verdicts()) == ["right"] * right + ["wrong"] * wrong
    counted = f"{wrong} of {wrong + right} calculations {'is' if wrong == 1 else 'are'} wrong: {WRONG}."
    assert counted in endless.text("#summary")
    assert not endless.all("[data-trial]"), "an answer that was cut is not tried"

    parts = ("#steps", "#summary", "#result .stats")
    kept = [endless.text(part) for part in parts]
    endless.go("chat")
    endless.go("maths")
    assert [endless.text(part) for part in parts] == kept
    assert endless.find("#prompt").get_property("value") == QUESTION

    endless.click("[data-action=again]")
    endless.wait(lambda: endless.state == "answering" and endless.all("#steps > li"))
    endless.click("#stop")
    assert endless.finish() == "stopped"
    assert not endless.error


def test_steps_are_held_back_while_the_model_goes_on(endless):
    endless.one_by_one(True)
    endless.begin(QUESTION)
    endless.wait(lambda: endless.all("#reveal[aria-disabled=false]"))
    assert endless.state == "answering"
    assert endless.steps() == []
    endless.press(Keys.ENTER)
    endless.wait(lambda: len(endless.steps()) == 1)
    assert endless.verdicts() == ["right"]
    endless.click("#stop")
    assert endless.finish() == "stopped"
    assert len(endless.steps()) == 1, "stopping shows nothing unasked"
    endless.click("#reveal-all")
    endless.wait(lambda: endless.all("#summary"))


def test_copy(tab_solver):
    tab_solver.solve(QUESTION)
    tab_solver.click("#result .actions [data-action=copy]")
    tab_solver.wait(lambda: "Copied" in tab_solver.text("#result .actions"))
    assert tab_solver.copied() == SOLUTION
    tab_solver.record("#result")
    tab_solver.click("#result .record [data-action=copy]")
    tab_solver.wait(lambda: "Copied" in tab_solver.text("#result .record"))
    assert tab_solver.copied() == tab_solver.text("#result .record pre")


def test_phone_width(tab_solver):
    size = {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": True}
    tab_solver.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    for question in (QUESTION, "9" * 250, HOSTILE):
        assert tab_solver.solve(question) == "eos"
        tab_solver.record("#result")
        assert tab_solver.page.eval("return [innerWidth, document.documentElement.scrollWidth];") == [360, 360]
