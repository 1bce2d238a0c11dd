package finding

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestSkeleton(t *testing.T) {
	for _, c := range []struct{ masked, want string }{
		{"", ""},
		{"payment failed", "payment failed"},
		{"payment 4711 failed after 3 tries", "payment * failed after * tries"},
		{"login of [redacted:email] from 10.0.0.1:4711", "login of [redacted:email] from *:*"},
		{"user=ann password=[redacted:password] ok=true", "user=* password=[redacted:password] ok=*"},
		{`{"user":"ann","n":12,"token":"[redacted:jwt]"}`, `{"user":"*","n":*,"token":"[redacted:jwt]"}`},
		{"could not parse \"whatever it was\" here", `could not parse "*" here`},
		{"GET /api/orders/8f2a/items?id=7", "GET *=*"},
		{"at com.example.pay.Card.charge(Card.java:42)", "at com.example.pay.Card.charge(Card.java:*)"},
		{"trace 4bf92f3577b34da6a3ce929d0e0e4736 and dead-beef", "trace * and dead-beef"},
		{"Donaudampfschifffahrtsgesellschaft", "*"},
		{"java.lang.IllegalStateException: no", "java.lang.IllegalStateException: no"},
		{"XkQvBnMwRtYpLzHgFdSaXk", "*"},
		{"ERROR: no such user: ann", "ERROR: no such user: ann"},
		{"body [airtight: too deep] end", "body [airtight: too deep] end"},
		{"forged [redacted:Ann Lee] mask", "forged [redacted:Ann Lee] mask"},
		{"a\n\tb", "a b"},
		{"Müller überweist 5 €", "Müller überweist *"},
		{"x 1 2 3 y", "x * y"},
		{"contact_k1_abcdefghijklmnop logged in", "* logged in"},
	} {
		if got := Skeleton(c.masked); got != c.want {
			t.Errorf("%q:\n got %q\nwant %q", c.masked, got, c.want)
		}
	}
}

func TestSkeletonIsBounded(t *testing.T) {
	for _, text := range []string{strings.Repeat("word ", 1000), strings.Repeat("x", 1<<20), strings.Repeat(`"`, 4096), strings.Repeat("[redacted:a]", 99), strings.Repeat("é", 500)} {
		if got := Skeleton(text); len(got) > maxSkeleton || !utf8.ValidString(got) {
			t.Errorf("%d bytes, valid: %v", len(got), utf8.ValidString(got))
		}
	}
}

// TestSkeletonProperties: no digit outside a mask, and what is a skeleton stays one.
func TestSkeletonProperties(t *testing.T) {
	piece := rapid.SampledFrom([]string{
		"word", "x1", "42", "=", ":", " ", "\"", "'", "[redacted:email]", "[airtight: too deep]", "{", "}", ",", "/", "a.b", "-", "é", "…", "*",
		"averyveryverylongwordwithnoend", "[redacted:", "\n", "?", "\xff", "\x00", "#", "@", "a@b", "&", "1:", ".", "_",
	})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(piece, 0, 80).Draw(t, "pieces"), "")
		once := Skeleton(text)
		if again := Skeleton(once); again != once {
			t.Fatalf("%q\n once %q\nagain %q", text, once, again)
		}
		if len(once) > maxSkeleton || strings.ContainsAny(once, "0123456789") {
			t.Fatalf("%q", once)
		}
	})
}
