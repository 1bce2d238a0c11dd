package validate

import "testing"

func TestCedulaUY(t *testing.T) {
	table(t, cedulaUY,
		[]string{"5.559.120-0", "70574683"},
		[]string{"5.559.120-8", "70574689", "5.559.120-", "5.559.120-00", "", "1.111.111-1", "x5.559.120-0"})
}
