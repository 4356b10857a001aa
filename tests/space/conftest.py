"""The built app and the built package with a toy model, a server that can misbehave, and real browsers."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from selenium.common.exceptions import WebDriverException
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from configuration_odin import OdinConfig
from export.build import build
from modeling_odin import OdinForCausalLM
from tests.space import learner
from tests.space.browsers import ENGINES, Browser, Page, launch, missing
from tests.space.classroom import Classroom, open_classroom
from tests.space.lab import Lab
from tests.space.server import Site
from tests.space.talker import save_talker


REPOSITORY = Path(__file__).parents[2]
SPACE = REPOSITORY / "space"
# Tokens that would act, were model text ever put into the page as HTML.
HOSTILE = [
    "<img src=x onerror=\"document.title='hacked'\">",
    "<script>document.title='hacked'</script>",
    "<b>bold</b>",
    "<style>body{display:none}</style>",
    "&lt;i&gt;",
]
# The bytes of these characters, four, two and three, are all that one model ever says.
CYCLE = "💚é€"
CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def browser_missing(reason: str):
    """Skips the test, or fails it where browsers are required."""
    reason = f"browser test not run: {reason}; `make browsers` installs what it needs"
    if os.environ.get("ODIN_REQUIRE_BROWSERS") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def toy_folder(tmp_path_factory) -> Path:
    """A toy release folder, as `python -m export` reads it: random weights, byte-level tokenizer."""
    folder = tmp_path_factory.mktemp("toy") / "toy"
    tokenizer = toy_tokenizer()
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = OdinConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        head_dim=16,
        intermediate_size=48,
        decay_rank=8,
        gate_rank=8,
        tie_word_embeddings=False,  # a random tied model repeats its input for ever
    )
    model = OdinForCausalLM(config).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            # Larger than at the start of training, so that every part of the model matters to the tokens.
            parameter.add_(torch.randn_like(parameter) * 0.1)
            if "out_proj" in name or "down_proj" in name:
                parameter.mul_(20)
        # It never ends an answer by itself, so that a test has time to press Stop.
        model.get_output_embeddings().weight[config.eos_token_id] = 0
    model.save_pretrained(folder)
    return folder


def toy_tokenizer() -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=320,
        special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(["How many apples does Tom have?\n#### 33\n<<3*7=21>>"] * 4, trainer)
    tokenizer.add_tokens([AddedToken(text, normalized=False) for text in HOSTILE])
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        clean_up_tokenization_spaces=False,
    )
    fast.chat_template = CHAT_TEMPLATE
    return fast


@pytest.fixture(scope="session")
def toy_export(tmp_path_factory, toy_folder) -> Path:
    """What `python -m export` makes of the toy: its ONNX files, tokenizer, configuration and manifest."""
    folder = tmp_path_factory.mktemp("export") / "toy"
    build(toy_folder, folder)
    return folder


@pytest.fixture(scope="session")
def app(tmp_path_factory, toy_export) -> Path:
    """The production build of the app, with the toy in `models/toy/`."""
    folder = npm_run("build", tmp_path_factory.mktemp("app") / "dist")
    shutil.copytree(toy_export, folder / "models" / "toy")
    return folder


@pytest.fixture(scope="session")
def package(tmp_path_factory) -> Path:
    """The package `odin-llm` as it is published: the folder that holds package.json and dist/. Its dependencies are
    beside it, where Node and TypeScript look for them."""
    folder = tmp_path_factory.mktemp("package") / "odin-llm"
    npm_run("build:runtime", folder / "dist")
    shutil.copy(SPACE / "runtime" / "package.json", folder)
    (folder.parent / "node_modules").symlink_to(SPACE / "node_modules")
    return folder


@pytest.fixture(scope="session")
def bare(tmp_path_factory, package, toy_export) -> Path:
    """A page with nothing but the built package, in `odin-llm/`, and the toy, in `models/toy/`."""
    folder = tmp_path_factory.mktemp("bare") / "bare"
    shutil.copytree(SPACE / "test" / "bare", folder)
    shutil.copytree(package / "dist", folder / "odin-llm")
    shutil.copytree(toy_export, folder / "models" / "toy")
    return folder


@pytest.fixture(scope="session")
def nano(bare) -> Path:
    """The export of the released odin-nano beside the bare page; that of `make export` where it is up to date."""
    if not (REPOSITORY / "odin-nano" / "config.json").is_file():
        pytest.skip("no released model in odin-nano/")
    folder = bare / "models" / "odin-nano"
    made = SPACE / "public" / "models" / "odin-nano"
    if made.is_dir():
        shutil.copytree(made, folder)
    build(REPOSITORY / "odin-nano", folder)
    return folder


@pytest.fixture(scope="session")
def trainable_nano(tmp_path_factory) -> Path:
    """The export of the released odin-nano with its training graph; that of `make export` where it is up to date."""
    if not (REPOSITORY / "odin-nano" / "config.json").is_file():
        pytest.skip("no released model in odin-nano/")
    folder = tmp_path_factory.mktemp("trainable") / "odin-nano"
    made = SPACE / "public" / "models" / "odin-nano"
    if made.is_dir():
        shutil.copytree(made, folder)
    learner.save_export(REPOSITORY / "odin-nano", folder)
    return folder


@pytest.fixture(scope="session")
def learner_folder(tmp_path_factory) -> Path:
    """A toy release folder of a model that knows some answers by heart."""
    return learner.save_learner(tmp_path_factory.mktemp("learner") / "learner")


@pytest.fixture(scope="session")
def learners(tmp_path_factory, learner_folder) -> dict[str, Path]:
    """The exports of the learner with a training graph, by its kind: `full` and `lora`."""
    folder = tmp_path_factory.mktemp("learners")
    return {kind: learner.save_toy_export(learner_folder, folder / kind, kind) for kind in learner.KINDS}


@pytest.fixture(scope="session")
def says_cycle(bare, toy_folder, tmp_path_factory):
    """A model beside the bare page that says CYCLE for ever, a byte a token."""
    folder = tmp_path_factory.mktemp("cycle") / "cycle"
    tokenizer = PreTrainedTokenizerFast.from_pretrained(toy_folder)
    ids = tokenizer(CYCLE)["input_ids"]
    assert len(ids) == len(CYCLE.encode())
    save_talker(folder, tokenizer, ids)
    build(folder, bare / "models" / "cycle", dtypes=("fp32",))
    return ids


@pytest.fixture(scope="session")
def odin_100m(tmp_path_factory) -> Path:
    """An export of odin-100m with random weights, in int8; its graph is kept where `export.benchmark` keeps them."""
    from tests.space.loading import random_release

    kept = REPOSITORY / "benchmark-models"
    folder = tmp_path_factory.mktemp("odin-100m")
    return random_release(kept if kept.is_dir() else folder / "graphs", folder / "odin-100m")


def npm_run(script: str, folder: Path) -> Path:
    """Runs a build script of the Space into `folder`."""
    npm = shutil.which("npm")
    if npm is None or not (SPACE / "node_modules").is_dir():
        browser_missing("the Space's packages are not installed (`npm ci` in space/)")
    command = [npm, "run", script, "--", "--outDir", folder, "--emptyOutDir"]
    subprocess.run(command, cwd=SPACE, check=True, timeout=120)
    return folder


@pytest.fixture
def site(app):
    """The app on a server of its own, which can misbehave."""
    with Site(app) as site:
        yield site


@pytest.fixture
def bare_site(bare):
    """The bare page on a server of its own, which can misbehave."""
    with Site(bare) as site:
        yield site


@pytest.fixture(scope="session")
def browsers():
    """`browsers(engine)`: a running browser of that engine, one for the session, or a skip."""
    with contextlib.ExitStack() as stack:
        running: dict[str, Browser] = {}

        def browser(engine: str) -> Browser:
            if reason := missing(engine):
                browser_missing(reason)
            if engine not in running:
                running[engine] = stack.enter_context(launch(engine))
            return running[engine]

        yield browser


@pytest.fixture(params=ENGINES, scope="session")
def engine(request) -> str:
    """Each engine in turn."""
    return request.param


@pytest.fixture(params=[True, False], ids=["isolated", "open"])
def isolated(request) -> bool:
    """With the headers that allow threads, and without."""
    return request.param


@pytest.fixture
def engine_page(browsers, engine) -> Iterator[Page]:
    """An empty tab in each engine's browser, closed afterwards. A browser that the test ended is started again."""
    browser = browsers(engine)
    page = browser.new_tab()
    yield page
    try:
        browser.close_tabs()
    except WebDriverException:
        browser.restart(keep_profile=False)


