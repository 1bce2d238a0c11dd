package ledgerapi

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"strconv"
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

// Auth says who may do what. A client shows a token as a bearer token, or signs in
// with it on the page and gets a cookie.
type Auth struct {
	// Tokens returns the tokens of a role that are good now. It is asked anew each
	// time, so that a rotated token is good for nothing at once; an error lets
	// nobody in.
	Tokens func(Role) ([]string, error)
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

const (
	cookieName = "airtight_session"
	cookieLife = 12 * time.Hour
)

type roleKey struct{}

// actor names who asks, for the audit: a token has no person.
func actor(r *http.Request) string {
	if role, ok := r.Context().Value(roleKey{}).(Role); ok {
		return role.String()
	}
	return Nobody.String()
}

// MayDecide reports whether who asks may decide about leaks.
func MayDecide(r *http.Request) bool {
	role, _ := r.Context().Value(roleKey{}).(Role)
	return role >= Responder
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
		if err := crossOrigin.Check(r); err != nil {
			fail(w, http.StatusForbidden, "requests from other sites are refused")
			return
		}
		next.ServeHTTP(w, r)
	})
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

// role is what who asks may do.
func (a *Auth) role(r *http.Request) Role {
	if a.Open {
		return Responder
	}
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return a.roleOf(token)
	}
	if c, err := r.Cookie(cookieName); err == nil {
		return a.roleOfCookie(c.Value)
	}
	return Nobody
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

// cookie is a sign-in: role, expiry, and a signature over both and the token, so
// that it ends with the token.
func (a *Auth) cookie(role Role, token string, expires time.Time) string {
	head := fmt.Sprintf("%d.%d.", role, expires.Unix())
	return head + a.sign(head, token)
}

func (a *Auth) sign(head, token string) string {
	mac := hmac.New(sha256.New, a.key[:])
	_, _ = fmt.Fprintf(mac, "%s%s", head, token)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func (a *Auth) roleOfCookie(value string) Role {
	i := strings.LastIndexByte(value, '.')
	if i < 0 {
		return Nobody
	}
	head, signature := value[:i+1], value[i+1:]
	number, expiry, _ := strings.Cut(strings.TrimSuffix(head, "."), ".")
	n, err := strconv.Atoi(number)
	unix, err2 := strconv.ParseInt(expiry, 10, 64)
	if err != nil || err2 != nil || time.Now().After(time.Unix(unix, 0)) {
		return Nobody
	}
	role := Role(n)
	if role != Viewer && role != Responder {
		return Nobody
	}
	tokens, err := a.Tokens(role)
	if err != nil {
		return Nobody
	}
	for _, t := range tokens {
		if t != "" && hmac.Equal([]byte(signature), []byte(a.sign(head, t))) {
			return role
		}
	}
	return Nobody
}

// require lets those through who may.
func (a *Auth) require(least Role, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		role := a.role(r)
		switch {
		case role == Nobody:
			w.Header().Set("WWW-Authenticate", `Bearer realm="airtight"`)
			fail(w, http.StatusUnauthorized, "show a token: Authorization: Bearer TOKEN")
		case role < least:
			fail(w, http.StatusForbidden, "this token may read and not decide: show a responder's")
		default:
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), roleKey{}, role)))
		}
	})
}

// page lets a browser in. A token in the URL signs in and goes from the address
// bar at once.
func (a *Auth) page(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if token := r.URL.Query().Get("token"); token != "" && r.Method == http.MethodGet {
			if role := a.roleOf(token); role != Nobody {
				a.setCookie(w, role, token)
			}
			http.Redirect(w, r, "/", http.StatusSeeOther)
			return
		}
		role := a.role(r)
		if role == Nobody {
			http.Redirect(w, r, "/signin", http.StatusSeeOther)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), roleKey{}, role)))
	})
}

func (a *Auth) setCookie(w http.ResponseWriter, role Role, token string) {
	expires := time.Now().Add(cookieLife)
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: a.cookie(role, token, expires), Path: "/", Expires: expires,
		HttpOnly: true, Secure: a.TLS, SameSite: http.SameSiteLaxMode,
	})
}

func (a *Auth) signOut(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: cookieName, Path: "/", MaxAge: -1, HttpOnly: true, Secure: a.TLS, SameSite: http.SameSiteLaxMode})
	http.Redirect(w, r, "/signin", http.StatusSeeOther)
}

func (a *Auth) signIn(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	token := strings.TrimSpace(r.PostFormValue("token"))
	role := a.roleOf(token)
	if role == Nobody {
		a.showSignIn(w, http.StatusUnauthorized, "That token is not one of this ledger's.")
		return
	}
	a.setCookie(w, role, token)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (a *Auth) signInPage(w http.ResponseWriter, r *http.Request) {
	if a.role(r) != Nobody {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	a.showSignIn(w, http.StatusOK, "")
}
