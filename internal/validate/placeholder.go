package validate

import (
	"strings"
	"unicode"
)

// nothing holds words that hold the place of a value that is not there, in lower
// case and without separators.
var nothing = wordSet(`
null nil none undefined true false yes no on off empty unset unknown missing default optional
required redacted removed masked hidden filtered omitted sanitized scrubbed obfuscated truncated
secret password passwd token apikey credentials credential value string text bytes int integer bool
boolean object array number todo tbd na notset notavailable placeholder example
yourpassword yourpasswordhere yourtoken yourtokenhere yoursecret yoursecrethere yourapikey
yourapikeyhere yourkey yourkeyhere youraccesstoken yoursecretkey yourclientsecret
insertyourkeyhere enteryourpassword passwordhere tokenhere apikeyhere secrethere keyhere
replaceme fillmein putyourkeyhere changeme changethis changeit pleasechangeme
`)

// notPlaceholder reports whether v is a value, not something that stands for one:
// a variable or template, a mask, a repeated character, an empty word, code that
// fetches it, or a mask of airtight's own.
func notPlaceholder(v string) bool {
	v = strings.Trim(v, " \t\r\n\"'`")
	return realForm(v) && !saysNothing(v)
}

// realForm reports whether v does not have the form of a placeholder.
func realForm(v string) bool {
	return v != "" && !repeated(v) && !alreadyMasked(v) && !variable(v) && !fromCode(v) && !ofSoftware(v)
}

// saysNothing reports whether v is a word that stands where a value is missing.
func saysNothing(v string) bool { return len(v) <= 32 && nothing[bare(v)] }

// bare is v in lower case without separators and brackets.
func bare(v string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '-', '_', ' ', '.', '<', '>', '[', ']', '{', '}', '(', ')':
			return -1
		}
		return unicode.ToLower(r)
	}, v)
}

// repeated reports whether v is one character over and over.
func repeated(v string) bool {
	return len(v) > 1 && strings.Count(v, v[:1]) == len(v) || v == "•" || strings.Trim(v, "•●∗…") == ""
}

// alreadyMasked reports whether v is what is left of a masked value: asterisks or x with
// at most a few characters beside them, or a bracketed word that says so.
func alreadyMasked(v string) bool {
	if stars := strings.Count(v, "*"); stars >= 3 && stars*2 >= len(v) || strings.Contains(v, "****") {
		return true
	}
	if strings.Contains(v, "xxxxxxxx") || strings.Contains(v, "XXXXXXXX") || strings.Trim(v, "xX-") == "" {
		return true
	}
	if (strings.HasSuffix(v, "...") || strings.HasSuffix(v, "…")) && len(v) < 64 {
		return true
	}
	// What sops and jasypt encrypted may be read by anyone.
	if strings.HasPrefix(v, "ENC[") || strings.HasPrefix(v, "ENC(") {
		return true
	}
	in, ok := enclosed(v, "[", "]")
	if !ok {
		return false
	}
	in, _, _ = strings.Cut(in, ":")
	return nothing[bare(in)] || bare(in) == "airtight"
}

// variable reports whether v is a reference that something else fills in.
func variable(v string) bool {
	for _, pair := range [...][2]string{{"${", "}"}, {"$(", ")"}, {"{{", "}}"}, {"{%", "%}"}, {"<%", "%>"}, {"#{", "}"}, {"<", ">"}, {"%(", ")s"}, {"%{", "}"}, {"((", "))"}, {"@@", "@@"}, {"__", "__"}, {"{", "}"}} {
		if in, ok := enclosed(v, pair[0], pair[1]); ok && reference(in) {
			return true
		}
	}
	if in, ok := enclosed(v, "%", "%"); ok && identifier(in) {
		return true
	}
	if strings.HasPrefix(v, "$") && (identifier(v[1:]) && shouted(v[1:]) || len(v) == 2) {
		return true
	}
	if strings.HasPrefix(v, "${") || strings.HasPrefix(v, "{{") || strings.HasPrefix(v, "$(") {
		return true
	}
	switch v {
	case "%s", "%v", "%q", "%d", "%+v", "%#v", "%x", "%@", "?", "{}", ":password", ":token", ":secret":
		return true
	}
	for _, scheme := range [...]string{"env:", "vault:", "secret://", "vault://", "ssm://", "arn:aws:secretsmanager:", "arn:aws:ssm:", "op://", "keyring:", "!vault", "!secret", "@microsoft.keyvault(", "ref+", "awssm://", "gcpsm://"} {
		if len(v) >= len(scheme) && strings.EqualFold(v[:len(scheme)], scheme) {
			return true
		}
	}
	return false
}

