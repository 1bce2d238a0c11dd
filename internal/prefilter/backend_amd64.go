//go:build !purego

package prefilter

import "golang.org/x/sys/cpu"

func assembly() []backend {
	if !cpu.X86.HasAVX2 {
		return nil
	}
	return []backend{{"avx2", markAVX2}}
}

// markAVX2 marks eight places at a time.
func markAVX2(s *Scratch, t *tables, n int) { endsAVX2(&s.marks[0], &s.text[0], (n+7)/8, t) }

// endsAVX2 sets the bits of groups of eight places. It reads five bytes past the last
// group.
//
//go:noescape
func endsAVX2(marks *uint64, text *byte, groups int, t *tables)
