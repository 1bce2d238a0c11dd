package validate

import "testing"

func TestSpi(t *testing.T) {
	table(t, spi,
		[]string{"0837324521432", "28 24 495 554 286"},
		[]string{"0837324521434", "28 24 495 554 283", "083732452143", "08373245214320", "", "1111111111111", "x0837324521432"})
}
