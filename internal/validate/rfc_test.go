package validate

import "testing"

func TestRfc(t *testing.T) {
	table(t, rfc,
		[]string{"KMBR770512FV3", "IPA-850527-P79", "GODE561231GR8", "MAB-930714-8T4"},
		[]string{"KMBR770512FV9", "IPA-850527-P72", "GODE561331GR8", "GODE561231GR9", "GODE56123"})
}
