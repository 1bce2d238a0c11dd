package validate

import "testing"

func TestEgn(t *testing.T) {
	table(t, egn,
		[]string{"7802053871", "650524 6948"},
		[]string{"7802053872", "650524 6941", "780205387", "78020538710", "", "1111111111", "x7802053871"})
}
