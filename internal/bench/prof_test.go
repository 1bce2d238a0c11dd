package main

import (
	"testing"
)

// BenchmarkPipeline is for profiles of one pipeline: -bench 'default.*/clean' -cpuprofile.
func BenchmarkPipeline(b *testing.B) {
	all, err := pipelines()
	if err != nil {
		b.Fatal(err)
	}
	text := someCorpora(b)
	for _, p := range all {
		for _, name := range []string{clean, hits10} {
			b.Run(p.name+"/"+name, func(b *testing.B) {
				in, err := batches(text[name].lines, 1000)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportAllocs()
				for b.Loop() {
					if _, err := through(p.next, in); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func someCorpora(tb testing.TB) map[string]*corpus {
	tb.Helper()
	dir := tb.TempDir()
	if err := generate(dir, 2000, 1); err != nil {
		tb.Fatal(err)
	}
	c, err := load(dir)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}
