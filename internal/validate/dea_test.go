package validate

import "testing"

func TestDea(t *testing.T) {
	table(t, dea,
		[]string{"BD9123201", "MS2161317"},
		[]string{"BD9123203", "MS2161312", "BD912320", "BD91232010", "", "111111111", "xBD9123201"})
}
