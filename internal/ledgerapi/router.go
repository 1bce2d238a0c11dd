package ledgerapi

import "net/http"

// Handler answers for every path of a ledger.
type Handler struct {
	http.Handler
	// Patterns are those of the routes, as http.ServeMux has them: who adds one adds
	// a line to the tests that go through all of them.
	Patterns []string
}

// router is a ServeMux that remembers its routes.
type router struct {
	http.ServeMux
	patterns []string
}

func (r *router) Handle(pattern string, h http.Handler) {
	r.patterns = append(r.patterns, pattern)
	r.ServeMux.Handle(pattern, h)
}

func (r *router) HandleFunc(pattern string, f func(http.ResponseWriter, *http.Request)) {
	r.Handle(pattern, http.HandlerFunc(f))
}
