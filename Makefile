# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

SHELL := bash
.SHELLFLAGS := -euc
.DEFAULT_GOAL := help
.PHONY: help dependencies environment build test lint demo bench crash damage faults clean

# Which ROS 2: the one that is sourced, else jazzy from wheels. DISTRO=kilted chooses the other.
export DISTRO
export DEPENDENCY_TYPES
DEMO_ARGS ?=
CRASH_ARGS ?=
DAMAGE_ARGS ?=
FAULTS_ARGS ?=

help: ## list the targets
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 20

dependencies: ## install what rosdep knows of; needs a sourced or DISTRO= ROS 2
	@tools/install-dependencies

environment: ## install what the workspace needs (part of build)
	@tools/setup-environment

build: ## build the workspace; DISTRO=jazzy|kilted
	@tools/build

test: build ## run all tests
	@tools/test

lint: environment ## check style, licence headers and versions
	@tools/lint

demo: build ## record, train and drive in simulation; DEMO_ARGS=... goes to the demo
	@. tools/env.sh; exec "$$MOBILE_VLA_INSTALL/mobile_vla_sim/lib/mobile_vla_sim/demo" $(DEMO_ARGS)

bench: build ## run the benchmarks; results go to benchmarks/results
	@tools/bench

crash: build ## replay every crash point of a recording, kill the recorder 20 times; CRASH_ARGS=...
	@tools/crash $(CRASH_ARGS)

damage: build ## damage episodes in every way and at random, check and repair them; DAMAGE_ARGS=...
	@tools/damage $(DAMAGE_ARGS)

faults: build ## do to the running policy node what goes wrong on robots; FAULTS_ARGS=...
	@tools/faults $(FAULTS_ARGS)

clean: ## remove everything that was built; keeps the environment and runs
	rm -rf build install log build-* install-* log-*
