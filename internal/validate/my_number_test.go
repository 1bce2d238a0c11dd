package validate

import "testing"

func TestMyNumber(t *testing.T) {
	table(t, myNumber,
		[]string{"512617388317", "9634 6611 6818", "123456789018"},
		[]string{"512617388310", "9634 6611 6815", "123456789012", "12345678901"})
}
