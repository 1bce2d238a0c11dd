package structure

// Cues returns what a text holds, in upper or lower case, wherever Read gives a
// leaf whose key is not written in the text: a URL's credentials, the credentials
// after the name of an authentication scheme, and the password of an SQL statement.
func Cues() []string {
	cues := []string{"://", "identified"}
	for _, s := range schemes {
		if s.telling {
			cues = append(cues, s.name)
		}
	}
	return cues
}
