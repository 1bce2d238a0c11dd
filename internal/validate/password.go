package validate

import "strings"

// said holds words that follow "password:" and its kin in messages, and types
// and states that stand where a password would. None is a likely password.
var said = wordSet(`
a an and are at be been but by can cannot cant could did do does doesnt dont for from had has have if in
into is isnt it its may more most must my new no not of off ok on only or our please set shall should so
such that the their them then there these they this those to too up use used user users username users
via was wasnt we were when where which while will with within without wont would you your
accepted absent account active added again against algorithm allowed already always any attempt
attempts auth authenticate authenticated authentication authenticator authorization authorized bad
basic bearer blank both cannot change changed changes changing character characters check checked
checking checks closed complete completed configured confirm confirmation contains correct could create
created creating credential credentials db decrypted default deleted denied detected did different digest
disabled does done each email empty enabled encoded encrypted encryption enter entered entry error errors
exceeded exists expire expired expires expiring expiry fail failed failing fails failure field file found
generated generating get getting given got granted handler has hash hashed hashing here history id ignored
input incorrect init initialized insert invalid invalidated inactive insufficient issued key keys known
least length list load loaded locked login logon logout lost manager match matched matches
matching mechanism method minimum mismatch missing mode must name needed needs never next none null
opened open opening parameter param parameters parse parsed parsing passed password passwords pending permission
policy prompt protected provided provider range reading received refresh refreshed refused rejected removed
renewed request requested required requires reset resetting result retrieved retry revoked rotated
rotation same saved sent server service session set setting short similar skipped started state status
stored stopped strength string submitted succeeded success successful successfully support supported sync
timed timeout timestamp token too true type types undefined unable unauthorized unchanged unknown unset
unspecified update updated updating usage valid validate validated validating validation validator
verification verified verify waiting warning weak wrong yes
boolean bool str text bytes number integer object varchar secretstring optional hidden plain
pam_unix sshd sudo su root uid files compat sss ldap nis winbind systemd
`)

// weak holds passwords that people do choose among the words that otherwise stand
// for a missing value.
var weak = wordSet(`secret`)

// passwordShape reports whether v can be a password someone chose: four
// characters or more that are no placeholder, no word that messages put after
// "password:" and no path.
func passwordShape(v string) bool {
	v = strings.TrimRight(v, ".,;:!")
	if len(v) < 4 || !realForm(v) || filePath(v) {
		return false
	}
	return weak[v] || !saysNothing(v) && !said[strings.ToLower(v)]
}

// filePath reports whether v is a file's name: /a/b, ./a, ~/a, C:\a, file:///a.
func filePath(v string) bool {
	switch {
	case strings.HasPrefix(v, "./"), strings.HasPrefix(v, "../"), strings.HasPrefix(v, "~/"), strings.HasPrefix(v, "file:"):
		return true
	case len(v) > 2 && v[1] == ':' && (v[2] == '\\' || v[2] == '/') && kindOf(v[0]) != otherKind && kindOf(v[0]) != digitKind:
		return true
	case strings.Contains(v, "/") && plainPath(v):
		return true
	case v[0] == '/':
		return strings.Count(v, "/") > 1 && wordLike(v) || wordLike(v) && !strings.ContainsAny(v, "+=!@#$%^&*")
	}
	return false
}

// plainPath reports whether v is words joined by slashes, as src/main is.
func plainPath(v string) bool {
	for i := 0; i < len(v); i++ {
		switch c := v[i]; {
		case c == '/', c == '.', c == '_', c == '-', kindOf(c) == lowerCase:
		default:
			return false
		}
	}
	return wordLike(v)
}

// passphraseShape reports whether v can be a pass phrase of several words: none
// of them is one that a message about passwords would hold.
func passphraseShape(v string) bool {
	if len(v) < 8 || !notPlaceholder(v) {
		return false
	}
	words := 0
	for word := range strings.FieldsSeq(v) {
		words++
		if said[strings.ToLower(strings.Trim(word, ".,;:!?()'\""))] {
			return false
		}
	}
	return words > 1
}
