package validate

// mac accepts a hardware address of 48 or 64 bits (EUI-48, EUI-64; IEEE 802) in
// pairs with one kind of separator, colons or hyphens, or in fours with dots, that is not all one digit.
func mac(value string) bool {
	group, sep := 2, byte(0)
	switch len(value) {
	case 17, 23:
		sep = value[2]
	case 14, 19:
		group, sep = 4, value[4]
	default:
		return false
	}
	if group == 2 && sep != ':' && sep != '-' || group == 4 && sep != '.' {
		return false
	}
	varied := false
	for i := 0; i < len(value); i++ {
		c := value[i]
		if i%(group+1) == group {
			if c != sep {
				return false
			}
			continue
		}
		if !isDigit(c) && (c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
		varied = varied || c != value[0]
	}
	return varied
}
