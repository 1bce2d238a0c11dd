//go:build !amd64 || purego

package prefilter

func assembly() []backend { return nil }
