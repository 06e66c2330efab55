# Helpdesk iSPEKS: two commands do it all, `make run` and `make test`. They need python3 (3.11 or newer, with venv) and make.

PYTHON ?= python3
HELPDESK = .venv/bin/helpdesk
TOOLS = .venv/bin

# The first port of the row (make run PORT=9000), whether business time may be moved (CLOCK=adjustable), where tests find
# Postgres and NATS (INFRA=containers), and how many run at a time (JOBS=2). ARGS go to pytest as they are. DATA=delete is
# for make down.
PORT ?= 8000
CLOCK ?=
INFRA ?=
JOBS ?= 1
DATA ?=
ARGS ?=

# How long a storm lasts, its seed (any by default), and whether its report is kept in docs/storm.md.
MINUTES ?= 10
SEED ?=
KEEP ?=

# Processes that share the tests must find the same ones: no random order of sets.
PYTEST = $(if $(filter 1,$(JOBS)),,PYTHONHASHSEED=0 )$(TOOLS)/pytest$(if $(filter 1,$(JOBS)),, -n $(JOBS) --dist loadfile --no-loadscope-reorder)

.DEFAULT_GOAL := help
.PHONY: help install install-dev run demo up down reset test bench check format lint types imports containers-test docs lock fuzz storm rush

##@ Run it

run: install ## everything on one machine, from http://127.0.0.1:8000 on (PORT=9000 moves the row; CLOCK=adjustable)
	@exec $(HELPDESK) run --tethered --port $(PORT) --clock "$(CLOCK)"

demo: install ## the same, with a year of complaints in it (some minutes); needs an empty .run/
	@exec $(HELPDESK) demo --tethered --port $(PORT) --clock "$(CLOCK)"

up: install ## the same as containers, where Docker has compose (PORT=9000)
	@exec $(HELPDESK) up --port $(PORT)

down: install ## stop those; their data stays (DATA=delete: all of it, after asking)
	@exec $(HELPDESK) down --data "$(DATA)"

reset: install ## delete all data in .run/, after asking
	@exec $(HELPDESK) reset

##@ Prove it

test: install-dev ## every test, on Postgres and NATS from wheels (INFRA=containers: on containers; ARGS="-k words")
	@INFRA=$(INFRA) $(PYTEST) $(ARGS)

check: install-dev format lint types imports containers-test test ## what CI runs

fuzz: install-dev ## twenty times the random requests of the tests, against every service and as every role
	@FUZZ=20 $(TOOLS)/pytest -q tests/contract/test_fuzz.py

storm: install-dev ## programs killed at random under traffic, every call checked (MINUTES=10; SEED=7; KEEP=1: into docs/)
	@$(TOOLS)/python -m tests.faults.storm --minutes $(MINUTES) $(if $(SEED),--seed $(SEED)) $(if $(KEEP),--keep)

rush: install-dev ## 5,000 notifications at a provider of fifty a second, notify killed ten times on the way; some six minutes
	@RUSH=whole $(TOOLS)/pytest -q -s tests/faults/test_rush.py

format: install-dev ## whether ruff would have written it so
	@$(TOOLS)/ruff format --check --quiet . || { echo "Not formatted. Mend it: $(TOOLS)/ruff format ."; exit 1; }

lint: install-dev ## ruff, with what pyproject.toml selects
	@$(TOOLS)/ruff check --quiet .

types: install-dev ## mypy, strict, tests and all
	@$(TOOLS)/mypy --no-error-summary

imports: install-dev ## whether imports point where .importlinter lets them
	@$(TOOLS)/lint-imports --no-logo > .venv/imports.log 2>&1 || { cat .venv/imports.log; exit 1; }

containers-test: install-dev ## the integration tests and the journey once more on containers, where Docker has the images
	@if docker image inspect $${POSTGRES_IMAGE:-postgres:18} $${NATS_IMAGE:-nats:2.15-alpine} > /dev/null 2>&1; \
	then INFRA=containers $(PYTEST) -q tests/integration --ignore-glob='*/integration/deploy/test_[!i]*'; \
	else echo "No Docker here that has both images: the container suite was not run."; fi
	@if docker compose version > /dev/null 2>&1 && docker image inspect $${PYTHON_IMAGE:-python:3.11-slim} \
		$${POSTGRES_IMAGE:-postgres:18} $${NATS_IMAGE:-nats:2.15-alpine} > /dev/null 2>&1; \
	then SYSTEM=composed $(TOOLS)/pytest -q --timeout 900 \
		tests/system/test_composed.py tests/system/test_journey.py tests/system/test_answer_by_mail.py; \
	else echo "No Docker with compose and the three images here: the composed system was not run."; fi

bench: install ## what it costs, beside a bare route and two peers; some eight minutes, keeps the result (ARGS="--only filing" does not)
	@$(TOOLS)/python -m benchmarks $(ARGS)

##@ Keep it

docs: install ## write anew what is generated: the diagram in the README, docs/asyncapi.json, docs/openapi/
	@$(HELPDESK) workflow diagram --into README.md
	@$(TOOLS)/python -m deploy.documents

lock: install-dev ## renew the locks from pyproject.toml, hashes and no addresses
	@$(TOOLS)/uv lock --quiet --upgrade
	@$(TOOLS)/uv export --quiet --no-emit-project --no-annotate --no-header --no-dev -o requirements.lock
	@$(TOOLS)/uv export --quiet --no-emit-project --no-annotate --no-header --all-groups -o requirements-dev.lock

help: ## this page
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@/ { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install:
	@$(PYTHON) deploy/bootstrap.py

install-dev:
	@$(PYTHON) deploy/bootstrap.py --dev
