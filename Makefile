# Shortcuts. Nothing here is needed: go build, go test and .ci/run do it all.

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)

.PHONY: build test ci demo generate clean

build:
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o airtight ./cmd/airtight

test:
	go test ./...

ci:
	.ci/run

demo:
	go run ./cmd/airtight demo --once

generate:
	go generate ./...

clean:
	rm -rf airtight build dist .ci/out
