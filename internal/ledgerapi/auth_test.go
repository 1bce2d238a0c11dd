package ledgerapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestOtherSites: a page of another site can make a browser send a request with the
// cookie, and nothing comes of it. SameSite keeps the cookie out of most of these; it
// is not what this relies on.
func TestOtherSites(t *testing.T) {
	auth := NewAuth(tokens, false, false)
	h, id := served(t, auth)
	session := cookieName + "=" + auth.session(Identity{Name: "responder", Role: Responder}, responder, time.Now().Add(time.Hour))
	api, form := "/api/v1/leaks/"+id+"/state", "/leaks/"+id+"/state"
	const decision, fields, own = `{"state":"fixed"}`, "state=fixed", "http://localhost:4380"
	asJSON, asForm := []string{"Content-Type", "application/json"}, []string{"Content-Type", "application/x-www-form-urlencoded"}
	for _, c := range []struct {
		name, target, body string
		kind, header       []string
		want               int
	}{
		{"the page's own script", api, decision, asJSON, []string{"Sec-Fetch-Site", "same-origin", "Cookie", session}, 200},
		{"the page's own form", form, fields, asForm, []string{"Origin", own, "Cookie", session}, 200},
		{"another site", api, decision, asJSON, []string{"Sec-Fetch-Site", "cross-site", "Cookie", session}, 403},
		{"another site's form", form, fields, asForm, []string{"Sec-Fetch-Site", "cross-site", "Cookie", session}, 403},
		{"a sister domain", form, fields, asForm, []string{"Sec-Fetch-Site", "same-site", "Cookie", session}, 403},
		{"another port", form, fields, asForm, []string{"Origin", "http://localhost:8080", "Cookie", session}, 403},
		{"a sandboxed frame", form, fields, asForm, []string{"Origin", "null", "Cookie", session}, 403},
		{"a browser that does not say", form, fields, asForm, []string{"Cookie", session}, 403},
		{"the same with JSON", api, decision, asJSON, []string{"Cookie", session}, 403},
		{"signing in for someone", "/signin", "token=" + viewer, asForm, []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"the same, not saying", "/signin", "token=" + viewer, asForm, nil, 403},
		{"signing out for someone", "/signout", "", asForm, []string{"Sec-Fetch-Site", "cross-site", "Cookie", session}, 403},
		{"a program with a token", api, decision, asJSON, []string{"Authorization", "Bearer " + responder}, 200},
		{"another site with a token", api, decision, asJSON, []string{"Authorization", "Bearer " + responder, "Sec-Fetch-Site", "cross-site"}, 403},
	} {
		if w := ask(h, "POST", c.target, c.body, append(c.kind, c.header...)...); w.Code != c.want {
			t.Errorf("%s: %d, want %d", c.name, w.Code, c.want)
		}
	}
	if w := ask(h, "GET", api, "", "Cookie", session, "Sec-Fetch-Site", "cross-site"); w.Code != 404 && w.Code != 405 {
		t.Errorf("a link from elsewhere: %d", w.Code)
	}
	if w := ask(h, "GET", "/leaks/"+id, "", "Cookie", session, "Sec-Fetch-Site", "cross-site"); w.Code != 200 {
		t.Errorf("a link from elsewhere to a page: %d", w.Code)
	}
}