@pytest.fixture
def tab(browsers) -> Iterator[Page]:
    """An empty tab of Chromium, for what all engines do alike."""
    browser = browsers("chromium")
    yield browser.new_tab()
    browser.close_tabs()


@pytest.fixture(params=[True, False], ids=["isolated", "open"], scope="module")
def lab(request, browsers, engine, bare) -> Iterator[Lab]:
    """The bare page in a tab that the tests of a module share, with the models that they have loaded."""
    with Site(bare, isolated=request.param) as site:
        lab = Lab(browsers(engine).new_tab(), site, isolated=request.param)
        yield lab
        lab.page.close()


@pytest.fixture(scope="module")
def classroom(browsers, engine, bare, learners, toy_export) -> Iterator[Classroom]:
    """A tab of each engine in which the tests of a module teach the learners; `untaught` has no training graph."""
    models = {"learner": learners["full"], "learner-lora": learners["lora"], "untaught": toy_export}
    with open_classroom(browsers(engine), bare, models) as room:
        yield room


@pytest.fixture
def room(classroom) -> Classroom:
    """The classroom with the learner, all of whose parameters are trained; nothing is learned or stored yet."""
    return classroom.enter("learner", clear=True)


@pytest.fixture
def lora_room(classroom) -> Classroom:
    """The classroom with the learner of which a low-rank adapter is trained; nothing is learned or stored yet."""
    return classroom.enter("learner-lora", clear=True)


@pytest.fixture
def chromium(browsers):
    """Selenium's driver of a headless Chromium that can reach no other machine."""
    return browsers("chromium").page.driver
