"""Code mode in real browsers: the editor, what the model proposes, and the tests that Python runs in the page."""

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from export.build import build
from tests.space.axe import violations
from tests.space.browsers import Page
from tests.space.conftest import REPOSITORY
from tests.space.visitor import TOY, Visitor


NANO = "model=models/odin-nano/"
START = 90  # seconds; Python takes some to start, more where all cores are busy
EDITOR = "const editor = document.querySelector('#program').shadowRoot.querySelector('.cm-content');"
HOSTILE = "<img src=x onerror=\"document.title='hacked'\"><script>document.title='hacked'</script>"
RTL = "مرحبا 💚 \u202e# שלום"
MULTIPLES = """def previous_multiple_of_7(n):
    '''Return the largest multiple of 7 that is at most n.

    >>> previous_multiple_of_7(30)
    28
    '''
    return n - n % 8"""
WATCH = """
window.refused = [];
document.addEventListener("securitypolicyviolation", ({ violatedDirective, sourceFile, lineNumber }) =>
  window.refused.push(`${violatedDirective} ${sourceFile}:${lineNumber}`));
"""


class Coder(Visitor):
    """A visitor of the code mode."""

    def __init__(self, page: Page, url: str, query: str = NANO):
        super().__init__(page, url, "code", query)
        self.wait(lambda: self.all("#program"))
        self.page.eval(WATCH)

    @property
    def program(self) -> str:
        """The lines that the editor shows; it shows all lines of a short program."""
        lines = self.page.eval(
            f"{EDITOR} return [...editor.querySelectorAll('.cm-line')].map((line) => line.textContent);"
        )
        return "\n".join(lines)

    def written(self, selector: str) -> str:
        """The text of what may go at any moment; empty where it is not there."""
        return self.page.eval("return document.querySelector(arguments[0])?.textContent ?? '';", selector)

    def focus_editor(self) -> None:
        self.page.eval(f"{EDITOR} editor.focus();")

    def type(self, *keys: str) -> None:
        """Presses keys, whatever has the focus: drivers find no elements in shadow roots alike."""
        ActionChains(self.driver).send_keys(*keys).perform()

    def chord(self, *keys: str) -> None:
        chain = ActionChains(self.driver)
        for key in keys:
            chain.key_down(key)
        for key in reversed(keys):
            chain.key_up(key)
        chain.perform()

    def paste_program(self, text: str) -> float:
        """Replaces the program, by way of the clipboard. Milliseconds until it is laid out."""
        self.page.eval(
            """
const source = document.createElement("textarea");
source.id = "source";
source.value = arguments[0];
document.querySelector("main").prepend(source);
source.focus();
source.select();""",
            text,
        )
        self.chord(Keys.CONTROL, "c")
        self.page.eval(f"""{EDITOR}
document.querySelector("#source").remove();
delete window.pasteMs;
editor.addEventListener("paste", () => {{
  const begin = performance.now();
  setTimeout(() => (editor.offsetHeight, (window.pasteMs = 1 + performance.now() - begin)));
}}, {{ capture: true, once: true }});
editor.focus();""")
        self.chord(Keys.CONTROL, "a")
        self.chord(Keys.CONTROL, "v")
        return self.wait(lambda: self.page.eval("return window.pasteMs ?? 0;"))

    def example(self, words: str) -> None:
        """Presses an example and waits for what the model proposes."""
        button = next(button for button in self.all("#examples button") if words in button.text)
        self.driver.execute_script("arguments[0].click()", button)
        self.proposed()

    def proposed(self) -> None:
        self.wait(lambda: self.all("#stats"))
        assert not self.error

    def rows(self, kind: str) -> list[str]:
        return [
            str(row.get_property("textContent")).strip("\n") for row in self.all(f"#change [data-kind={kind}] .text")
        ]

    def run(self) -> list[tuple[str, str]]:
        """Runs the tests; returns what is said of each: the outcome, and all words."""
        self.click("#run")
        self.wait(lambda: self.all("#results") or self.all("#trouble"), START)
        assert not self.all("#trouble"), self.text("#trouble")
        return [(item.get_attribute("data-outcome") or "", item.text) for item in self.all(".results li")]

    def refused(self) -> list[str]:
        return self.page.eval("return window.refused;")


@pytest.fixture(scope="module", autouse=True)
def nano_export(app) -> None:
    """The released model beside the toy; the build has copied that of `make export` where there is one."""
    if not (REPOSITORY / "odin-nano" / "config.json").is_file():
        pytest.skip("no released model in odin-nano/")
    build(REPOSITORY / "odin-nano", app / "models" / "odin-nano")


@pytest.fixture
def coder(engine_page, site) -> Coder:
    return Coder(engine_page, site.url)


