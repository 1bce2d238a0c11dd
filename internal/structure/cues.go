package structure

// Cues returns what a text holds, in upper or lower case, wherever Read gives a
// leaf whose key is not written in the text: a URL's credentials, those of a curl
// command or a data source name, the credentials after the name of an
// authentication scheme, and the password of an SQL statement.
func Cues() []string {
	cues := []string{"://", sqlIdentified, "-u ", "-user "}
	cues = append(cues, dsnHosts[:]...)
	for _, s := range schemes {
		if s.telling {
			cues = append(cues, s.name)
		}
	}
	return cues
}
