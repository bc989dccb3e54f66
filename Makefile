# Zhixing. `make help` lists the targets.
SHELL := /bin/bash
PY := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help run test check bench setup setup-test clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: setup ## set everything up and serve the product with its worker at http://127.0.0.1:8000
	@.venv/bin/zhixing serve --demo

test: setup-test ## set up what tests need and run the whole suite: linters, SQLite, PostgreSQL, browser
	@$(PY) scripts/suite.py

check: setup-test ## linters, types and import contracts only
	@$(PY) scripts/suite.py check

bench: setup-test ## the benchmarks: ratios against peers and the bare database, in one run
	@$(PY) -m benchmarks

setup:
	@bash scripts/setup.sh run

setup-test:
	@bash scripts/setup.sh test

clean: ## remove the virtual environment and fetched front-end files (data in var/ stays)
	rm -rf .venv node_modules zhixing/web/static/vendor