// fromCode reports whether v is code or a printed object rather than text.
func fromCode(v string) bool {
	for _, head := range [...]string{"process.env", "os.environ", "os.getenv", "os.Getenv", "System.getenv", "System.getProperty", "ENV[", "env(", "getenv(", "import.meta.env", "config.", "settings.", "self.", "this.", "var.", "local.", "secrets.", "data.", "module.", "viper.", "args.", "opts.", "options.", "params.", "request.", "req.", "ctx.", "$this->", "$_", "function(", "func(", "new ", "await "} {
		if strings.HasPrefix(v, head) && reference(strings.TrimPrefix(v, head)) {
			return true
		}
	}
	// A call, f(x) or a.b(x), whole or cut off after an argument.
	if name, args, ok := strings.Cut(v, "("); ok && name != "" && identifier(name) && wordLike(name) {
		args = strings.TrimRight(args, ";,")
		if strings.HasSuffix(args, ")") || strings.HasSuffix(v, ",") || strings.Contains(name, ".") || strings.Contains(name, "::") {
			return true
		}
	}
	// A type that code puts before a value: &str, &'static.
	if kind, ok := strings.CutPrefix(v, "&"); ok && strings.Trim(kind, "'") != "" && identifier(strings.TrimLeft(kind, "'")) && wordLike(kind) {
		return true
	}
	// An element, a[3], and a name that ends as credentials' names do, a.password.
	if name, index, ok := strings.Cut(v, "["); ok && name != "" && identifier(name) && strings.HasSuffix(index, "]") && len(index) <= 8 {
		return true
	}
	if namesCredential(v) {
		return true
	}
	// A printed object: com.example.Token@1b2c3d4, Token{…}, &{…}, <Object at 0x7f…>.
	if name, id, ok := strings.Cut(v, "@"); ok && len(id) <= 8 && len(id) >= 4 && allHex(id) && (strings.Contains(name, ".") || name != "" && kindOf(name[0]) == upperCase && wordLike(name)) && identifier(name) {
		return true
	}
	if name, _, ok := strings.Cut(v, "{"); ok && name != "" && identifier(name) && wordLike(name) {
		return true
	}
	return len(v) <= 18 && strings.HasPrefix(v, "0x") && allHex(v[2:])
}

// namesCredential reports whether v is the name of a variable or field for a
// credential: DB_PASSWORD, cfg.Password.
func namesCredential(v string) bool {
	at := strings.LastIndexAny(v, "._")
	if at <= 0 || !identifier(v) || v[at] == '_' && v != strings.ToUpper(v) {
		return false
	}
	for _, noun := range [...]string{"password", "passwd", "pwd", "pass", "secret", "token", "key", "credentials"} {
		if last := v[at+1:]; len(last) >= len(noun) && strings.EqualFold(last[len(last)-len(noun):], noun) {
			return reference(v)
		}
	}
	return false
}

// enclosed returns what stands between open and end, if v is just that.
func enclosed(v, open, end string) (string, bool) {
	if len(v) < len(open)+len(end) || !strings.HasPrefix(v, open) || !strings.HasSuffix(v, end) {
		return "", false
	}
	return v[len(open) : len(v)-len(end)], true
}

// reference reports whether s reads as a name, a path of names or a short phrase.
func reference(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c <= ' ' && c != ' ' || c >= 0x7f {
			return false
		}
	}
	odd, total := surprise(s)
	return odd < 5 || odd*100 < total*38
}

// identifier reports whether s is names joined by dots, arrows or colons.
func identifier(s string) bool {
	if s == "" || kindOf(s[0]) == digitKind {
		return false
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case kindOf(c) != otherKind, c == '_', c == '.', c == '$', c == ':', c == '-', c == '>':
		default:
			return false
		}
	}
	return true
}

// shouted reports whether s has no lower-case letters or is in the form of a
// variable's name, one word or words joined by underscores.
func shouted(s string) bool {
	return s == strings.ToUpper(s) || strings.Contains(s, "_") || wordLike(s)
}

// wordLike reports whether s reads as words rather than at random.
func wordLike(s string) bool {
	odd, total := surprise(s)
	return odd*100 <= total*30
}

func allHex(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i] | 0x20; kindOf(s[i]) != digitKind && (c < 'a' || c > 'f') {
			return false
		}
	}
	return s != ""
}

// varied reports whether no single byte makes up more than half of v: a token
// whose secret part is one character over and over stands in a manual.
func varied(v string) bool {
	var count [256]int
	for i := 0; i < len(v); i++ {
		if count[v[i]]++; count[v[i]]*2 > len(v) {
			return false
		}
	}
	return true
}

// mixed reports whether v holds a digit, or letters of both cases. A name written
// small with dashes does not; of random tokens of twenty letters and digits all but
// one in ten million do. It is for values whose prefix already says what they are,
// where turning one down is a leak.
func mixed(v string) bool {
	lower, upper := false, false
	for i := 0; i < len(v); i++ {
		switch kindOf(v[i]) {
		case digitKind:
			return true
		case lowerCase:
			lower = true
		case upperCase:
			upper = true
		}
	}
	return lower && upper
}

func wordSet(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}
