package webui

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/airtight-telemetry/airtight/internal/explain"
	"github.com/airtight-telemetry/airtight/internal/linewalk"
)

// tryPage says of a text why it is masked or isn't. What is found in it is not on it.
type tryPage struct {
	frame
	// Policy names the policy file; empty for the default policy.
	Policy string
	Fault  string
	Field  string
	Result *result
}

// result is what becomes of a text. Lines are counted from 1.
type result struct {
	Lines []tryLine
	// Found counts what was found and Masked what of it the policy masks.
	Found, Masked int
}

type tryLine struct {
	Number int
	Pieces []explain.Piece
	Said   []explain.Statement
}

// maxTry bounds the text in bytes, and maxTryField the name of a field.
const (
	maxTry      = 64 << 10
	maxTryField = 256
)

func (p *pages) showTry(w http.ResponseWriter, r *http.Request) {
	p.show(w, http.StatusOK, "try", p.tryPage(r))
}

func (p *pages) tryPage(r *http.Request) tryPage {
	page := tryPage{frame: p.frame(r, "try")}
	if p.Policy != "" {
		page.Policy = filepath.Base(p.Policy)
	}
	return page
}

// try examines the text and forgets it: it is in no log and no error, and what is
// found in it is not in the answer either.
func (p *pages) try(w http.ResponseWriter, r *http.Request) {
	page := p.tryPage(r)
	refuse := func(status int, sentence string) {
		page.Fault = sentence
		p.show(w, status, "try", page)
	}
	// Percent-encoding may treble a text.
	r.Body = http.MaxBytesReader(w, r.Body, 3*maxTry+maxForm)
	if err := r.ParseForm(); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			refuse(http.StatusRequestEntityTooLarge, "The text is too long: at most 64 KiB.")
			return
		}
		refuse(http.StatusBadRequest, "The form can't be read.")
		return
	}
	text, field := r.PostFormValue("text"), strings.TrimSpace(r.PostFormValue("field"))
	text = strings.ToValidUTF8(strings.ReplaceAll(text, "\r\n", "\n"), "\uFFFD")
	switch {
	case strings.TrimSpace(text) == "":
		refuse(http.StatusBadRequest, "There is no text to examine.")
		return
	case len(text) > maxTry:
		refuse(http.StatusRequestEntityTooLarge, "The text is too long: at most 64 KiB.")
		return
	case len(field) > maxTryField:
		refuse(http.StatusBadRequest, "The name of the field is too long.")
		return
	}
	page.Field = field
	e, err := p.trial.explainer()
	if err != nil {
		p.Report(err)
		refuse(http.StatusServiceUnavailable, "The policy can't be used. The log says why.")
		return
	}
	if page.Result, err = examine(e, text, field); err != nil {
		p.Report(err)
		refuse(http.StatusServiceUnavailable, "The policy can't be used. The log says why.")
		return
	}
	p.show(w, http.StatusOK, "try", page)
}

func examine(e *explain.Explainer, text, field string) (*result, error) {
	b := linewalk.Batch{Text: text, First: 1}
	marked, err := e.Marked(e.Walker(linewalk.Auto), b, field)
	if err != nil {
		return nil, err
	}
	r := &result{}
	for i, pieces := range marked {
		r.Lines = append(r.Lines, tryLine{Number: i + 1, Pieces: pieces})
		for _, piece := range pieces {
			if piece.Rule == "" {
				continue
			}
			r.Found++
			if piece.Enforced {
				r.Masked++
			}
		}
	}
	for _, s := range e.Batch(e.Walker(linewalk.Auto), b, field) {
		if i := s.Line - 1; i >= 0 && i < len(r.Lines) {
			r.Lines[i].Said = append(r.Lines[i].Said, s)
		}
	}
	return r, nil
}

// trial holds the explainer of the policy file as it stands.
type trial struct {
	file string

	mu     sync.Mutex
	cached *explain.Explainer
	at     time.Time
	size   int64
}

// explainer is that of the file as it is now; an unchanged one is not read again.
func (t *trial) explainer() (*explain.Explainer, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var at time.Time
	var size int64
	if t.file != "" {
		info, err := os.Stat(t.file)
		if err != nil {
			return nil, err
		}
		at, size = info.ModTime(), info.Size()
	}
	if t.cached != nil && at.Equal(t.at) && size == t.size {
		return t.cached, nil
	}
	e, err := explain.New(t.file)
	if err != nil {
		return nil, err
	}
	t.cached, t.at, t.size = e, at, size
	return e, nil
}
