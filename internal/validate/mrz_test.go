package validate

import "testing"

func TestMrz(t *testing.T) {
	table(t, mrz,
		[]string{"L898902C36UTO7408122F1204159ZE184226B<<<<<10", "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10", "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"},
		[]string{"L898902C36UTO7408122F1204159ZE184226B<<<<<11", "L898902C36UTO7408132F1204159ZE184226B<<<<<10", "I<UTOD231458907<<<<<<<<<<<<<<<", "", "<<<<"})
}
