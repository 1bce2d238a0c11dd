package ledger

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Head names an entry of the audit and all before it: its number and its hash. Noted
// elsewhere it is proof, later, that nothing up to it was changed or taken out. Only
// the hash may be known; then Seq is 0.
type Head struct {
	Seq  int64  `json:"seq"`
	Hash string `json:"hash"`
}

var headForm = regexp.MustCompile(`^(?:([0-9]{1,18}):)?([0-9a-f]{64})$`)

// ParseHead reads what String wrote, or a hash alone.
func ParseHead(s string) (Head, error) {
	m := headForm.FindStringSubmatch(strings.ToLower(s))
	if m == nil {
		return Head{}, errors.New("is no head of an audit: write what audit verify printed, a number, a colon and 64 hex digits")
	}
	seq, _ := strconv.ParseInt(m[1], 10, 64) // no number is 0, and 18 digits fit
	return Head{seq, m[2]}, nil
}

// String is the head as it is noted; empty for that of an empty audit.
func (h Head) String() string {
	if h.Hash == "" {
		return ""
	}
	if h.Seq == 0 {
		return h.Hash
	}
	return strconv.FormatInt(h.Seq, 10) + ":" + h.Hash
}

// Verification is what became of checking an audit.
type Verification struct {
	// Entries is how many entries there are, up to the broken one if one is.
	Entries int64 `json:"entries"`
	// Head is that of the last good entry.
	Head Head `json:"head"`
	// Whole says that each entry is what its hash says and follows the one before, and
	// that every head noted earlier is among them.
	Whole bool `json:"whole"`
	// Broken is the number of the first entry that is not so, 0 for none; Fault says
	// in a sentence what is wrong.
	Broken int64  `json:"broken,omitempty"`
	Fault  string `json:"fault,omitempty"`
}

// AuditReader is the Audit of a Reader.
type AuditReader interface {
	Audit(ctx context.Context, leak string, after int64, limit int) ([]Entry, error)
}

// auditPage is how many entries are read at a time.
const auditPage = 1000

// VerifyAudit checks a whole audit, and that the heads noted earlier are in it. each,
// if not nil, is given every entry that is good. It is an error only if the audit
// can't be read; a broken one is a Verification.
//
// An audit shows by itself that an entry was changed, taken out of the middle or put
// elsewhere. That the last entries are gone, or that all was written anew by someone
// who can write the database, only a head that was noted elsewhere shows.
func VerifyAudit(ctx context.Context, from AuditReader, noted []Head, each func(Entry)) (*Verification, error) {
	v := &Verification{}
	missing := map[Head]bool{}
	for _, h := range noted {
		missing[h] = true
	}
	for {
		entries, err := from.Audit(ctx, "", v.Head.Seq, auditPage)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if fault := v.fault(e); fault != "" {
				v.Entries++
				v.Broken, v.Fault = e.Seq, fault
				return v, nil
			}
			v.Entries++
			v.Head = Head{e.Seq, e.Hash}
			delete(missing, v.Head)
			delete(missing, Head{0, e.Hash})
			if each != nil {
				each(e)
			}
		}
		if len(entries) < auditPage {
			break
		}
	}
	for _, h := range noted {
		if !missing[h] {
			continue
		}
		switch {
		case h.Seq > v.Head.Seq:
			v.Broken, v.Fault = v.Head.Seq+1, fmt.Sprintf("entry %d was noted and there are %d: the last ones were taken out", h.Seq, v.Head.Seq)
		case h.Seq > 0:
			v.Broken, v.Fault = h.Seq, fmt.Sprintf("entry %d is another than was noted: the audit was written anew from there or from before", h.Seq)
		default:
			v.Broken, v.Fault = v.Head.Seq+1, "the head that was noted is not in it: the last entries were taken out, or the audit was written anew"
		}
		return v, nil
	}
	v.Whole = true
	return v, nil
}

// fault says what is wrong with the entry that comes after the good ones.
func (v *Verification) fault(e Entry) string {
	switch want := v.Head.Seq + 1; {
	case e.Seq > want && v.Head.Seq == 0:
		return fmt.Sprintf("the audit begins with entry %d: those before it were taken out", e.Seq)
	case e.Seq > want:
		return fmt.Sprintf("entry %d does not follow entry %d: those between were taken out", e.Seq, v.Head.Seq)
	case e.Seq < want:
		return fmt.Sprintf("entry %d comes after entry %d: they were put in another order", e.Seq, v.Head.Seq)
	case e.Hash != e.hash():
		return fmt.Sprintf("entry %d was changed: its content is not what its hash says", e.Seq)
	case e.Previous != v.Head.Hash:
		return fmt.Sprintf("entry %d was written for another one before it: entry %d was changed, or both were put in another order", e.Seq, v.Head.Seq)
	}
	return ""
}
