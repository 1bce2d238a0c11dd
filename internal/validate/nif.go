package validate

// nif accepts what Spain calls a NIF: a DNI, an NIE, or the number of an organisation.
func nif(value string) bool { return dni(value) || nie(value) || cif(value) }