// TestCookies: they are kept from scripts, other sites and, over TLS, other hosts.
func TestCookies(t *testing.T) {
	for _, tls := range []bool{false, true} {
		h, _ := served(t, NewAuth(tokens, false, tls))
		w := ask(h, "POST", "/signin", "token="+viewer, "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "same-origin")
		c := w.Result().Cookies()
		if len(c) != 1 || !c[0].HttpOnly || c[0].Secure != tls || c[0].SameSite != http.SameSiteLaxMode || c[0].Path != "/" || c[0].Domain != "" || strings.HasPrefix(c[0].Name, "__Host-") != tls {
			t.Errorf("tls %v: %+v", tls, c)
		}
		if hsts := w.Header().Get("Strict-Transport-Security"); (hsts != "") != tls {
			t.Errorf("tls %v: %q", tls, hsts)
		}
	}
}

// TestForgedSessions: a cookie that was not given here opens nothing.
func TestForgedSessions(t *testing.T) {
	auth := NewAuth(tokens, false, false)
	auth.Authenticate = func(context.Context, http.Header) (Identity, error) { return Identity{}, errors.New("nobody") }
	other := NewAuth(tokens, false, false)
	h, _ := served(t, auth)
	later := time.Now().Add(time.Hour)
	good := auth.session(Identity{Name: "viewer", Role: Viewer}, viewer, later)
	person := auth.session(Identity{Name: "ann", Role: Viewer}, "", later)
	for name, value := range map[string]string{
		"empty": "", "dots": "...", "another run": other.session(Identity{Role: Viewer}, viewer, later),
		"over":          auth.session(Identity{Name: "viewer", Role: Viewer}, viewer, time.Now().Add(-time.Second)),
		"higher":        strings.Replace(good, "1.", "2.", 1),
		"longer":        strings.Replace(good, fmt.Sprint(later.Unix()), fmt.Sprint(later.Unix()+1), 1),
		"no token":      auth.session(Identity{Role: Viewer}, "", later),
		"not a token":   auth.session(Identity{Role: Viewer}, "another-token-entirely", later),
		"another name":  strings.Replace(person, ".YW5u.", ".Ym9i.", 1),
		"a role's name": strings.Replace(person, ".YW5u.", "..", 1),
		"no role":       auth.session(Identity{Name: "ann", Role: Nobody}, "", later),
		"no such role":  auth.session(Identity{Name: "ann", Role: 7}, "", later),
	} {
		if w := ask(h, "GET", "/api/v1/leaks", "", "Cookie", cookieName+"="+value); w.Code != http.StatusUnauthorized {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	for _, value := range []string{good, person} {
		if w := ask(h, "GET", "/api/v1/leaks", "", "Cookie", cookieName+"="+value); w.Code != http.StatusOK {
			t.Errorf("a good one: %d", w.Code)
		}
	}
}

// TestPeople: who an authenticator knows has the role it gives, in the audit under
// their name, and signs in till what they showed ends.
func TestPeople(t *testing.T) {
	ends := time.Now().Add(time.Hour).Truncate(time.Second)
	people := map[string]Identity{
		"Bearer ann": {Name: "ann@example.org", Role: Responder, Until: ends}, "Bearer bob": {Name: "bob", Role: Viewer}, "Bearer eve": {Name: "eve"},
	}
	auth := NewAuth(tokens, false, false)
	auth.Authenticate = func(_ context.Context, h http.Header) (Identity, error) {
		id, ok := people[h.Get("Authorization")]
		if !ok {
			return Identity{}, errors.New("not known")
		}
		return id, nil
	}
	h, id := served(t, auth)
	state := "/api/v1/leaks/" + id + "/state"
	for _, c := range []struct {
		method, target, body, token string
		want                        int
	}{
		{"GET", "/api/v1/leaks", "", "bob", 200}, {"GET", "/api/v1/leaks", "", "eve", 403}, {"GET", "/api/v1/leaks", "", "mallory", 401},
		{"GET", "/", "", "bob", 200}, {"GET", "/", "", "eve", 403}, {"GET", "/", "", "mallory", 303},
		{"POST", state, `{"state":"fixed"}`, "bob", 403}, {"POST", state, `{"state":"fixed"}`, "ann", 200}, {"GET", "/api/v1/leaks", "", viewer, 200},
	} {
		if w := ask(h, c.method, c.target, c.body, "Authorization", "Bearer "+c.token, "Content-Type", "application/json"); w.Code != c.want {
			t.Errorf("%s %s by %s: %d, want %d", c.method, c.target, c.token, w.Code, c.want)
		}
	}
	if w := ask(h, "GET", "/api/v1/audit", "", "Authorization", "Bearer bob"); !strings.Contains(w.Body.String(), `"actor":"ann@example.org"`) {
		t.Errorf("the audit: %s", w.Body)
	}
	for token, want := range map[string]int{"ann": 303, "eve": 403, "mallory": 401} {
		w := ask(h, "POST", "/signin", "token="+token+"&to=/leaks", "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "same-origin")
		cookies := w.Result().Cookies()
		if w.Code != want || (want == 303) != (len(cookies) == 1) {
			t.Fatalf("%s: %d with %d cookies", token, w.Code, len(cookies))
		}
		if want != 303 {
			continue
		}
		if !cookies[0].Expires.Equal(ends) || w.Header().Get("Location") != "/leaks" {
			t.Errorf("%+v to %s", cookies[0], w.Header().Get("Location"))
		}
		w = ask(h, "POST", state, `{"state":"rotated"}`, "Cookie", cookieName+"="+cookies[0].Value, "Content-Type", "application/json", "Sec-Fetch-Site", "same-origin")
		if w.Code != 200 || !strings.Contains(w.Body.String(), `"state_by":"ann@example.org"`) {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
}

// TestWhereSigningInLeads: back to the page that was asked for, and never elsewhere.
func TestWhereSigningInLeads(t *testing.T) {
	h, _ := served(t, NewAuth(tokens, false, false))
	if w := ask(h, "GET", "/leaks?class=secret", ""); w.Header().Get("Location") != "/signin?to="+url.QueryEscape("/leaks?class=secret") {
		t.Error(w.Header().Get("Location"))
	}
	if w := ask(h, "GET", "/events", "", "Accept", "text/event-stream"); w.Code != http.StatusUnauthorized {
		t.Errorf("a stream: %d", w.Code)
	}
	for to, want := range map[string]string{
		"/leaks?class=secret": "/leaks?class=secret", "": "/", "//evil.example.com": "/", "https://evil.example.com/": "/", "/\\evil.example.com": "/",
		"javascript:alert(1)": "/", "/\tevil": "/", "leaks": "/", "/%zz": "/",
	} {
		w := ask(h, "POST", "/signin", url.Values{"token": {viewer}, "to": {to}}.Encode(), "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "same-origin")
		if got := w.Header().Get("Location"); w.Code != 303 || got != want {
			t.Errorf("%q: %d to %q, want %q", to, w.Code, got, want)
		}
	}
}
