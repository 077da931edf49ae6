# Everything lives in .venv; nothing else on the machine is used but Python 3.11+ and a C compiler.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
GRPCIO_TOOLS := grpcio-tools==1.63.2
# Tests run two at a time: the threads of PyTorch's and NumPy's matrices would wait for one another.
PYTEST := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n 2

# Python keeps what it compiles, also where it is told not to: each start of a test takes less time then.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-core test-pythons matrix sanitize faults fuzz bench figures lint types format proto \
  proto-check wheel release wild clients passes docs docs-serve notebooks clean

# Fill a sample net and look at it.
demo: $(VENV)/.installed
	$(BIN)/fillerkit init sample_nets/lenet/deploy.prototxt --seed 1701 -o lenet.npz
	$(BIN)/fillerkit show sample_nets/lenet/deploy.prototxt

# Every test, the long ones too. PYTEST_ARGS='-m "not long"' leaves those out.
test: $(VENV)/.test
	$(PYTEST) --dist worksteal $(PYTEST_ARGS)

# What needs no optional library, without the long tests: on this Python, and on all that are here.
test-core: $(VENV)/.core
	$(PYTEST) --dist worksteal -m "not long" -r fE $(PYTEST_ARGS)

test-pythons:
	.ci/pythons

# The same bits on all Pythons and libraries that are here: tools/matrix.py. --extremes: the ends alone.
matrix: $(VENV)/.installed
	$(BIN)/python tools/matrix.py $(MATRIX_ARGS)

# The kernels and their tests under GCC's sanitizers.
sanitize: $(VENV)/.test
	.ci/sanitize $(BIN)/python $(SANITIZE_ARGS)

# A fault at every call of the system that writes a file, in every format: 3,000 runs, some minutes.
faults: $(VENV)/.test
	FILLERKIT_MOMENTS=10000 $(PYTEST) tests/faults/test_writing.py

# Every reader fuzzed, in so many minutes altogether: tests/fuzz/README.md
MINUTES ?= 5
fuzz: $(VENV)/.test
	$(BIN)/python tests/fuzz/fuzz.py --seconds $$((60 * $(MINUTES)))

# How fast it is, beside what limits it and what others take: benchmarks/README.md
bench: $(VENV)/.test
	$(BIN)/python benchmarks/bench.py --json bench.json $(BENCH_ARGS)

# The figures and numbers of docs/xavier.md, and README.md's picture of a report.
figures: $(VENV)/.test
	$(BIN)/python tools/figures.py

# The site, in build/site; it fails at a warning and at a link that leads nowhere.
docs: $(VENV)/.docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

docs-serve: $(VENV)/.docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs serve

# The notebooks of examples/ are run, and show what is stored in them; NOTEBOOKS=--write stores it.
notebooks: $(VENV)/.docs
	$(BIN)/python tools/notebooks.py $(NOTEBOOKS)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Generate src/fillerkit/schema/ from proto/; proto-check fails where it would change something.
proto: $(VENV)/.proto
	$(BIN)/python tools/make_schema.py

proto-check: $(VENV)/.proto
	$(BIN)/python tools/make_schema.py --check

# Hold a corpus of real nets against what Caffe makes of them: make wild CORPUS=folder
wild: $(VENV)/.test
	$(BIN)/python tools/wild.py $(CORPUS)

# What other programs make of our files, each in an environment of its own: docs/clients.md.
# make clients [CLIENTS="opencv4 ncnn"] [CORPUS=folder NETS="'*googlenet*' '*vgg*'"] [PAGE=docs/clients.md]
clients: $(VENV)/.test
	$(BIN)/python tools/clients.py $(CLIENTS) $(if $(CORPUS),--corpus $(CORPUS)) \
	  $(if $(NETS),--nets $(NETS)) $(if $(PAGE),--page $(PAGE))

# Forward passes of the deploy nets there beside OpenCV's and, with CAFFE_PYTHON=python, Caffe 1.0's.
passes: $(VENV)/.test
	$(BIN)/python tools/passes.py sample_nets $(CORPUS) --caffe-python '$(CAFFE_PYTHON)' $(PASSES_ARGS)

# The sdist and the wheel, in dist/, looked at and tried on all Pythons that are here: tools/make_wheel.py.
wheel: $(VENV)/.release
	$(BIN)/python tools/make_wheel.py

# All of a release but the upload: make release VERSION=1.0.0 (CONTRIBUTING.md).
release: $(VENV)/.release
	$(BIN)/python tools/release.py $(VERSION) $(RELEASE_ARGS)

clean:
	rm -rf $(VENV) .venv-* build dist examples/out *.egg-info src/*.egg-info .pytest_cache .mypy_cache .ruff_cache

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "fillerkit needs Python 3.11 or later; say which with PYTHON=...")'
	$(PYTHON) -m venv $(VENV)

define install
	$(BIN)/python -m pip install --quiet --no-compile $(1)
	touch $@
endef

$(VENV)/.installed: pyproject.toml | $(BIN)/python
	$(call install,--editable .)

$(VENV)/.test: pyproject.toml | $(BIN)/python
	$(call install,--editable '.[test]')
	touch $(VENV)/.installed

$(VENV)/.core: pyproject.toml | $(BIN)/python
	$(call install,--editable '.[test-core]')

$(VENV)/.dev: $(VENV)/.test
	$(call install,--editable '.[dev]')

$(VENV)/.docs: $(VENV)/.test
	$(call install,--editable '.[docs]')

$(VENV)/.release: pyproject.toml | $(BIN)/python
	$(call install,--editable '.[release]')

# Without its dependencies: the compiler needs none, and they would pull protobuf back to 5. The tests bring
# another version: after them it is this one again.
$(VENV)/.proto: $(wildcard $(VENV)/.test) | $(BIN)/python
	$(call install,--no-deps $(GRPCIO_TOOLS))

COMMA := ,
# All that .ci/run needs: asked once, pip takes half the time that it takes for one after another.
$(VENV)/.ci: pyproject.toml | $(BIN)/python
	$(call install,--editable '.[test$(COMMA)dev$(COMMA)docs]')
	$(call install,--no-deps $(GRPCIO_TOOLS))
	touch $(addprefix $(VENV)/.,installed test dev docs proto)
