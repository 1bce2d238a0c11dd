package ledgerapi

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
)

//go:embed signin.css
var signInStyle string

//go:embed signin.html
var signInText string

var signInTemplate = template.Must(template.New("signin").Parse(signInText))

// signInPolicy allows the page's own style, by its hash, and nothing else.
var signInPolicy = func() string {
	sum := sha256.Sum256([]byte(signInStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
}()

func (a *Auth) showSignIn(w http.ResponseWriter, status int, fault string) {
	w.Header().Set("Content-Security-Policy", signInPolicy)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_ = signInTemplate.Execute(w, map[string]any{"Style": template.CSS(signInStyle), "Fault": fault}) // the client has gone
}
