package validate

import "testing"

func TestPasswordShape(t *testing.T) {
	table(t, passwordShape,
		[]string{"hunter2", "letmein", "qwerty", "Sommer-2024!", "12345678", "changeme1", "correcthorse", "secret", "mypassword", "/Zk3v+Q8rT1", "пароль1", "p@ssw0rd,"},
		[]string{
			"", "abc", "incorrect", "Incorrect.", "required", "expired", "true", "string", "****", "${DB_PASSWORD}", "changeme", "example", "/home/dev", "/etc/shadow",
			"./secret", "~/.pgpass", `C:\Users\dev`, "file:///run/secret", "src/main", "changed,", "authentication",
		})
}

func TestPassphraseShape(t *testing.T) {
	table(t, passphraseShape,
		[]string{"maple orbit saddle zebra", "quiet lantern over copper hills 7", "correct-ish horse battery"},
		[]string{"", "a b", "must not be empty", "is too short", "maple", "field required: password", "**** **** ****"})
}

func FuzzSecretShapes(f *testing.F) {
	for _, v := range []string{"", "$", "${", "[", "x(", "a@1234", "0x", "\xff\xfe", "/", "C:\\", "…", "•"} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v string) {
		shape := tokenShape(v)
		if shape && !notPlaceholder(v) {
			t.Error("a placeholder has the shape of a token")
		}
		if shape && len(v) < 8 {
			t.Error("a short value has the shape of a token")
		}
		entropy(v)
		tokenLike(v)
		varied(v)
		passwordShape(v)
		passphraseShape(v)
	})
}
