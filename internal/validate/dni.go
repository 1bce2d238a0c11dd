package validate

// dniLetters are the control letters by number modulo 23.
const dniLetters = "TRWAGMYFPDXBNJZSQVHLCKE"

// dni accepts a Spanish Documento Nacional de Identidad: eight digits and the
// letter that the number modulo 23 names
// (https://www.interior.gob.es/opencms/es/servicios-al-ciudadano/tramites-y-gestiones/dni/calculo-del-digito-de-control-del-nif-nie/).
func dni(value string) bool {
	var buf [9]byte
	b := compact(value, buf[:0])
	return shape(b, "99999999A") && b[8] == dniLetters[ascii(b[:8])%23]
}
