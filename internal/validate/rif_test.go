package validate

import "testing"

func TestRif(t *testing.T) {
	table(t, rif,
		[]string{"V-27823998-1", "J699056552"},
		[]string{"V-27823998-4", "J699056550", "V-27823998-", "V-27823998-10", "", "1-11111111-1", "xV-27823998-1"})
}
