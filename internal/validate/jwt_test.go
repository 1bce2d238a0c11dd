package validate

import "testing"

func TestJwt(t *testing.T) {
	table(t, jwt,
		[]string{"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxIn0.c2ln", "eyJhbGciOiJub25lIn0.e30."},
		[]string{"eyJ0eXAiOiJKV1QifQ.e30.c2ln", "eyJhbGciOiJub25lIn0.e30", "a.b.c", "", "eyJhbGciOiJub25lIn0.e 30.c2ln"})
}
