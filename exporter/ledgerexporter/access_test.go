package ledgerexporter

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/oidcauthextension"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/extension/extensiontest"

	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/ledger"
	"github.com/airtight-telemetry/airtight/internal/ledgerapi"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

const viewerToken, responderToken = "a-viewers-token-here", "a-responders-token-here"

// oneLeak is a ledger with one leak.
func oneLeak(t *testing.T) (l *ledger.Ledger, id string) {
	t.Helper()
	l, err := ledger.Open(t.Context(), ledger.Options{Path: filepath.Join(t.TempDir(), "l.db"), Report: func(err error) { t.Error(err) }})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	require.NoError(t, l.Record(t.Context(), []finding.Row{{Finding: finding.Finding{Rule: "jwt", Class: rule.Secret}, Count: 3, First: time.Now(), Last: time.Now()}}))
	p, err := l.Leaks(t.Context(), ledger.Filter{})
	require.NoError(t, err)
	return l, p.Leaks[0].ID
}

// TestPageAccess goes through every route of the page without a token, with a wrong
// one, and with that of either role. A route without a line here fails it; those of
// the API are gone through in package ledgerapi.
func TestPageAccess(t *testing.T) {
	l, id := oneLeak(t)
	report := func(err error) { t.Error(err) }
	c := &HTTPConfig{Token: viewerToken, ResponderToken: responderToken}
	page := newPage(c, l, report)
	defer page.Close()
	h := newHandler(ledgerapi.NewAuth(c.tokens, false, false), l, page, report)
	left := map[string]bool{}
	mux := http.NewServeMux()
	for _, pattern := range page.Patterns {
		left[pattern] = true
		mux.Handle(pattern, http.NotFoundHandler())
	}
	for _, c := range []struct {
		method, path, form             string
		none, wrong, viewer, responder int
	}{
		{"GET", "/", "", 303, 303, 200, 200},
		{"GET", "/leaks", "", 303, 303, 200, 200},
		{"GET", "/leaks/ID", "", 303, 303, 200, 200},
		{"POST", "/leaks/ID/state", "state=acknowledged", 303, 303, 403, 303},
		{"GET", "/incidents", "", 303, 303, 200, 200},
		{"GET", "/incidents/none", "", 303, 303, 404, 404},
		{"POST", "/incidents/none/close", "reason=x", 303, 303, 403, 404},
		{"POST", "/incidents/none/contain", "for=15m", 303, 303, 403, 404},
		{"POST", "/incidents/none/release", "", 303, 303, 403, 404},
		{"GET", "/shadow", "", 303, 303, 200, 200},
		{"GET", "/try", "", 303, 303, 200, 200},
		{"POST", "/try", "text=x", 303, 303, 200, 200},
		{"GET", "/events", "", 303, 303, 200, 200},
		{"GET", "/assets/style.css", "", 200, 200, 200, 200},
		{"GET", "/none", "", 303, 303, 404, 404},
		{"DELETE", "/leaks/ID", "", 303, 303, 404, 404},
	} {
		path := strings.ReplaceAll(c.path, "ID", id)
		_, pattern := mux.Handler(httptest.NewRequest(c.method, path, nil))
		delete(left, pattern)
		for token, want := range map[string]int{"": c.none, "a-wrong-token-here": c.wrong, viewerToken: c.viewer, responderToken: c.responder} {
			// A stream ends with its request.
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			if c.path == "/events" {
				cancel()
			}
			r := httptest.NewRequestWithContext(ctx, c.method, path, strings.NewReader(c.form))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Sec-Fetch-Site", "same-origin")
			if token != "" {
				r.Header.Set("Authorization", "Bearer "+token)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			cancel()
			if w.Code != want && !(want == 404 && w.Code == 400) { // no gate is here to contain anything
				t.Errorf("%s %s with %q: %d, want %d", c.method, c.path, token, w.Code, want)
			}
			if want == 303 && c.method != "POST" && !strings.HasPrefix(w.Header().Get("Location"), "/signin") {
				t.Errorf("%s %s with %q leads to %s", c.method, c.path, token, w.Header().Get("Location"))
			}
			if csp := w.Header().Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") || !strings.HasPrefix(csp, "default-src 'none'") || w.Header().Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s %s: %q", c.method, c.path, csp)
			}
		}
	}
	for pattern := range left {
		t.Errorf("%s: who may is not tested", pattern)
	}
	// The one change is the responder's.
	d, err := l.Leak(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, ledger.Acknowledged, d.State)
	require.Equal(t, "responder", d.StateBy)
}

// issuer is an OpenID provider: its discovery document, its keys, and tokens that it
// signs. https://openid.net/specs/openid-connect-discovery-1_0.html
type issuer struct {
	*httptest.Server
	key *rsa.PrivateKey
}

