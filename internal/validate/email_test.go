package validate

import "testing"

func TestEmail(t *testing.T) {
	table(t, email,
		[]string{"ruth@example.com", "a.b+c@mail.example.co.uk", "jürgen@müller.de", "u@corp.local", "x@shop.example.みんな"},
		[]string{"git@github.com", "logo@2x.png", "a@b", "@example.com", "a@@example.com", ".a@example.com", "a..b@example.com", "a@-x.example.com", "unit@1.service", "a@example..com", ""})
}
