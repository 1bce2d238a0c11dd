package structure

import "testing"

func TestPlausible(t *testing.T) {
	tests := []struct {
		text string
		want bool
	}{
		{"", false},
		{"connection closed by remote host", false},
		{"a well-known re-use", false},
		{"Zürich", false},
		{"a=b", true},
		{"a: b", true},
		{"a%20b", true},
		{`a\nb`, true},
		{"--password x", true},
		{"-é x", true},
		{"call BEARER abc", true},
		{"bearer", false},
		{"[1]", true},
		{"密码：x", true},
	}
	for _, tt := range tests {
		if got := Plausible(tt.text); got != tt.want {
			t.Errorf("Plausible(%q) = %v, want %v", tt.text, got, tt.want)
		}
	}
	if n := testing.AllocsPerRun(10, func() { Plausible("connection closed by remote host") }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
