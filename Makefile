# Thin: each target says what it needs and calls the tool that does it.
.PHONY: demo test lint bench package prove-pool prove-pos prove-contract prove-recipe prove-fuzz prove-power prove-node-opcua need-demo need-test need-bench

CARGO ?= cargo
TOOLS := target/tools/bin

# A plant on the screen; Ctrl-C stops it. DEMO_PORT_BASE=9080 moves its ports, DEMO_SECONDS=60 ends it.
demo: need-demo
	@echo "Building (the first time takes some minutes) …"
	$(CARGO) build -p edge-agent -p cloud-server -p unison-tests --bins
	@exec target/debug/demo

# Every test there is; the report is target/test-report.xml.
test: need-test lint
	cd web && npm run --silent test
	$(CARGO) build --workspace --all-targets
	scripts/package check
	$(CARGO) nextest run --workspace --profile all; status=$$?; scripts/postgres stop; exit $$status
	scripts/report target/nextest/all/junit.xml target/web-tests.xml target/test-report.xml

lint: need-test
	$(CARGO) fmt --all --check
	$(CARGO) clippy --quiet --workspace --all-targets -- -D warnings
	$(TOOLS)/cargo-deny --log-level error check licenses bans sources
	cd web && npm run --silent generate:check && npm run --silent typecheck && npm run --silent lint

# BENCH=name runs one. Figures go to target/bench/*.json; release builds.
bench: need-bench
	$(CARGO) build --release -p edge-agent -p cloud-server -p unison-bench --bins
	target/release/bench $(BENCH)

# Debian packages of both programs: target/debian/*.deb.
package: need-test
	scripts/package

# 100,000 transactions of many organisations on few connections: none sees a row of another.
prove-pool: need-test
	UNISON_PROVE_POOL=100000 $(CARGO) nextest run -p cloud-server --no-capture -E 'test(interleaved_organisations)'

# 1,000 writers at once on two servers, ten times: who reads "since" misses none.
prove-pos: need-test
	for n in 1 2 3 4 5 6 7 8 9 10; do UNISON_PROVE_POS=1000 $(CARGO) nextest run -p cloud-server --no-capture -E 'test(who_reads_by_pos)' || exit 1; done

# The cloud's OpenAPI document, tried by schemathesis with every role.
prove-contract: need-test
	UNISON_PROVE_CONTRACT=20 $(CARGO) nextest run -p unison-tests --no-capture -E 'binary(contract)'

# What docs/add-an-entity.md says, done word for word in a copy of the tree.
prove-recipe: need-test
	scripts/recipe

# OPC UA against node-opcua, which is installed for it (230 MB, below half a minute).
prove-node-opcua: need-test
	npm install --prefix target/node-opcua --no-audit --no-fund --ignore-scripts --loglevel=error node-opcua-server@2.182.2
	$(CARGO) nextest run -p edge-agent --run-ignored all -E 'test(node_opcua)'

# Every fuzz target guided by coverage, FUZZ_RUNS executions each; the tests run some thousand of each.
prove-fuzz: need-demo
	scripts/fuzz $(or $(FUZZ_RUNS),1000000)

# The edge's store after 10,000 power cuts, and with a disk that fails at each of its first 2,000 calls.
prove-power: need-test
	UNISON_PROVE_POWER=10000 UNISON_PROVE_DISK=2000 $(CARGO) nextest run -p edge-agent --no-capture -E 'test(power_cut) or test(every_call_of_the_disk)'

need-demo:
	@scripts/need demo

need-bench: need-demo
	@scripts/need bench

need-test:
	@scripts/need test
