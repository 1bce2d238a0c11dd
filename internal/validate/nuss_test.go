package validate

import "testing"

func TestNuss(t *testing.T) {
	table(t, nuss,
		[]string{"287598406222", "28/79958159/29"},
		[]string{"287598406223", "28/79958159/28", "28759840622", "2875984062220", "", "111111111111", "x287598406222"})
}
