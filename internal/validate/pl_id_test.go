package validate

import "testing"

func TestPlID(t *testing.T) {
	table(t, plID,
		[]string{"FFU079112", "WRX939469"},
		[]string{"FFU079117", "WRX939464", "FFU07911", "FFU0791120", "", "xFFU079112"})
}
