# What can be done with natconnd's sources. "make" lists it.
#
# Each target first installs the system's packages that it lacks, on Debian and
# Ubuntu, and says so. None but "make bench", "make bench-history", "make truth",
# "make abuse", "make attack", "make install" and "make package-test" needs root for anything else;
# "make check" leaves the last one out where it is not root.

CARGO ?= cargo
CARGO_DENY_VERSION := 0.20.2
CARGO_FUZZ_VERSION := 0.13.2
CARGO_CYCLONEDX_VERSION := 0.5.9

# Where cargo puts what it builds.
TARGET_DIR := $(or $(CARGO_TARGET_DIR),target)
# Tools of this repository only, so that nothing of the user's is replaced.
TOOLS_DIR := $(abspath $(TARGET_DIR))/tools
DEMO := $(TARGET_DIR)/debug/demo
INSTALL := tools/install-packages

# The programs that a gateway in namespaces is built with.
GATEWAY := unshare setpriv nsenter mount ip nft conntrack
# The programs that pages are looked at with.
BROWSER := chromium chromedriver certutil

# The proxies that the files in packaging/proxies are for, and what asks them.
PROXIES := nginx haproxy caddy openssl h2load

# What packages are built with: release, or dev, which takes a quarter of the time.
PROFILE ?= release
PACKAGE_BUILD := $(TARGET_DIR)/package/$(if $(filter dev,$(PROFILE)),debug,$(PROFILE))
# The packages that are tried, and the Debian they are tried in.
TRIED := $(abspath $(TARGET_DIR))/packages-test
TREE := $(abspath $(TARGET_DIR))/debian-tree
# What makes packages, looks at them, and runs an installed system.
PACKAGERS := cc strip dpkg-shlibdeps rpmbuild gzip python3
LINTERS := lintian rpmlint
SYSTEM := curl debootstrap systemd-nspawn readelf cpio

.NOTPARALLEL:
.DEFAULT_GOAL := help
.PHONY: release install deb rpm package-test lint-packages reproducible container sbom
.PHONY: help build demo demo-once test check deny bless fuzz screenshots bench bench-history truth abuse attack install-packages

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' Makefile

build: ## Build natconnd, natconn and the demo
	@$(INSTALL) cc
	$(CARGO) build --workspace --bins

demo: ## Show natconnd at work on a gateway of its own, until Ctrl-C
	@$(INSTALL) cc nginx curl $(GATEWAY)
	$(CARGO) build --workspace --bins
	@$(DEMO)

demo-once: ## Run the demo, check its answer, and stop
	@$(INSTALL) cc nginx curl $(GATEWAY)
	$(CARGO) build --workspace --bins
	@$(DEMO) --once --port 0

# A kernel test that cannot have its gateway fails here, and is not skipped, and so does
# a test with other programs that cannot have them.
test: export NATCONND_REQUIRE_KERNEL_TESTS := 1
test: export NATCONND_REQUIRE_READER_TESTS := 1
test: export NATCONND_REQUIRE_BROWSER_TESTS := 1
test: export NATCONND_REQUIRE_PROXY_TESTS := 1
test: ## Run all tests, on the real kernel too
	@$(INSTALL) cc curl faketime Net::Ident prometheus promtool strace systemd-analyze python3 $(PROXIES) $(GATEWAY) $(BROWSER)
	@tools/install-readers
	@if $(CARGO) nextest --version >/dev/null 2>&1; then \
		set -x; $(CARGO) nextest run --workspace; \
	else \
		set -x; $(CARGO) test --workspace --lib --bins --tests --examples; \
	fi
	$(CARGO) test --workspace --doc

check: ## Everything that must pass before a merge
	@$(INSTALL) cc
	@tools/install-components
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	@$(MAKE) --no-print-directory deny test
	@if [ "$$(id -u)" -eq 0 ]; then \
		$(MAKE) --no-print-directory package-test; \
	else \
		echo "packages are not tried, which needs root: sudo make package-test"; \
	fi
	@$(MAKE) --no-print-directory demo-once

deny: ## Check licences and banned crates
	@PATH="$(TOOLS_DIR)/bin:$$PATH"; \
	if ! $(CARGO) deny --version >/dev/null 2>&1; then \
		echo "cargo-deny is missing; building it into $(TOOLS_DIR), which takes two minutes"; \
		$(CARGO) install --quiet --locked cargo-deny --version $(CARGO_DENY_VERSION) \
			--root "$(TOOLS_DIR)" || exit 1; \
	fi; \
	$(CARGO) deny --log-level error check licenses bans sources

bless: ## Rewrite the generated files: API document, manual pages, completions, references, dependencies
	BLESS=1 $(CARGO) test -p natconnd --test generated --test generated_cli \
	  --test generated_metrics --test config_reference --test dependencies

release: ## Build natconnd and natconn as packages have them, into target/package
	@$(INSTALL) cc
	PROFILE=$(PROFILE) CARGO=$(CARGO) tools/release

install: ## Install what "make release" has built, into /usr/local or PREFIX; run it as root
	BINARIES=$(PACKAGE_BUILD) packaging/install
	@echo "installed; docs/install.md says what is left to do, once"

deb: release ## Make a package for Debian and Ubuntu, in target/packages; PROFILE=dev for a try
	@$(INSTALL) $(PACKAGERS)
	@BINARIES=$(PACKAGE_BUILD) tools/package deb