def test_type_complete_take_and_run(coder):
    """Begin a function by keyboard, let the model complete it, take it, run tests that pass and that fail."""
    height = coder.find("#program").size["height"]
    assert height > 200, "its place is kept before anything is typed"
    coder.focus_editor()
    # Brackets and quotes close themselves, and the next line is indented.
    coder.type("def cut_out(text, i, j):", Keys.ENTER, "'''Return text without its characters from index i up to, ")
    coder.type("but not including, index j.")
    started = (
        "def cut_out(text, i, j):\n"
        "    '''Return text without its characters from index i up to, but not including, index j.'''"
    )
    assert coder.program == started
    style = coder.page.eval(
        EDITOR + "const style = (name) => getComputedStyle(editor.querySelector(name)).color;"
        "return [style('.tok-keyword'), style('.tok-string'), getComputedStyle(editor).color];"
    )
    assert len(set(style)) == 3, "keywords, strings and the rest have colours of their own"

    coder.chord(Keys.CONTROL, Keys.ENTER)
    coder.proposed()
    assert coder.rows("same") == started.split("\n"), "the docstring is kept"
    assert coder.rows("removed") == []
    assert coder.rows("added") == ["    return text[:i] + text[j:]"]
    assert "1 new line" in coder.text("#announce")
    assert violations(coder.page) == []

    coder.paste(
        "#tests", "assert cut_out('blackboard', 2, 5) == 'blboard'\nassert cut_out('sun', 0, 1) == 'sun'\nnotes"
    )
    assert "1 line without assert is left out" in coder.text("#tests-hint")
    assert "MB, once" in coder.text("#run")
    results = coder.run()
    assert [outcome for outcome, _ in results] == ["passed", "failed"]
    assert results[0][1].startswith("Passed")
    assert results[1][1].startswith("Failed") and "The value was 'un'" in results[1][1]
    assert coder.text("#summary").startswith("1 of 2 tests passed")
    assert violations(coder.page) == []

    coder.click("#take")
    assert coder.program == f"{started}\n    return text[:i] + text[j:]\n"
    assert not coder.all("#take")
    assert coder.page.eval("return document.activeElement.id;") == "run", "the focus has a place to be"
    assert "MB" not in coder.text("#run"), "Python is here"
    coder.focus_editor()
    coder.chord(Keys.CONTROL, "z")
    assert coder.program == started
    assert coder.refused() == []


def test_make_a_hole_fill_it_and_discard(coder):
    coder.paste_program(MULTIPLES)
    assert coder.find("#complete").get_attribute("data-task") == "complete"
    coder.chord(Keys.SHIFT, Keys.ARROW_LEFT)
    coder.click("#hole")
    assert coder.program.endswith("return n - n % ____")
    assert coder.find("#complete").get_attribute("data-task") == "fill"
    assert coder.text("#complete") == "Fill the hole"
    coder.click("#complete")
    coder.proposed()
    assert coder.rows("removed") == ["    return n - n % ____"]
    assert coder.rows("added") == ["    return n - n % 7"]
    coder.click("#discard")
    assert coder.program.endswith("return n - n % ____"), "nothing changes until it is taken"
    assert not coder.all("#change")
    assert coder.page.eval("return document.activeElement.id;") == "complete"


def test_tab_leaves_the_editor(coder):
    coder.focus_editor()
    coder.type("x = 1", Keys.TAB)
    assert coder.page.eval("return document.activeElement.id;") == "complete"
    assert coder.program == "x = 1"
    coder.chord(Keys.SHIFT, Keys.TAB)
    assert coder.page.eval("return document.activeElement.id;") == "program"


def test_watch_it_write_stop_and_try_another(browsers, engine, site):
    """The toy writes nonsense without end, tokens that would act as HTML among it."""
    # The first tab: WebKitGTK under automation takes any other for hidden, and draws no frames.
    coder = Coder(browsers(engine).page, site.url, TOY)
    coder.page.eval("""
const field = document.querySelector("#max-tokens");
field.value = "8192";
field.dispatchEvent(new InputEvent("input"));""")
    coder.paste("#instruction", "Return n.")
    coder.click("#write")
    growing = "#answer[data-growing=true] .proposal-body"
    first = coder.wait(lambda: coder.written(f"{growing} .words"))
    coder.wait(lambda: len(coder.written(growing)) > len(first))
    assert coder.state == "answering"
    coder.go("about")
    coder.go("code")
    assert coder.state == "answering", "looking elsewhere stops nothing"
    coder.click("#stop")
    coder.proposed()
    assert coder.find("#stats").get_attribute("data-finish") == "stopped"
    said = coder.text(".proposal-body .words")
    coder.click("#another")
    # Among tokens that are drawn the end may be drawn as well.
    coder.wait(lambda: coder.all("#stats") or len(coder.written(f"{growing} .words")) > 40)
    coder.page.eval("document.querySelector('#stop')?.click();")
    coder.proposed()
    assert coder.text(".proposal-body .words")[:40] != said[:40], "drawn with another seed"
    assert coder.all("#answer img, #answer script, #answer b, #answer style") == []
    assert "hacked" not in coder.page.title
    assert coder.refused() == []


