# Everything that this project does by hand starts here: `make help`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PRESSROOM_DATA_DIR ?= .data
export PIP_DISABLE_PIP_VERSION_CHECK = 1
# Or each process that a test starts would compile all modules once more: half of its start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run test bench lint translations fonts frontend lock migration packages clean

help: ## Show this list
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.runtime ## Start the demo: environment, database, example data, web and worker
	@PRESSROOM_ENV=$${PRESSROOM_ENV:-demo} exec $(BIN)/python -m pressroom.cli demo

test: $(VENV)/.dev packages ## Run every test, with the branch coverage
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --cov=pressroom --cov-branch --cov-report=term:skip-covered --cov-fail-under=95

bench: $(VENV)/.dev $(PRESSROOM_DATA_DIR)/peers ## Measure the speed beside that of peers; most=10000 stops at smaller lists
	@command -v wrk >/dev/null && [ -x /usr/sbin/nginx ] || sh tests/packages.sh wrk nginx-light
	$(BIN)/python -m benchmarks $(if $(most),--most $(most))

lint: $(VENV)/.dev ## Check the style of the code and the catalogue
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

translations: $(VENV)/.dev ## Extract the sentences and bring the catalogues up to date
	$(BIN)/pybabel -q extract -F pyproject.toml --ignore-dirs '.*' -k _l -c Translators: --omit-header --no-location --sort-by-file -o translations/messages.pot pressroom
	$(BIN)/pybabel -q update -i translations/messages.pot -d translations -N --omit-header --ignore-pot-creation-date --ignore-obsolete

migration: $(VENV)/.dev ## Write a migration from the models: make migration m="what it does"
	$(BIN)/python -m pressroom.cli db upgrade
	$(BIN)/python -m pressroom.cli db migrate -m "$(m)" --rev-id $$(printf '%04d' $$(( $$(ls migrations/versions/*.py | wc -l) + 1 )))

frontend: ## Rebuild the editor (needs Node.js)
	cd frontend && npm ci --no-audit --no-fund && npm run build

fonts: $(VENV)/.dev ## Subset the fonts again (needs Node.js to fetch them)
	npm install --no-save --no-audit --no-fund --prefix .fonts @fontsource-variable/faustina@5 @fontsource-variable/atkinson-hyperlegible-next@5
	$(BIN)/python tools/subset_fonts.py .fonts/node_modules

lock: ## Lock the dependencies again (needs uv)
	uv pip compile pyproject.toml --upgrade --generate-hashes --no-header --no-annotate -q -o requirements.txt
	uv pip compile pyproject.toml --upgrade --group dev --generate-hashes --no-header --no-annotate -q -o requirements-dev.txt

packages:
	@sh tests/packages.sh

$(VENV)/bin/python:
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); sh tests/packages.sh python3-venv && $(PYTHON) -m venv $(VENV); }

$(VENV)/.runtime: requirements.txt | $(VENV)/bin/python
	@test -e $(VENV)/.dev || $(BIN)/pip install -q --require-hashes -r requirements.txt
	@$(BIN)/python tools/link_checkout.py
	@touch $@

# The peers of the benchmarks, apart from what this project needs itself.
$(PRESSROOM_DATA_DIR)/peers:
	@$(PYTHON) -m venv $@ && $@/bin/pip install -q 'Django==5.2.*' 'wagtail==7.*' granian || { rm -rf $@; exit 1; }

$(VENV)/.dev: requirements-dev.txt | $(VENV)/bin/python
	$(BIN)/pip install -q --require-hashes -r requirements-dev.txt
	@$(BIN)/python tools/link_checkout.py
	@touch $@

clean: ## Remove the environment and the demo's data
	rm -rf $(VENV) .data .fonts
