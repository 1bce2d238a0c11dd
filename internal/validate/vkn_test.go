package validate

import "testing"

func TestVkn(t *testing.T) {
	table(t, vkn,
		[]string{"8634637613", "2195866711"},
		[]string{"8634637618", "2195866716", "863463761", "86346376130", "", "x8634637613"})
}
