"""The built app with a toy model, a server that can misbehave, and a real browser."""

import http.server
import os
import shutil
import subprocess
import threading
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from configuration_odin import OdinConfig
from export.build import build
from modeling_odin import OdinForCausalLM


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
def browser_programs() -> dict[str, str]:
    """Paths of Chromium and its driver, or a skip."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
    driver = shutil.which("chromedriver")
    if not chromium or not driver:
        browser_missing("no chromium" if not chromium else "no chromedriver")
    return {"browser": chromium, "driver": driver}


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
def app(tmp_path_factory, toy_folder) -> Path:
    """The production build of the app, with the toy in `models/toy/`."""
    npm = shutil.which("npm")
    if npm is None or not (SPACE / "node_modules").is_dir():
        browser_missing("the Space's packages are not installed (`npm ci` in space/)")
    folder = tmp_path_factory.mktemp("app") / "dist"
    subprocess.run(
        [npm, "run", "build", "--", "--outDir", folder, "--emptyOutDir"], cwd=SPACE, check=True, timeout=120
    )
    build(toy_folder, folder / "models" / "toy")
    return folder


@dataclass
class Faults:
    """How the server misbehaves, by path; and whether it sends the headers that allow threads."""

    missing: set[str] = field(default_factory=set)
    cut: set[str] = field(default_factory=set)
    replaced: dict[str, bytes] = field(default_factory=dict)
    isolated: bool = True


class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.0"  # one request a connection, so that closing it is what a cut looks like
    extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript"}

    def __init__(self, *args, faults: Faults, **kwargs):
        self.faults = faults
        super().__init__(*args, **kwargs)

    def end_headers(self):
        if self.faults.isolated:
            self.send_header("Cross-Origin-Opener-Policy", "same-origin")
            self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def do_GET(self):
        path = self.path.split("?")[0].lstrip("/")
        if path in self.faults.missing:
            return self.send_error(404)
        if path not in self.faults.cut and path not in self.faults.replaced:
            return super().do_GET()
        body = self.faults.replaced.get(path) or Path(self.translate_path(self.path)).read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if path in self.faults.cut else body)

    def log_message(self, *args):
        pass


@dataclass
class Site:
    url: str
    faults: Faults


@pytest.fixture
def site(app):
    """The app on a server of its own; `site.faults` makes it misbehave."""
    faults = Faults()
    handler = partial(Handler, directory=app, faults=faults)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield Site(f"http://127.0.0.1:{server.server_port}/", faults)
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def chromium(browser_programs):
    """A headless Chromium that can reach no other machine, so that a page that asks a CDN fails."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = browser_programs["browser"]
    for flag in (
        "headless=new",
        "no-sandbox",
        "disable-gpu",
        "disable-dev-shm-usage",
        "disable-background-networking",
    ):
        options.add_argument(f"--{flag}")
    for flag in ("disable-component-update", "disable-sync", "window-size=1200,1000"):
        options.add_argument(f"--{flag}")
    options.add_argument("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
    driver = webdriver.Chrome(options=options, service=Service(browser_programs["driver"]))
    yield driver
    driver.quit()
