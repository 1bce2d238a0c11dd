package validate

import (
	"encoding/base64"
	"encoding/json"
	"strings"
)

// jwt accepts a JSON Web Token (RFC 7519) in compact form: three parts (JWS) or
// five (JWE) in base64url, the first a JSON object that names an algorithm.
func jwt(value string) bool {
	head, rest, ok := strings.Cut(value, ".")
	if dots := strings.Count(rest, "."); !ok || dots != 1 && dots != 3 || len(head) > 8<<10 {
		return false
	}
	for i := 0; i < len(rest); i++ {
		if c := rest[i]; !isDigit(c) && !isUpper(c&^0x20) && c != '-' && c != '_' && c != '.' && c != '=' {
			return false
		}
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(head, "="))
	if err != nil {
		return false
	}
	var header struct {
		Alg string `json:"alg"`
	}
	return json.Unmarshal(raw, &header) == nil && header.Alg != ""
}
