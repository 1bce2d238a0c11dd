package structure

// notDigit marks a byte that is no digit of base64.
const notDigit = 0xff

// digit64 are the digits of base64 in the standard and the URL-safe alphabet
// (RFC 4648 sections 4 and 5) together: they differ in two bytes, and neither's
// two are letters of the other.
var digit64 = func() (t [256]byte) {
	for c := range t {
		t[c] = notDigit
	}
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	for i, c := range []byte(letters) {
		t[c] = byte(i)
	}
	t['+'], t['-'], t['/'], t['_'] = 62, 62, 63, 63
	return t
}()

// decode64 reads base64. Six bits that are left over at the end write nothing;
// line breaks and indentation are skipped.
func (d *runDigits) decode64(dst []byte, size int) []byte {
	for len(dst) < size && d.at < len(d.text) {
		c := d.text[d.at]
		d.at++
		v := digit64[c]
		if v == notDigit {
			if c == '\\' {
				d.at++ // the letter of a line break written out
			}
			continue
		}
		d.acc = d.acc<<6 | uint32(v)
		if d.bits += 6; d.bits >= 8 {
			d.bits -= 8
			dst = append(dst, byte(d.acc>>d.bits))
		}
	}
	return dst
}