func newIssuer(t *testing.T) *issuer {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	i := &issuer{key: key}
	mux := http.NewServeMux()
	answer := func(pattern string, v func() any) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(v())
		})
	}
	answer("GET /.well-known/openid-configuration", func() any {
		return map[string]any{
			"issuer": i.URL, "jwks_uri": i.URL + "/keys", "authorization_endpoint": i.URL + "/auth", "token_endpoint": i.URL + "/token",
			"id_token_signing_alg_values_supported": []string{"RS256"},
		}
	})
	answer("GET /keys", func() any {
		return map[string]any{"keys": []any{map[string]any{
			"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "k1",
			"n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()), "e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes()),
		}}}
	})
	i.Server = httptest.NewServer(mux)
	t.Cleanup(i.Close)
	return i
}

// token is an ID token with these claims over those that are right.
func (i *issuer) token(t *testing.T, with *rsa.PrivateKey, claims map[string]any) string {
	all := map[string]any{"iss": i.URL, "aud": "airtight", "sub": "ann@example.org", "iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix()}
	for k, v := range claims {
		all[k] = v
	}
	part := func(v any) string {
		b, err := json.Marshal(v)
		require.NoError(t, err)
		return base64.RawURLEncoding.EncodeToString(b)
	}
	head := part(map[string]any{"alg": "RS256", "kid": "k1", "typ": "JWT"}) + "." + part(all)
	sum := sha256.Sum256([]byte(head))
	signature, err := rsa.SignPKCS1v15(rand.Reader, with, crypto.SHA256, sum[:])
	require.NoError(t, err)
	return head + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// host has one extension.
type host struct {
	component.Host
	extensions map[component.ID]component.Component
}

func (h host) GetExtensions() map[component.ID]component.Component { return h.extensions }

// TestOIDC: the Collector's own OIDC extension, against a provider over HTTP.
func TestOIDC(t *testing.T) {
	provider := newIssuer(t)
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	f := oidcauthextension.NewFactory()
	cfg := configured(t, f.CreateDefaultConfig(), map[string]any{
		"providers": []any{map[string]any{"issuer_url": provider.URL, "audience": "airtight", "groups_claim": "groups"}},
	})
	extension, err := f.Create(t.Context(), extensiontest.NewNopSettings(f.Type()), cfg)
	require.NoError(t, err)
	require.NoError(t, extension.Start(t.Context(), componenttest.NewNopHost()))
	defer func() { require.NoError(t, extension.Shutdown(context.Background())) }()

	oidc := component.MustNewID("oidc")
	c := &HTTPConfig{Endpoint: freeEndpoint(t), Token: viewerToken, Auth: configoptional.Some(AuthConfig{
		Authenticator: oidc, RoleAttribute: "membership", Viewers: []string{"engineers"}, Responders: []string{"security"},
	})}
	require.NoError(t, c.validate())
	l, id := oneLeak(t)
	s, err := serve(t.Context(), c, l, host{componenttest.NewNopHost(), map[component.ID]component.Component{oidc: extension}},
		componenttest.NewNopTelemetrySettings(), func(err error) { t.Error(err) })
	require.NoError(t, err)
	defer func() { require.NoError(t, s.shutdown(context.Background())) }()
	base := "http://" + c.Endpoint

	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	client := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	ask := func(method, path, body, kind, token string) (int, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, base+path, strings.NewReader(body))
		require.NoError(t, err)
		r.Header.Set("Content-Type", kind)
		if method == http.MethodPost {
			r.Header.Set("Origin", base)
		}
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		res, err := client.Do(r)
		require.NoError(t, err)
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		return res.StatusCode, string(b)
	}
	claims := func(more map[string]any, groups ...string) map[string]any {
		all := map[string]any{"groups": groups}
		for k, v := range more {
			all[k] = v
		}
		return all
	}
	state := "/api/v1/leaks/" + id + "/state"
	for _, c := range []struct {
		name         string
		token        string
		read, decide int
	}{
		{"a responder", provider.token(t, provider.key, claims(nil, "security")), 200, 200},
		{"a viewer", provider.token(t, provider.key, claims(nil, "engineers", "cooks")), 200, 403},
		{"neither", provider.token(t, provider.key, claims(nil, "cooks")), 403, 403},
		{"no groups", provider.token(t, provider.key, nil), 401, 401},
		{"expired", provider.token(t, provider.key, claims(map[string]any{"exp": time.Now().Add(-time.Minute).Unix()}, "security")), 401, 401},
		{"for another service", provider.token(t, provider.key, claims(map[string]any{"aud": "other"}, "security")), 401, 401},
		{"of another provider", provider.token(t, provider.key, claims(map[string]any{"iss": "https://evil.example.com"}, "security")), 401, 401},
		{"forged", provider.token(t, stranger, claims(nil, "security")), 401, 401},
		{"no token at all", "x.y.z", 401, 401},
		{"the ledger's own token", viewerToken, 200, 403},
	} {
		code, _ := ask("GET", "/api/v1/leaks", "", "", c.token)
		require.Equal(t, c.read, code, c.name)
		code, _ = ask("POST", state, `{"state":"acknowledged"}`, "application/json", c.token)
		require.Equal(t, c.decide, code, c.name)
	}

	// On the page, with the token once and a cookie from then on.
	form := url.Values{"token": {provider.token(t, provider.key, claims(nil, "security"))}, "to": {"/leaks"}}.Encode()
	code, _ := ask("POST", "/signin", form, "application/x-www-form-urlencoded", "")
	require.Equal(t, http.StatusSeeOther, code)
	code, _ = ask("GET", "/leaks", "", "", "")
	require.Equal(t, http.StatusOK, code)
	code, _ = ask("POST", "/leaks/"+id+"/state", "state=fixed", "application/x-www-form-urlencoded", "")
	require.Equal(t, http.StatusSeeOther, code)
	d, err := l.Leak(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, "ann@example.org", d.StateBy)
}

// TestAuthenticator: one that is not there, or is none, ends the start.
func TestAuthenticator(t *testing.T) {
	l, _ := oneLeak(t)
	id := component.MustNewID("oidc")
	for want, extensions := range map[string]map[component.ID]component.Component{
		"there is no extension oidc":         nil,
		"the extension oidc does not authen": {id: struct{ component.Component }{}},
	} {
		c := &HTTPConfig{Endpoint: freeEndpoint(t), Auth: configoptional.Some(AuthConfig{Authenticator: id})}
		_, err := serve(t.Context(), c, l, host{componenttest.NewNopHost(), extensions}, componenttest.NewNopTelemetrySettings(), func(error) {})
		require.ErrorContains(t, err, "http.auth.authenticator: "+want)
	}
}

// attributes are what an authenticator says of someone.
type attributes map[string]any

func (a attributes) GetAttribute(name string) any { return a[name] }
func (a attributes) GetAttributeNames() []string  { return nil }

func TestIdentity(t *testing.T) {
	responders := []string{"security"}
	for _, c := range []struct {
		config AuthConfig
		data   attributes
		want   string
	}{
		{AuthConfig{}, attributes{"subject": "ann"}, "ann viewer"},
		{AuthConfig{Responders: []string{"ann"}}, attributes{"subject": "ann"}, "ann responder"},
		{AuthConfig{Viewers: []string{"bob"}}, attributes{"subject": "ann"}, "ann nobody"},
		{AuthConfig{Viewers: []string{"bob"}, Responders: []string{"ann"}}, attributes{"subject": "ann"}, "ann responder"},
		{AuthConfig{RoleAttribute: "membership", Responders: responders}, attributes{"subject": "ann", "membership": []string{"x", "security"}}, "ann responder"},
		{AuthConfig{RoleAttribute: "claims.roles", Responders: responders}, attributes{"subject": "ann", "claims.roles": []any{"security", 7}}, "ann responder"},
		{AuthConfig{RoleAttribute: "claims.roles", Responders: responders}, attributes{"subject": "ann", "claims.roles": "security"}, "ann responder"},
		{AuthConfig{RoleAttribute: "claims.roles", Responders: responders}, attributes{"subject": "security"}, "security viewer"},
		{AuthConfig{RoleAttribute: "claims.roles", Viewers: responders}, attributes{"subject": "ann", "claims.roles": map[string]any{"security": true}}, "ann nobody"},
		{AuthConfig{}, attributes{"username": "bob"}, "bob viewer"},
		{AuthConfig{}, attributes{}, "basic viewer"},
	} {
		c.config.Authenticator = component.MustNewID("basic")
		id := c.config.identity(c.data)
		if got := fmt.Sprint(id.Name, " ", id.Role); got != c.want {
			t.Errorf("%v %v: %q, want %q", c.config, c.data, got, c.want)
		}
	}
	if until := (&AuthConfig{}).identity(attributes{"claims.exp": 1.9e9}).Until; until.Unix() != 1_900_000_000 {
		t.Error(until)
	}
}

// TestStreamsEndWithTheServer: an open page does not hold up a shutdown.
func TestStreamsEndWithTheServer(t *testing.T) {
	l, _ := oneLeak(t)
	c := &HTTPConfig{Endpoint: freeEndpoint(t), NoAuth: true}
	s, err := serve(t.Context(), c, l, componenttest.NewNopHost(), componenttest.NewNopTelemetrySettings(), func(err error) { t.Error(err) })
	require.NoError(t, err)
	res, err := http.Get("http://" + c.Endpoint + "/events")
	require.NoError(t, err)
	defer res.Body.Close()
	first := make([]byte, 5)
	_, err = io.ReadFull(res.Body, first)
	require.NoError(t, err)
	require.True(t, bytes.Equal(first, []byte("retry")))
	began := time.Now()
	require.NoError(t, s.shutdown(context.Background()))
	require.Less(t, time.Since(began), grace)
}