def test_hostile_text_is_text(coder):
    text = f"{HOSTILE}\n{RTL}\n\x1b"
    coder.paste_program(text)
    shown = coder.program.split("\n")
    assert shown[0] == HOSTILE
    assert shown[1].replace("•", "").startswith("مرحبا 💚")
    # Half a character, which no driver takes as it is.
    coder.page.eval(
        """
const field = document.querySelector("#instruction");
field.value = `${arguments[0]} \\ud800`;
field.dispatchEvent(new InputEvent("input", { bubbles: true }));""",
        HOSTILE,
    )
    coder.paste("#tests", f"assert '{HOSTILE}' == {RTL!r}\n{HOSTILE}")
    coder.click("#write")
    coder.proposed()
    coder.run()
    assert HOSTILE in coder.text("#results")
    # CodeMirror marks the edge of what cannot be edited with an image without a source.
    held = """
const own = [...editor.querySelectorAll("img:not(.cm-widgetBuffer), script")];
return [...document.querySelectorAll("main img, main script"), ...own].length;"""
    assert coder.page.eval(EDITOR + held) == 0
    assert "hacked" not in coder.page.title
    assert coder.refused() == []


@pytest.mark.parametrize("text", ["n = n + 1  # again\n" * 5300, "x" * 100_000], ids=["lines", "line"])
def test_a_long_paste_stays_quick(coder, text):
    coder.example("weave")
    assert coder.paste_program(text) < 2000
    assert coder.text("#answer .note").startswith("Change: 2 new lines")
    assert len(coder.all("#change .line")) < 30, "long runs of lines are folded"
    coder.click("#complete")
    coder.wait(lambda: coder.all("#problem"))
    assert "16384" in coder.text("#problem").replace(",", ""), "a prompt has a longest length"
    assert coder.all("#again")


def test_examples_are_what_the_page_says(tab, site):
    """At temperature 0 the model solves all but the one that is named as too hard."""
    coder = Coder(tab, site.url)
    labels = [button.text for button in coder.all("#examples button")]
    assert {label.split(":")[0] for label in labels} == {"Write", "Complete", "Fill", "Too hard"}
    for label in labels:
        coder.example(label)
        outcomes = {outcome for outcome, _ in coder.run()}
        assert (outcomes == {"passed"}) == (not label.startswith("Too hard")), label
    assert "MBPP" in coder.wait(lambda: coder.all("#scores") and coder.text("#scores"))


def test_what_a_run_may_come_to(tab, site):
    coder = Coder(tab, site.url)
    coder.paste_program("print('<b>hello</b>')")
    assert coder.text("#run").strip().startswith("Run the program")
    assert coder.run() == []
    assert "ran to its end" in coder.text("#summary")
    assert coder.text("#output") == "<b>hello</b>\n"

    coder.paste_program("def f():\n    return 1\nundefined")
    coder.paste("#tests", "assert f() == 1")
    assert "have changed since" in coder.text("#summary")
    assert coder.run()[0][1].startswith("Not run")
    assert "NameError in line 3" in coder.text("#summary")

    coder.paste_program("def f():\n    while True: pass")
    assert coder.run()[0][0] == "error"
    assert "stopped after 5 s" in coder.text("#summary")

    coder.click("#run")
    coder.wait(lambda: coder.all("#run-status") and "Running" in coder.text("#run-status"))
    coder.click("#stop-run")
    coder.wait(lambda: coder.all("#summary"))
    assert coder.text("#summary") == "The run was stopped."


def test_python_is_fetched_with_progress_cancel_and_retry(tab, site, app):
    (wasm,) = (app / "pyodide").glob("*.wasm")
    coder = Coder(tab, site.url)
    assert not any("pyodide" in request.path for request in site.log), "nothing unasked"
    coder.paste_program("x = 1")
    coder.paste("#tests", "assert x == 1")

    site.fail(f"pyodide/{wasm.name}", status=503)
    coder.click("#run")
    coder.wait(lambda: coder.all("#trouble"))
    assert coder.find("#trouble").get_attribute("data-code") == "download"
    assert "Try again" in coder.text("#run")

    site.heal()
    site.serve(bytes_per_second=2_000_000)
    coder.click("#run")
    coder.wait(lambda: coder.all("#run-status") and "of 1" in coder.text("#run-status"))
    coder.wait(lambda: 0.05 < coder.page.eval("return document.querySelector('.run progress').value;") < 1)
    coder.click("#stop-run")
    coder.wait(lambda: coder.all("#run"))
    assert not coder.all("#trouble"), "stopping is no error"

    site.serve(bytes_per_second=None)
    assert coder.run() == [("passed", "Passed assert x == 1")]


def test_nothing_to_ask(coder):
    coder.click("#complete")
    assert "no program yet" in coder.text("#problem")
    coder.click("#write")
    assert "Say first in words" in coder.wait(lambda: coder.all("#problem") and coder.text("#problem"))
    assert not coder.all("#again"), "asking the same again would not help"
    assert coder.state == "idle", "nothing is loaded for nothing"


def test_phone_width(tab, site):
    coder = Coder(tab, site.url)
    size = {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": True}
    coder.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        coder.example("column")
        assert coder.page.eval("return document.documentElement.scrollWidth;") == 360
        assert violations(coder.page) == []
        tops = [coder.find(selector).location["y"] for selector in ("#program", "#answer", "#tests")]
        assert tops == sorted(tops), "one below the other"
    finally:
        coder.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
