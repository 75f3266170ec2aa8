PYTHON ?= python3
VENV ?= .venv
bin = $(VENV)/bin
ready = $(VENV)/.ready
demo = .demo/Pictures
.PHONY: setup run test test-embedded test-neo4j test-none check bench

setup: $(ready)

# make run LIBRARY=DIR serves that folder; without it, a demonstration library with a data directory of its own.
run: $(ready) $(if $(LIBRARY),,$(demo))
	$(bin)/photos-graph serve $(if $(LIBRARY),"$(LIBRARY)",--data-dir .demo/data $(demo))

# All at a time, since tests wait for their engine half of the time; the lines of all come as they are.
test: $(ready)
	+$(MAKE) --no-print-directory --jobs 3 --keep-going test-embedded test-neo4j test-none

test-embedded test-neo4j test-none: $(ready)
	$(bin)/python -m pytest --engine $(@:test-%=%)

check: $(ready)
	$(bin)/ruff format --check . && $(bin)/ruff check .
	$(bin)/mypy && $(bin)/ty check --python $(VENV) && $(bin)/lint-imports

bench: $(ready)
	$(bin)/python -m benchmarks

$(ready): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(bin)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev,demo,ml,cluster]'
	@touch $@

$(demo): | $(ready)
	$(bin)/photos-graph demo $(demo)
