package validate

import "testing"

func TestLatLong(t *testing.T) {
	table(t, latLong,
		[]string{"52.5201,13.4051", "-33.8688, 151.2093", "(52.5201; 13.4051)"},
		[]string{"95.123,13.4", "52.5,13.4", "52.5201", "52.5201,abc", "1e5,2.0001"})
}
