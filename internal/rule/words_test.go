package rule

import (
	"slices"
	"strings"
	"testing"
)

func TestWords(t *testing.T) {
	for key, want := range map[string]string{
		"":                                   "",
		"...":                                "",
		"password":                           "password",
		"APIKey":                             "api key",
		"X-Api-Key":                          "x api key",
		"x_api_key":                          "x api key",
		"dbPassword2":                        "db password 2",
		"HTTPServer":                         "http server",
		"getHTTPResponseCode":                "get http response code",
		"SECRET_ACCESS_KEY":                  "secret access key",
		"http.request.header.x-vault-token":  "http request header x vault token",
		"base64":                             "base 64",
		"oauth2Token":                        "oauth 2 token",
		"tokenizer":                          "tokenizer",
		"clé_privée":                         "clé privée",
		"ClavePrivada":                       "clave privada",
		"ПарольБазы":                         "пароль базы",
		"パスワード":                              "パスワード",
		"a\xffb":                             "a b",
		"spring.datasource[0].pwd":           "spring datasource 0 pwd",
		"--client-secret":                    "client secret",
		"ID":                                 "id",
		"userIDs":                            "user i ds",
		"aB":                                 "a b",
		"ABc":                                "a bc",
		"http.request.header.Authorization ": "http request header authorization",
	} {
		if got := strings.Join(Words(nil, key), " "); got != want {
			t.Errorf("Words(%q) = %q, want %q", key, got, want)
		}
	}
}

func keySet(sequences ...string) *KeySet {
	s := new(KeySet)
	for i, seq := range sequences {
		if !s.Add(seq, i) {
			panic("refused: " + seq)
		}
	}
	return s
}

func TestKeySetEndsIn(t *testing.T) {
	s := keySet("password", "api key", "token", "x amz signature", "пароль", "user ids", "b64 secret")
	for key, want := range map[string]bool{
		"":                                       false,
		"...":                                    false,
		"password":                               true,
		"PASSWORD":                               true,
		"pass_word":                              true,
		"db.password":                            true,
		"dbPassword2":                            true,
		"password_old":                           true,
		"passwordConfirm":                        true,
		"password-base64":                        true,
		"PASSWORD_B64":                           true,
		"password.value":                         true,
		"passwordTestValue1":                     true,
		"api_key":                                true,
		"apikey":                                 true,
		"APIKEY":                                 true,
		"apiKey":                                 true,
		"APIKey":                                 true,
		"x-api-key":                              true,
		"key":                                    false,
		"api_key_id":                             false,
		"apikeys":                                false,
		"tokenizer":                              false,
		"tokens":                                 false,
		"access-token":                           true,
		"xtoken":                                 false,
		"token_count":                            false,
		"token[0]":                               true,
		"X-Amz-Signature":                        true,
		"x_amz":                                  false,
		"ПАРОЛЬ":                                 true,
		"новыйПароль":                            true,
		"userIDs":                                true,
		"b64secret":                              true,
		"value":                                  false,
		"test":                                   false,
		"64":                                     false,
		"base64":                                 false,
		"01JD8Z3KQ0V6T1X2Y3TOKEN":                false, // a ULID that happens to end so
		"oauth2Base64Sha256Token":                true,
		strings.Repeat("a", 500):                 false,
		strings.Repeat("old_", 500):              false,
		"password" + strings.Repeat("_old", 500): true,
	} {
		if got := s.EndsIn(key); got != want {
			t.Errorf("EndsIn(%q) = %v, want %v", key, got, want)
		}
	}
}

func TestKeySetContains(t *testing.T) {
	s := keySet("password", "api key", "cvv", "token")
	for key, want := range map[string]bool{
		"":                     false,
		"password":             true,
		"password_hash":        true,
		"userPasswordHash":     true,
		"api_key_id":           true,
		"apikey":               true,
		"APIKeyRing":           true,
		"key":                  false,
		"tokenizer":            false,
		"my.token.count":       true,
		"cvv2":                 true,
		"Cvv":                  true,
		"acvv":                 false,
		"compassword":          false,
		"a-p-i-k-e-y":          true,
		strings.Repeat(".", 9): false,
	} {
		if got := s.Contains(key); got != want {
			t.Errorf("Contains(%q) = %v, want %v", key, got, want)
		}
	}
}

