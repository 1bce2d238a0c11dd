package ledgerapi

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A session is a cookie that says who signed in and till when, and is signed:
//
//	<role>.<unix seconds>.<name in base64url>.<signature in base64url>
//
// The signature of who signed in with one of our tokens is over that token too, and
// the name is empty: the session ends when the token is rotated. That of a person is
// over the name, and ends with what their provider signed.
const (
	cookieName = "airtight_session"
	cookieLife = 12 * time.Hour
)

// cookieName has the prefix that keeps other hosts of the domain from setting the
// cookie, where browsers allow it.
func (a *Auth) cookieName() string {
	if a.TLS {
		return "__Host-" + cookieName
	}
	return cookieName
}

// session is the value of the cookie of who signed in. token is empty for a person.
func (a *Auth) session(id Identity, token string, expires time.Time) string {
	name := ""
	if token == "" {
		name = base64.RawURLEncoding.EncodeToString([]byte(id.Name))
	}
	head := strconv.Itoa(int(id.Role)) + "." + strconv.FormatInt(expires.Unix(), 10) + "." + name + "."
	return head + a.sign(head, token)
}

func (a *Auth) sign(head, token string) string {
	mac := hmac.New(sha256.New, a.key[:])
	_, _ = mac.Write([]byte(head + token)) // a head ends with its third dot
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func (a *Auth) whoseCookie(value string) Identity {
	i := strings.LastIndexByte(value, '.')
	if i < 0 {
		return Identity{}
	}
	head, signature := value[:i+1], value[i+1:]
	parts := strings.Split(strings.TrimSuffix(head, "."), ".")
	if len(parts) != 3 {
		return Identity{}
	}
	number, err := strconv.Atoi(parts[0])
	unix, err2 := strconv.ParseInt(parts[1], 10, 64)
	name, err3 := base64.RawURLEncoding.DecodeString(parts[2])
	role := Role(number)
	if err != nil || err2 != nil || err3 != nil || role != Viewer && role != Responder {
		return Identity{}
	}
	id := Identity{Name: string(name), Role: role, Until: time.Unix(unix, 0)}
	if !time.Now().Before(id.Until) {
		return Identity{}
	}
	if id.Name != "" {
		if a.Authenticate != nil && hmac.Equal([]byte(signature), []byte(a.sign(head, ""))) {
			return id
		}
		return Identity{}
	}
	tokens, err := a.Tokens(role)
	if err != nil {
		return Identity{}
	}
	id.Name = role.String()
	for _, t := range tokens {
		if t != "" && hmac.Equal([]byte(signature), []byte(a.sign(head, t))) {
			return id
		}
	}
	return Identity{}
}

func (a *Auth) setCookie(w http.ResponseWriter, id Identity, token string) {
	expires := time.Now().Add(cookieLife)
	if !id.Until.IsZero() && id.Until.Before(expires) {
		expires = id.Until
	}
	http.SetCookie(w, &http.Cookie{
		Name: a.cookieName(), Value: a.session(id, token, expires), Path: "/", Expires: expires,
		HttpOnly: true, Secure: a.TLS, SameSite: http.SameSiteLaxMode,
	})
}
