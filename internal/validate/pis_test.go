package validate

import "testing"

func TestPis(t *testing.T) {
	table(t, pis,
		[]string{"13734535882", "17686547696"},
		[]string{"13734535887", "17686547691", "1373453588", "137345358820", "", "x13734535882"})
}
