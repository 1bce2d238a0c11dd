package ledger

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"
)

// listing is a page of rows, those seen last first, as a query is made of it.
type listing struct {
	limit int
	where []string
	args  []any
}

// newListing is a page of at most limit rows, or of as many as are usual.
func newListing(limit int) *listing {
	if limit <= 0 {
		limit = defaultLimit
	}
	return &listing{limit: min(limit, maxLimit), where: []string{"1 = 1"}}
}

func (p *listing) and(condition string, values ...any) {
	p.where, p.args = append(p.where, condition), append(p.args, values...)
}

// equal asks for rows with this value in a column, unless it is empty.
func (p *listing) equal(column, value string) {
	if value != "" {
		p.and(column+" = ?", value)
	}
}

// after leaves out what stands up to a cursor; prefix is that of the table's columns.
func (p *listing) after(next, prefix string) error {
	if next == "" {
		return nil
	}
	last, id, err := readCursor(next)
	if err == nil {
		p.and("("+prefix+"last_seen < ? OR "+prefix+"last_seen = ? AND "+prefix+"id > ?)", last, last, id)
	}
	return err
}

// query is what follows WHERE, and its arguments. It asks for one row more than the
// page holds: that says whether there is another.
func (p *listing) query(prefix string) (string, []any) {
	return strings.Join(p.where, " AND ") + " ORDER BY " + prefix + "last_seen DESC, " + prefix + "id LIMIT ?", append(p.args, p.limit+1)
}

func cursor(id string, seen time.Time) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %s", millis(seen), id))
}

func readCursor(s string) (last int64, id string, err error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return 0, "", ErrBadCursor
	}
	if n, err := fmt.Sscanf(string(b), "%d %s", &last, &id); n != 2 || err != nil {
		return 0, "", ErrBadCursor
	}
	return last, id, nil
}