func TestKeySetHead(t *testing.T) {
	s := keySet("db query parameter", "x")
	for key, want := range map[string]bool{
		"":                            false,
		"...":                         false,
		"db.query.parameter.mail":     true,
		"db.query.parameter":          true,
		"_dbQueryParameter0":          true,
		"db_query_parameter[0]":       true,
		"db.query.parameters":         false,
		"db.query":                    false,
		"my.db.query.parameter.a":     false,
		"x-y":                         true,
		"xy":                          false,
		strings.Repeat("db.", 500):    false,
		"db.query.parameter\xff.\xff": true,
	} {
		if got := len(s.Head(nil, key)) > 0; got != want {
			t.Errorf("Head(%q) finds something: %v, want %v", key, got, want)
		}
	}
	if got := new(KeySet).Head(nil, "x"); len(got) > 0 {
		t.Error("an empty set matches")
	}
}

func TestKeySetAdd(t *testing.T) {
	s := new(KeySet)
	for _, seq := range []string{"", "--", strings.Repeat("a", 65)} {
		if s.Add(seq, 1) {
			t.Errorf("Add(%q) was taken", seq)
		}
	}
	if s.EndsIn("password") || s.Contains("password") || s.Len() != 0 {
		t.Error("an empty set matches")
	}
	s.Add("token", 1)
	s.Add("access token", 2)
	s.Add("Token", 3)
	s.Add("token", 3)
	got := s.Tail(nil, "accessToken")
	slices.Sort(got)
	if !slices.Equal(got, []int{1, 2, 3}) {
		t.Errorf("Tail = %v, want each of 1, 2, 3", got)
	}
}

func TestKeySetAllocates(t *testing.T) {
	s := keySet("password", "api key", "client secret", "token")
	for _, key := range []string{"password", "http.request.header.x-api-key", "OldClientSecretValue", "k8s.pod.name", "größe"} {
		if n := testing.AllocsPerRun(100, func() { s.EndsIn(key); s.Contains(key) }); n != 0 {
			t.Errorf("%q: %v allocations, want none", key, n)
		}
	}
}

// FuzzKeySet holds EndsIn and Contains against the same question asked of Words.
func FuzzKeySet(f *testing.F) {
	for _, key := range []string{"password", "db_api_key", "APIKey2", "x.token", "tokenizer", "a\xff\xffb", "İstanbulToken", "ǅtoken", "passwordOldBase64"} {
		f.Add(key)
	}
	sequences := []string{"password", "api key", "token", "пароль"}
	s := keySet(sequences...)
	f.Fuzz(func(t *testing.T, key string) {
		if len(key) > 100 {
			t.Skip("the oracle is cubic")
		}
		words := Words(nil, key)
		ends, contains := false, false
		for _, seq := range sequences {
			want := strings.Join(Words(nil, seq), "")
			for i := range words {
				for j := i + 1; j <= len(words); j++ {
					if strings.Join(words[i:j], "") == want {
						contains = true
						ends = ends || qualify(words[j:])
					}
				}
			}
		}
		if got := s.EndsIn(key); got != ends {
			t.Errorf("EndsIn(%q) = %v, want %v", key, got, ends)
		}
		if got := s.Contains(key); got != contains {
			t.Errorf("Contains(%q) = %v, want %v", key, got, contains)
		}
	})
}

// qualify reports whether words say nothing by themselves, read from the end as
// Tail does.
func qualify(words []string) bool {
	for len(words) > 0 {
		n := len(words)
		last := words[n-1]
		switch {
		case last == "64" && n > 1 && (words[n-2] == "base" || words[n-2] == "b"):
			words = words[:n-2]
		case qualifiers[last] || classOf([]rune(last)[0]) == digit:
			words = words[:n-1]
		default:
			return false
		}
	}
	return true
}
