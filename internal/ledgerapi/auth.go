package ledgerapi

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Role is what someone may do; a higher one may do what a lower one may.
type Role int

// The roles.
const (
	Nobody    Role = iota
	Viewer         // may read
	Responder      // may decide about leaks too
)

func (r Role) String() string { return [...]string{"nobody", "viewer", "responder"}[r] }

// Identity is who asks.
type Identity struct {
	// Name is what the audit calls them: a person's name, or the role where all that
	// is known is a token. It is empty for who showed nothing that is good.
	Name string
	Role Role
	// Until is when what they showed ends; zero where it does not end by itself.
	Until time.Time
}

// Auth says who may do what. A client shows a token as a bearer token, or signs in
// with it on the page and gets a cookie.
type Auth struct {
	// Tokens returns the tokens of a role that are good now. It is asked anew each
	// time, so that a rotated token is good for nothing at once; an error lets
	// nobody in.
	Tokens func(Role) ([]string, error)
	// Authenticate, if not nil, is asked about the headers of a request whose bearer
	// token is none of these. An error lets nobody in; who is known and may do
	// nothing is one with a name and no role.
	Authenticate func(context.Context, http.Header) (Identity, error)
	// Open lets everyone who can connect do everything. It is for loopback only, and
	// requests under another host name are refused then.
	Open bool
	// TLS says that the server ends TLS itself: cookies are sent over TLS only.
	TLS bool

	key [sha256.Size]byte // of this run; signs cookies
}

// NewAuth returns an Auth whose cookies are good till the process ends.
func NewAuth(tokens func(Role) ([]string, error), open, tls bool) Auth {
	a := Auth{Tokens: tokens, Open: open, TLS: tls}
	_, _ = rand.Read(a.key[:]) // never fails, see crypto/rand
	return a
}

type identityKey struct{}

// Who is who asks, as far as the handler before the page and the API has let them in.
func Who(r *http.Request) Identity {
	id, _ := r.Context().Value(identityKey{}).(Identity)
	return id
}

// actor names who asks, for the audit.
func actor(r *http.Request) string {
	if name := Who(r).Name; name != "" {
		return name
	}
	return Nobody.String()
}

// MayDecide reports whether who asks may decide about leaks.
func MayDecide(r *http.Request) bool { return Who(r).Role >= Responder }

func known(r *http.Request, id Identity) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), identityKey{}, id))
}

// guard is around every request: headers that keep a browser in bounds, no requests
// across origins that change anything, and on an open server none that a name
// brings here which is not the loopback's.
func (a *Auth) guard(next http.Handler) http.Handler {
	crossOrigin := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		h.Set("Cache-Control", "no-store")
		if a.TLS {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if a.Open && !isLoopback(r.Host) {
			fail(w, http.StatusForbidden, "this server asks for no token and so answers under localhost only")
			return
		}
		if crossOrigin.Check(r) != nil || a.ofUnknownOrigin(r) {
			fail(w, http.StatusForbidden, "requests from other sites are refused")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// ofUnknownOrigin reports whether a request that could change something does not say
// what page it comes from, and a browser could have been made to send it: one with a
// cookie, or with a body as forms have it. Every browser since 2020 says so; an API's
// client shows its token in a header, which no other site can.
func (a *Auth) ofUnknownOrigin(r *http.Request) bool {
	if r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions {
		return false
	}
	if r.Header.Get("Sec-Fetch-Site") != "" || r.Header.Get("Origin") != "" || r.Header.Get("Authorization") != "" {
		return false
	}
	return r.Header.Get("Cookie") != "" || !isJSON(r)
}

// isJSON reports whether the body is said to be JSON, which no form's can be.
func isJSON(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "application/json"
}

// isLoopback reports whether a host, with or without a port, is this machine's own
// and no name that a resolver elsewhere could have given.
func isLoopback(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// who is who asks.
func (a *Auth) who(r *http.Request) Identity {
	if a.Open {
		return Identity{Name: Responder.String(), Role: Responder}
	}
	if shown := r.Header.Get("Authorization"); shown != "" {
		return a.shows(r.Context(), r.Header)
	}
	if c, err := r.Cookie(a.cookieName()); err == nil {
		return a.whoseCookie(c.Value)
	}
	return Identity{}
}

// shows is who shows an Authorization header.
func (a *Auth) shows(ctx context.Context, h http.Header) Identity {
	if token, ok := strings.CutPrefix(h.Get("Authorization"), "Bearer "); ok {
		if role := a.roleOf(token); role != Nobody {
			return Identity{Name: role.String(), Role: role}
		}
	}
	if a.Authenticate == nil {
		return Identity{}
	}
	id, err := a.Authenticate(ctx, h)
	if err != nil {
		return Identity{}
	}
	return id
}

// roleOf is the highest role whose token it is. All are compared, each in the
// same time, so that how long it takes tells nothing.
func (a *Auth) roleOf(token string) (best Role) {
	shown := sha256.Sum256([]byte(token))
	for _, role := range []Role{Viewer, Responder} {
		tokens, err := a.Tokens(role)
		if err != nil {
			continue
		}
		for _, t := range tokens {
			good := sha256.Sum256([]byte(t))
			if t != "" && subtle.ConstantTimeCompare(shown[:], good[:]) == 1 {
				best = role
			}
		}
	}
	return best
}

// require lets those through who may.
func (a *Auth) require(least Role, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := a.who(r)
		switch {
		case id.Name == "":
			w.Header().Set("WWW-Authenticate", `Bearer realm="airtight"`)
			fail(w, http.StatusUnauthorized, "show a token: Authorization: Bearer TOKEN")
		case id.Role == Nobody:
			fail(w, http.StatusForbidden, "you are known here and may not read the ledger: ask for a place among its viewers")
		case id.Role < least:
			fail(w, http.StatusForbidden, "this token may read and not decide: show a responder's")
		default:
			next.ServeHTTP(w, known(r, id))
		}
	})
}

// page lets a browser in. A token in the URL signs in and goes from the address
// bar at once.
func (a *Auth) page(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if token := r.URL.Query().Get("token"); token != "" && r.Method == http.MethodGet {
			if role := a.roleOf(token); role != Nobody {
				a.setCookie(w, Identity{Name: role.String(), Role: role}, token)
			}
			http.Redirect(w, r, "/", http.StatusSeeOther)
			return
		}
		id := a.who(r)
		switch {
		case id.Name == "" && r.Header.Get("Accept") == "text/event-stream": // an open page whose cookie has ended
			w.WriteHeader(http.StatusUnauthorized)
		case id.Name == "":
			to := "/signin"
			if r.Method == http.MethodGet && r.URL.RequestURI() != "/" {
				to += "?" + url.Values{"to": {r.URL.RequestURI()}}.Encode()
			}
			http.Redirect(w, r, to, http.StatusSeeOther)
		case id.Role == Nobody:
			a.showSignIn(w, http.StatusForbidden, "/", "You are known here and may not read the ledger. Ask for a place among its viewers.")
		default:
			next.ServeHTTP(w, known(r, id))
		}
	})
}
