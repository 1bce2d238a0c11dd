package linewalk

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/span"
)

// splicer is the scratch of editing documents.
type splicer struct {
	edits   []field.Edit
	splices []splice
	dropped []int32
	renamed []rename
}

// splice is a stretch of a line and what takes its place.
type splice struct {
	at   span.Span
	text string
}

// rename is a key to replace, by its member.
type rename struct {
	member int32
	key    string
}

// release lets go of texts that belong to the batch.
func (w *splicer) release() {
	clear(w.edits)
	clear(w.splices)
	clear(w.renamed)
}

// splice appends a document with its edits made.
func (w *Walker) splice(dst []byte, d *document, edits []field.Edit, ref uint32) []byte {
	w.splices, w.dropped, w.renamed = w.splices[:0], w.dropped[:0], w.renamed[:0]
	for i := range d.members {
		if m := &d.members[i]; m.kind == deep {
			w.TooDeep++
			w.splices = append(w.splices, splice{m.value, quoted(field.ReasonDepth.TombstoneText())})
		}
	}
	for _, e := range edits {
		i := int32((e.Ref - ref) / 2)
		m := &d.members[i]
		switch {
		case e.Op == field.DropField && m.in < 0:
			w.splices = append(w.splices, splice{m.value, "null"})
		case e.Op == field.DropField:
			w.dropped = append(w.dropped, i)
		case (e.Ref-ref)%2 == 1:
			w.renamed = append(w.renamed, rename{i, strings.ToValidUTF8(e.Text, string(utf8.RuneError))})
		case e.Op == field.Zero:
			w.splices = append(w.splices, splice{m.value, "0"})
		case m.kind == text && e.Op == field.Replace:
			raw := d.inside(m.value)
			w.splices = append(w.splices, splice{m.value, `"` + string(respell(nil, raw, decode(raw), e.Text)) + `"`})
		default:
			w.splices = append(w.splices, splice{m.value, quoted(e.Text)})
		}
	}
	if len(w.splices)+len(w.dropped)+len(w.renamed) == 0 {
		return append(dst, d.line...)
	}
	w.drop(d)
	w.rename(d)
	return w.spliced(dst, d.line)
}

func quoted(text string) string { return `"` + string(encode(nil, text, false)) + `"` }

// spliced appends line with the splices made. A splice inside another one goes
// with it.
func (w *splicer) spliced(dst []byte, line string) []byte {
	slices.SortStableFunc(w.splices, func(a, b splice) int { return span.Compare(a.at, b.at) })
	at := 0
	for _, s := range w.splices {
		if s.at.Start < at {
			continue
		}
		dst = append(dst, line[at:s.at.Start]...)
		dst = append(dst, s.text...)
		at = s.at.End
	}
	return append(dst, line[at:]...)
}

// drop turns the members dropped into stretches to cut out, each with one comma: the
// one behind it, or for the last ones of a container the one before them.
func (w *splicer) drop(d *document) {
	slices.SortFunc(w.dropped, func(a, b int32) int {
		return cmp.Or(cmp.Compare(d.members[a].in, d.members[b].in), cmp.Compare(a, b))
	})
	for rest := slices.Compact(w.dropped); len(rest) > 0; {
		in := d.members[rest[0]].in
		n := 1
		for n < len(rest) && d.members[rest[n]].in == in {
			n++
		}
		w.cut(d, d.children(in), rest[:n])
		rest = rest[n:]
	}
}

// cut takes those of a container's members that are gone, both in order.
func (w *splicer) cut(d *document, siblings, gone []int32) {
	for n, i := range siblings {
		if len(gone) == 0 {
			return
		}
		if i != gone[0] {
			continue
		}
		if len(siblings)-n == len(gone) { // all that follow go too
			from := d.members[i].start()
			if n > 0 {
				from = d.members[siblings[n-1]].value.End
			}
			to := d.members[siblings[len(siblings)-1]].value.End
			w.splices = append(w.splices, splice{at: span.Span{Start: from, End: to}})
			return
		}
		w.splices = append(w.splices, splice{at: span.Span{Start: d.members[i].start(), End: d.members[siblings[n+1]].start()}})
		gone = gone[1:]
	}
}

// children are the members of one container, in order.
func (d *document) children(in int32) (out []int32) {
	end := d.members[in].value.End
	for i := in + 1; i < int32(len(d.members)) && d.members[i].value.Start < end; i++ {
		if d.members[i].in == in {
			out = append(out, i)
		}
	}
	return out
}

// rename puts the new keys in, unique among the keys that stand in their object.
func (w *splicer) rename(d *document) {
	slices.SortStableFunc(w.renamed, func(a, b rename) int {
		return cmp.Or(cmp.Compare(d.members[a.member].in, d.members[b.member].in), cmp.Compare(a.member, b.member))
	})
	for rest := w.renamed; len(rest) > 0; {
		in := d.members[rest[0].member].in
		n := 1
		for n < len(rest) && d.members[rest[n].member].in == in {
			n++
		}
		taken, renamed := map[string]bool{}, rest[:n]
		for _, i := range d.children(in) {
			if len(renamed) > 0 && renamed[0].member == i {
				renamed = renamed[1:]
				continue
			}
			taken[d.members[i].name] = true
		}
		next := map[string]int{}
		for _, r := range rest[:n] {
			key, count := r.key, max(next[r.key], 1)
			for taken[key] {
				count++
				key = r.key + "#" + strconv.Itoa(count)
			}
			next[r.key] = count
			taken[key] = true
			m := &d.members[r.member]
			w.splices = append(w.splices, splice{m.key, `"` + string(respell(nil, d.inside(m.key), m.name, key)) + `"`})
		}
		rest = rest[n:]
	}
}
