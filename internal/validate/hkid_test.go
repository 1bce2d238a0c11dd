package validate

import "testing"

func TestHkid(t *testing.T) {
	table(t, hkid,
		[]string{"Q384675(6)", "VD8722120", "A123456(3)"},
		[]string{"Q384675(2)", "VD8722124", "A123456(4)", "1234567(3)", "A123456(3)(3)(3)((("})
}
