//go:build !hyperscan || !cgo

package main

import "errors"

func newHyperscan(string, []string) (contender, error) {
	return contender{}, errors.New("Hyperscan is left out: build with -tags hyperscan, cgo and libhyperscan-dev, as internal/bench/run does where it can")
}
