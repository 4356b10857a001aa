# The commands of the house. `make demo` and `make test` are all that a newcomer needs; both install what they lack.

PYTHON ?= python3
MODEL ?= odin-nano
PORT ?= 7860
# On Linux the index's own torch brings CUDA along; PyTorch's CPU index has a small one:
#   make demo TORCH="torch==2.13.0 --index-url ..."
TORCH ?= torch==2.13.0
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
EXPORTED := space/public/models/$(MODEL)
# What the page needs to teach the model.
TRAINING := $(EXPORTED)/onnx/train.json
# The transformer that the page's dashboard compares the model with.
REFERENCE := space/public/models/reference-$(MODEL:odin-%=%)
EXPORTERS := $(wildcard export/*.py) training/manifest.py
TRAINERS := $(wildcard export/training_graph/*.py)
SPACE_SOURCES := $(shell find space/app space/runtime space/index.html space/vite.config.ts -path space/runtime/dist -prune -o -type f -print 2>/dev/null)

# The model has to work in transformers 4.57, which Optimum's exporter needs, and in 5, which most people have.
NEXT := .venv-transformers5/bin/python

.PHONY: demo test test-transformers5 lint install export browsers nginx sandbox clean help

help:
	@echo "make demo      install, build and serve the Space on http://localhost:7860"
	@echo "make test      install and run all tests"
	@echo "make test-transformers5  the model's tests under transformers 5"
	@echo "make browsers  install Chromium, Firefox and WebKitGTK with apt (for the browser tests)"
	@echo "make nginx     install nginx, its brotli module and shellcheck with apt (for the tests of hosting/)"
	@echo "make sandbox   install bubblewrap with apt (one more layer around generated programs)"
	@echo "make lint      ruff, mypy, TypeScript"
	@echo "make clean     remove what was built"

demo: $(TRAINING) $(REFERENCE)/manifest.json space/dist/index.html
	@echo "Serving the Space on http://localhost:$(PORT) (Ctrl-C stops it)"
	cd space && npm run --silent serve -- --port $(PORT)

export: $(TRAINING) $(REFERENCE)/manifest.json
$(EXPORTED)/manifest.json: $(MODEL)/manifest.json $(EXPORTERS) | .stamps/install
	$(BIN)/python -m export --model $(MODEL) --out $(EXPORTED)
	@touch $@

# It adds its files to the manifest, and must be the newer one in the end.
$(TRAINING): $(EXPORTED)/manifest.json $(TRAINERS)
	$(BIN)/python -m export.training_graph --model $(MODEL) --onnx $(EXPORTED)
	@touch $@

# An export whose manifest make has deleted is one that nobody may replace.
.PRECIOUS: $(EXPORTED)/manifest.json $(TRAINING)

$(REFERENCE)/manifest.json: $(MODEL)/config.json $(EXPORTERS) | .stamps/install
	$(BIN)/python -m export.reference --model $(MODEL) --out $(REFERENCE)
	@touch $@

# The server takes the newest export along when it starts, so that an export alone needs no new build.
space/dist/index.html: $(SPACE_SOURCES) .stamps/node | $(TRAINING) $(REFERENCE)/manifest.json
	cd space && npm run --silent build
	@touch $@

install: .stamps/install
.stamps/install: pyproject.toml
	@mkdir -p .stamps
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version)'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) install $(TORCH)
	$(PIP) install -e ".[dev]"
	@touch $@

# It borrows all but transformers and what that needs, torch above all, from the first environment.
.stamps/transformers5: .stamps/install
	test -x $(NEXT) || $(PYTHON) -m venv .venv-transformers5
	$(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' \
		> "$$($(NEXT) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/borrowed.pth"
	$(NEXT) -m pip --disable-pip-version-check --quiet install --no-warn-conflicts "transformers==5.17.*"
	@touch $@

.stamps/node: space/package.json space/runtime/package.json space/package-lock.json
	@mkdir -p .stamps
	@node -e 'if (+process.versions.node.split(".")[0] < 20) { console.error("Node 20 or newer is needed, this is " + process.version); process.exit(1) }'
	cd space && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

# A core for each process, except for browsers and training, which have processes of their own and times to keep.
# Of a thousand browser tests one may meet a driver that hangs or a core that is taken away: it is run once more, and
# listed. What is wrong fails twice.
test: .stamps/install $(TRAINING) $(REFERENCE)/manifest.json space/dist/index.html lint
	cd space && npm run --silent test
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --ignore=tests/space --ignore=tests/training --ignore=tests/test_demo.py \
		--numprocesses=logical --maxprocesses=4 --dist=loadfile
	$(BIN)/python -m pytest tests/training tests/test_demo.py
	$(BIN)/python -m pytest tests/space --reruns 1 -r R
	$(MAKE) --no-print-directory test-transformers5

test-transformers5: .stamps/transformers5
	$(NEXT) -m pytest tests/configuration_odin tests/modeling_odin

lint: .stamps/install .stamps/node
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	cd space && npm run --silent typecheck

browsers:
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
		chromium chromium-driver firefox-esr mesa-vulkan-drivers webkit2gtk-driver xvfb >/dev/null

nginx:
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
		nginx libnginx-mod-http-brotli-static shellcheck >/dev/null

sandbox:
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends bubblewrap >/dev/null

clean:
	rm -rf .stamps .venv-transformers5 space/dist space/runtime/dist space/public/models space/public/ort space/node_modules
