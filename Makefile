PYTHON ?= python3
VENV ?= .venv
bin = $(VENV)/bin
ready = $(VENV)/.ready
demo = .demo/Pictures
# Compiled modules are kept, whatever the environment says: the program starts other processes, and the tests hundreds.
export PYTHONDONTWRITEBYTECODE =
# Workers may not write files. So what only they import is compiled by importing it once, which prints more than it says.
models = deepface.DeepFace, hdbscan, keras, tensorflow
.PHONY: setup run test clients check bench

setup: $(ready)

# make run LIBRARY=DIR serves that folder; without it, a demonstration library with a data directory of its own.
run: $(ready) $(if $(LIBRARY),,$(demo))
	$(bin)/photos-graph serve $(if $(LIBRARY),"$(LIBRARY)",--data-dir .demo/data $(demo))

# Four processes on two cores, since tests wait for their engine half of the time.
test: $(ready)
	$(bin)/python -m pytest --numprocesses 4 --dist loadscope --no-loadscope-reorder

# Programs that use the libraries of clients, against a real service. They need Node.js.
clients: $(ready)
	$(bin)/python -m tests.clients

check: $(ready)
	$(bin)/ruff format --check . && $(bin)/ruff check .
	$(bin)/mypy && $(bin)/ty check --python $(VENV) && $(bin)/lint-imports

bench: $(ready)
	$(bin)/python -m benchmarks

$(ready): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(bin)/pip install --quiet --no-compile --disable-pip-version-check --constraint constraints.txt --editable '.[dev,demo,ml,text,cluster]'
	-@DEEPFACE_BACKEND_ENGINE=onnx DEEPFACE_HOME=$(VENV) $(bin)/python -c 'import $(models)' >/dev/null 2>&1
	@touch $@

$(demo): | $(ready)
	$(bin)/photos-graph demo $(demo)
