package ledgerapi

import (
	_ "embed"
	"html/template"
	"net/http"
	"net/url"
	"strings"
)

//go:embed signin.html
var signInText string

var signInTemplate = template.Must(template.New("signin").Parse(signInText))

// signInPolicy allows the page's style sheets and scripts and nothing else.
const signInPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

func (a *Auth) showSignIn(w http.ResponseWriter, status int, to, fault string) {
	w.Header().Set("Content-Security-Policy", signInPolicy)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_ = signInTemplate.Execute(w, map[string]any{"To": to, "Fault": fault, "Person": a.Authenticate != nil}) // the client has gone
}

// local is a path of this server: where to go after signing in comes from the URL,
// and a URL can be anyone's.
func local(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\n\r\t") {
		return "/"
	}
	return to
}

func (a *Auth) signInPage(w http.ResponseWriter, r *http.Request) {
	to := local(r.URL.Query().Get("to"))
	if a.who(r).Role != Nobody {
		http.Redirect(w, r, to, http.StatusSeeOther)
		return
	}
	a.showSignIn(w, http.StatusOK, to, "")
}

func (a *Auth) signIn(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	token, to := strings.TrimSpace(r.PostFormValue("token")), local(r.PostFormValue("to"))
	id := Identity{}
	if token != "" {
		id = a.shows(r.Context(), http.Header{"Authorization": {"Bearer " + token}})
	}
	switch {
	case id.Name == "":
		a.showSignIn(w, http.StatusUnauthorized, to, "That token is not one of this ledger's.")
		return
	case id.Role == Nobody:
		a.showSignIn(w, http.StatusForbidden, to, "You are known here and may not read the ledger. Ask for a place among its viewers.")
		return
	}
	if a.roleOf(token) == Nobody {
		token = "" // a person's: it is not ours to hold on to
	}
	a.setCookie(w, id, token)
	http.Redirect(w, r, to, http.StatusSeeOther)
}

func (a *Auth) signOut(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: a.cookieName(), Path: "/", MaxAge: -1, HttpOnly: true, Secure: a.TLS, SameSite: http.SameSiteLaxMode})
	http.Redirect(w, r, "/signin", http.StatusSeeOther)
}
