PYTHON ?= python3
VENV ?= .venv
bin = $(VENV)/bin
ready = $(VENV)/.ready
usable = $(VENV)/.usable
# uv takes a third of pip's time. pyvips must not be built for an older libvips of the system, which pkg-config would find; its
# own comes with pyvips-binary.
install = PKG_CONFIG=false $(bin)/uv pip install --quiet --python $(bin)/python --constraint constraints.txt --editable
demo = .demo/Pictures
# Compiled modules are kept, whatever the environment says: the program starts other processes, and the tests hundreds.
export PYTHONDONTWRITEBYTECODE =
# Workers may not write files. So what only they import is compiled by importing it once, which prints more than it says.
models = deepface.DeepFace, hdbscan, onnx
.PHONY: setup run test again clients owner check docs bench release

setup: $(ready)

# make run LIBRARY=DIR serves that folder; without it, a demonstration library with a data directory of its own.
run: $(usable) $(if $(LIBRARY),,$(demo))
	$(bin)/photos-graph serve $(if $(LIBRARY),"$(LIBRARY)",--data-dir .demo/data $(demo))

# Four processes on two cores, since tests wait for their engine half of the time. What they import is compiled before,
# so that they do not all compile it. After a run that did not come to its end (1 means that tests failed), `make again` finds
# nothing, and fails.
test: $(ready)
	-@$(bin)/python -m pytest --collect-only -qq >/dev/null
	$(bin)/python -m pytest --numprocesses 4 --dist loadscope --no-loadscope-reorder || { code=$$?; [ $$code = 1 ] || rm -rf .pytest_cache; exit $$code; }

# What failed in the last run of the tests, by itself and until one test fails again.
again: $(ready)
	$(bin)/python -m pytest --last-failed --last-failed-no-failures none --maxfail 1

# Programs that use the libraries of clients, against a real service. They need Node.js.
clients: $(ready)
	$(bin)/python -m tests.clients

# The first hour of an owner, in a real browser. Tags are learnt and corrected in it only where there are photographs to learn
# from; the pictures of docs/guides/tour.md come from the demonstration library alone.
owner: $(ready)
	$(bin)/python -m tests.owner $(if $(wildcard ../shared/corpora/scenes),,--demo)

check: $(ready)
	$(bin)/ruff format --check . && $(bin)/ruff check . && $(bin)/hadolint Dockerfile
	$(bin)/mypy && $(bin)/ty check --python $(VENV) && $(bin)/lint-imports

# A site in .site. Links that lead nowhere, and whatever a page would fetch from elsewhere, are errors.
docs: $(ready)
	NO_MKDOCS_2_WARNING=1 $(bin)/mkdocs build --strict

bench: $(ready)
	$(bin)/python -m benchmarks

# In dist: a source distribution, the wheel that is built from it and tried in an environment of its own, and what that
# environment consists of, with the licences. It takes minutes, because everything is installed.
release:
	$(PYTHON) -m venv --clear .release/tools
	.release/tools/bin/pip install --quiet --disable-pip-version-check --constraint constraints.txt build cyclonedx-bom pip-licenses
	rm -rf dist
	.release/tools/bin/python -m build
	.release/tools/bin/python -m tests.release dist/*.whl --into .release/environment
	.release/tools/bin/cyclonedx-py environment --pyproject pyproject.toml --output-file dist/sbom.json .release/environment
	.release/tools/bin/pip-licenses --python .release/environment/bin/python --format markdown --with-urls --output-file dist/licences.md

# What the service needs.
$(usable): pyproject.toml constraints.txt
	@.ci/packages run
	$(PYTHON) -m venv $(VENV)
	$(bin)/pip install --quiet --disable-pip-version-check --constraint constraints.txt uv
	$(install) '.[faces,features,text,hdbscan]'
	-@DEEPFACE_BACKEND_ENGINE=onnx DEEPFACE_HOME=$(VENV) $(bin)/python -c 'import $(models)' >/dev/null 2>&1
	@touch $@

# What tests, types and benchmarks need as well.
$(ready): $(usable)
	@.ci/packages test
	$(install) '.[dev,demo,ml,text,hdbscan,dask,fsspec]'
	-@$(bin)/python -c 'import keras, tensorflow' >/dev/null 2>&1
	@touch $@

$(demo): | $(usable)
	$(install) '.[demo]'
	$(bin)/photos-graph demo $(demo)
