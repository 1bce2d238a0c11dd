package validate

import "testing"

func TestDateText(t *testing.T) {
	table(t, dateText,
		[]string{"1984-05-12", "12.05.1984", "05/12/1984", "19840512", "12/5/84", "2000-02-29"},
		[]string{"1984-13-32", "1900-02-29", "84-05-1984-1", "1784-05-12", "12.05", "199.05.12", ""})
}
