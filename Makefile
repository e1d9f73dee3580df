# Each target makes what it needs; `make help` lists them.

PYTHON ?= python3
BIN := .venv/bin
PORT ?= 4566
SHOP_PORT ?= 4568
WORKERS ?= 2

.PHONY: help demo test check bench soak clean

help: ## List the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

demo: $(BIN)/relance ## Deploy on this machine, play a visit, show its SMS, stay up (ONCE=1: check and stop; DAYS=: of the simulated shop; PORT=, SHOP_PORT=)
	@$(BIN)/python -m cli.demo --port $(PORT) --shop-port $(SHOP_PORT) $(if $(ONCE),--once) $(if $(DAYS),--days $(DAYS))

test: $(BIN)/.dev ## Run every test, the deployed stack and a browser included (ARGS=, WORKERS=0: in one process)
	@$(BIN)/python -m tests.prerequisites
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder $(ARGS)

check: $(BIN)/.dev ## Lint, types, import contracts, templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m tests.lint_template

bench: $(BIN)/.dev ## Measure, print a table, write bench/results.json
	$(BIN)/python -m bench

soak: $(BIN)/.dev ## The long forms of the tests that attack promises
	@$(BIN)/python -m tests.prerequisites
	RELANCE_SOAK=1 $(BIN)/python -m pytest tests/promises tests/e2e/test_sending_behind_faults.py tests/e2e/test_described_api.py $(ARGS)

clean: ## Remove what the other targets made
	rm -rf .venv .demo .cache .chalice/deployments

$(BIN)/relance: requirements.txt requirements-cli.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing what Relance runs on (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-cli.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(BIN)/.dev: $(BIN)/relance requirements-dev.txt
	@echo "Installing what checks and tests run on (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