rpm: release ## Make a package for Fedora and its kin, in target/packages; PROFILE=dev for a try
	@$(INSTALL) $(PACKAGERS)
	@BINARIES=$(PACKAGE_BUILD) tools/package rpm

# Of the binaries that all other tests try. Not by cargo-nextest, which ends what runs
# for minutes.
package-test: export NATCONND_REQUIRE_KERNEL_TESTS := 1
package-test: export NATCONND_PACKAGES := $(TRIED)
package-test: export NATCONND_DEBIAN_TREE := $(TREE)
package-test: ## Install, upgrade and remove packages in a fresh Debian; run it as root
	@$(INSTALL) $(PACKAGERS) $(SYSTEM) $(GATEWAY)
	$(CARGO) build --workspace --bins
	@rm -rf $(TRIED)
	@BINARIES=$(TARGET_DIR)/debug QUICK=1 OUTPUT=$(TRIED) tools/package deb rpm
	@BINARIES=$(TARGET_DIR)/debug QUICK=1 VERSION=0.0.9 OUTPUT=$(TRIED)/older tools/package deb
	@tools/debian-tree
	@$(MAKE) --no-print-directory lint-packages
	$(CARGO) test -p natconnd --test packages -- --test-threads=1

lint-packages: ## Look for what lintian and rpmlint find in the packages that package-test has made
	@$(INSTALL) $(LINTERS)
	lintian --allow-root --fail-on error,warning --tag-display-limit 0 $(TRIED)/*.deb
	rpmlint --config packaging/rpm/rpmlint.toml --strict $(TRIED)/*.rpm

reproducible: ## Make the packages twice, in two folders, and compare them; PROFILE=dev for a try
	@$(INSTALL) $(PACKAGERS)
	PROFILE=$(PROFILE) tools/reproducible

container: ## Make a container image of the package, with buildah; run it as root
	@$(INSTALL) buildah debootstrap
	tools/container

sbom: ## Write what natconnd is made of, in the format of CycloneDX, into target/natconnd.cdx.json
	@$(INSTALL) cc python3
	@export PATH="$(TOOLS_DIR)/bin:$$PATH"; \
	if ! $(CARGO) cyclonedx --version >/dev/null 2>&1; then \
		echo "cargo-cyclonedx is missing; building it into $(TOOLS_DIR), which takes two minutes"; \
		$(CARGO) install --quiet --locked cargo-cyclonedx --version $(CARGO_CYCLONEDX_VERSION) \
			--root "$(TOOLS_DIR)" || exit 1; \
	fi; \
	tools/sbom

# Not by cargo-nextest, which ends what runs for minutes.
screenshots: export NATCONND_REQUIRE_KERNEL_TESTS := 1
screenshots: export NATCONND_REQUIRE_BROWSER_TESTS := 1
screenshots: export NATCONND_SCREENSHOTS := $(CURDIR)/docs/screenshots
screenshots: ## Take a picture of every page in every look, into docs/screenshots
	@$(INSTALL) cc pngquant $(GATEWAY) $(BROWSER)
	@mkdir -p docs/screenshots
	$(CARGO) test -p natconnd --test browser every_page -- --nocapture

# How long each target runs, which ones (all where empty), how many at once.
fuzz: export FUZZ_SECONDS ?= 60
fuzz: export FUZZ_JOBS ?= 1
FUZZ_TARGETS ?=
fuzz: ## Look for input that no decoder or parser can take; FUZZ_SECONDS=60 for each
	@$(INSTALL) cc c++
	@export PATH="$(TOOLS_DIR)/bin:$$PATH"; \
	if ! $(CARGO) fuzz --version >/dev/null 2>&1; then \
		echo "cargo-fuzz is missing; building it into $(TOOLS_DIR), which takes a minute"; \
		$(CARGO) install --quiet --locked cargo-fuzz --version $(CARGO_FUZZ_VERSION) \
			--root "$(TOOLS_DIR)" || exit 1; \
	fi; \
	tools/fuzz $(FUZZ_TARGETS)

bench: ## Measure against the kernel, conntrack, ulogd2 and nginx; run it as root
	@$(INSTALL) cc nginx openssl wrk ulogd gzip zstd python3 $(GATEWAY)
	$(CARGO) run --release --manifest-path bench/Cargo.toml -- all

bench-history: ## Measure history with 100 million records and 200 crashes; run it as root
	@$(INSTALL) cc gzip zstd python3 $(GATEWAY)
	$(CARGO) run --release --manifest-path bench/Cargo.toml -- history

truth: ## Hold millions of answers against what the wire showed; run it as root
	@$(INSTALL) cc $(GATEWAY)
	$(CARGO) run --release --manifest-path bench/Cargo.toml -- truth

abuse: ## Stop, flood and restart natconnd on a real gateway, and look for mistakes; run it as root
	@$(INSTALL) cc $(GATEWAY)
	$(CARGO) run --release --manifest-path bench/Cargo.toml -- abuse

attack: ## Attack natconnd in many ways beside somebody who asks in peace; run it as root
	@$(INSTALL) cc openssl $(GATEWAY)
	$(CARGO) run --release --manifest-path bench/Cargo.toml -- attack

install-packages: ## Install all packages that any target needs
	@$(INSTALL) $(PACKAGERS) $(LINTERS) $(SYSTEM) buildah faketime Net::Ident prometheus promtool strace systemd-analyze wrk ulogd gzip zstd python3 pngquant $(PROXIES) $(GATEWAY) $(BROWSER)
