# Every task of the project; `make` lists them. Each sets up what it takes, on a machine with make and Python 3.11.
# A recipe is a line or two: what is longer is a script in bin/.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

##@ Use
.PHONY: run
run: ## Run the registry on this machine (PORT=8000, REGISTRY_HOME=.local, DEMO=1)
	@bin/setup run && exec .venv/bin/python bin/run.py --stop-with-parent

##@ Develop
.PHONY: test proof test-aws lint format hooks
test: ## Lint and run all tests; T=tests/api runs only that
	@bin/test $(T)

proof: ## Every proof in full, and its figures in docs/proof.md; T=tests/proof/test_kills.py runs only that
	@bin/proof $(T)

test-aws: ## The package run as Lambda does, and a stage on an emulated AWS: deployed, judged, with the role's rights
	@bin/test-aws $(T)

lint: ## Check format, rules, types and imports; changes nothing
	@bin/lint

format: ## Format the code and mend what can be mended automatically
	@bin/setup dev && .venv/bin/ruff check --fix-only --quiet . && .venv/bin/ruff format .

hooks: ## Have git run the lint before each commit
	@git config core.hooksPath .githooks && echo "git runs .githooks/pre-commit from now on."

##@ Deploy
.PHONY: package deploy diff destroy
package: ## Make the zip that runs on Lambda in dist/ (STAGE=dev)
	@bin/setup package && .venv/bin/python bin/package.py $(or $(STAGE),dev)

deploy: ## Stack, package, function, smoke test on AWS: STAGE=dev; WITH="--parameter AlarmEmail=you@example.org"
	@bin/setup run && exec .venv/bin/python bin/deploy.py deploy $(STAGE) $(WITH)

diff: ## What deploying would change in a stage's stack and settings: STAGE=dev
	@bin/setup run && exec .venv/bin/python bin/deploy.py diff $(STAGE) $(WITH)

destroy: ## End a stage; its data stays, unless DATA=delete: STAGE=dev
	@bin/setup run && exec .venv/bin/python bin/deploy.py destroy $(STAGE) $(if $(filter delete,$(DATA)),--with-data) $(WITH)

##@ Maintain
.PHONY: costs bench lock demo-models screenshots clean
costs: ## Measure docs/costs.md and docs/capacity.md anew
	@bin/setup dev && WRITE_COSTS=1 .venv/bin/pytest -q -n 0 -p no:randomly tests/costing

bench: ## Measure docs/benchmarks.md anew, beside MLflow's server: 20 minutes; MODELS=1000 is short and only prints
	@bin/bench $(MODELS)

lock: ## Pin all that the registry and its package take in requirements.lock and bin/requirements-package.lock
	@bin/lock

demo-models: ## Train the demo models again, in an environment of their own
	@bin/setup demo-models && $(or $(REGISTRY_HOME),.local)/demo-models-venv/bin/python bin/train_demo_models.py

screenshots: ## Take README's pictures of the pages again, with Debian's Chromium
	@bin/screenshots

clean: ## Remove what can be made again; your data in .local stays
	@bin/clean

##@ Help
.PHONY: help
help: ## This list
	@awk 'BEGIN {FS = ":.*## "} /^##@ / {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
