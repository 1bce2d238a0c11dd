package demo

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"fmt"
	"hash/crc32"
	"strings"
)

const (
	digits = "0123456789"
	upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	lower  = "abcdefghijklmnopqrstuvwxyz"
	alnum  = upper + lower + digits
	base32 = upper + "234567"
)

// What the shop leaks, in the order of the classes.
var (
	dbPassword      = plant("database password in a connection URL", "vK9-tarn_Moss42")
	brokerPassword  = plant("broker password in a connection URL", "Rl7wqzT2bNxf0")
	loginPassword   = plant("password in a JSON body", "Heron!Quartz81")
	resetPassword   = plant("password in a logfmt line", "wicker-Plum-9057")
	formPassword    = plant("password in a form", "Ivory#Kestrel6")
	sqlPassword     = plant("password in SQL text", "Saffron*Delta33")
	flagPassword    = plant("password after a process flag", "Bq4zLm8XvTe1")
	basicPassword   = plant("password in a Basic header", "juniper.Slate.77")
	mapPassword     = plant("password in a nested map", "Copper~Finch204")
	proxyPassword   = plant("password in a proxy URL", "n0rth-Gable-62")
	dumpPassword    = plant("password in a Go struct dump", "Thistle%Cove19")
	sessionID       = plant("session cookie", "s."+random("session", alnum, 32))
	refreshToken    = plant("refresh token in a JSON answer", random("refresh", alnum, 40))
	queryToken      = plant("access token in a query", random("query", alnum, 36))
	headerKey       = plant("API key in a header", random("header", lower+digits, 40))
	urlSignature    = plant("signature of a pre-signed URL", random("signature", "0123456789abcdef", 64))
	clientSecret    = plant("OAuth client secret", random("client", alnum, 32))
	webhookSecret   = plant("webhook secret in an error", "whsec_"+random("webhook", alnum, 32))
	jwt             = plant("JWT behind Bearer", webToken("checkout", "ann"))
	serviceJWT      = plant("JWT in a stack trace", webToken("payment", "svc"))
	awsKeyID        = plant("AWS access key id", "AKIA"+random("aws id", base32, 16))
	awsSecret       = plant("AWS secret access key", random("aws secret", alnum+"/+", 40))
	githubToken     = plant("GitHub token", github("github"))
	gitlabToken     = plant("GitLab token", "glpat-"+random("gitlab", alnum, 20))
	googleKey       = plant("Google API key", "AIza"+random("google", alnum+"-_", 35))
	slackToken      = plant("Slack token", "xoxb-"+random("slack team", digits, 12)+"-"+random("slack bot", digits, 12)+"-"+random("slack", alnum, 24))
	stripeKey       = plant("Stripe key", "sk_live_"+random("stripe", alnum, 24))
	sendgridKey     = plant("SendGrid key", "SG."+random("sendgrid id", alnum, 22)+"."+random("sendgrid", alnum, 43))
	npmToken        = plant("npm token", github("npm"))
	azureKey        = plant("Azure storage key", base64.StdEncoding.EncodeToString(stream("azure", 64)))
	courierToken    = plant("access token in a debug line", random("courier", alnum, 40))
	courierJWT      = plant("JWT in a debug line", webToken("delivery", "courier-7"))
	keyLines        = privateKeyLines()
	privateKeyFirst = plant("private key, first line", keyLines[0])
	privateKeyNext  = plant("private key, second line", keyLines[1])

	visa       = plant("card number in prose", luhn("471629083347105"))
	mastercard = plant("card number in a JSON body", luhn("540582719036488"))
	amex       = plant("card number as an integer attribute", luhn("37144963572091"))
	spacedCard = plant("card number with spaces in a query", groups(luhn("491638205517724"), 4))
	ibanDE     = plant("IBAN in a nested map", iban("DE", "370400440917263548"))
	ibanNL     = plant("IBAN with spaces in prose", groups(iban("NL", "INGB0529174836"), 4))

	ssn   = plant("US social security number", "536-48-2917")
	dni   = plant("Spanish DNI under its key", "48213095"+string("TRWAGMYFPDXBNJZSQVHLCKE"[48213095%23]))
	nino  = plant("UK national insurance number", "NE482915B")
	pesel = plant("Polish PESEL under its key", "85071412341")

	emailProse  = plant("e-mail address in prose", "ann.whitlock@acme.example")
	emailArray  = plant("e-mail address in an array", "j.okafor@acme.example")
	emailSpan   = plant("e-mail address in a span name", "mira.lund@acme.example")
	emailSQL    = plant("e-mail address in SQL text", "tomas.reyes@acme.example")
	emailStatus = plant("e-mail address in a status message", "hugo.baptiste@acme.example")
	emailTrace  = plant("e-mail address in an exception", "ines.calder@acme.example")
	emailBytes  = plant("e-mail address in a bytes attribute", "lena.fjord@acme.example")
	emailEncode = plant("e-mail address, percent-encoded", "petra.novak@acme.example")
	emailDoor   = plant("e-mail address in a note for the courier", "noor.haddad@acme.example")
	emailPrompt = plant("e-mail address in a prompt", "otto.lindqvist@acme.example")
	phone       = plant("telephone number under its key", "+442079460851")
)

// random is n characters of the alphabet, always the same for one name.
func random(name, alphabet string, n int) string {
	out := stream(name, n)
	for i, b := range out {
		out[i] = alphabet[int(b)%len(alphabet)]
	}
	return string(out)
}

// stream is n bytes without a pattern, always the same for one name.
func stream(name string, n int) []byte {
	var out []byte
	for block := uint32(0); len(out) < n; block++ {
		sum := sha256.Sum256(binary.BigEndian.AppendUint32([]byte("airtight demo "+name), block))
		out = append(out, sum[:]...)
	}
	return out[:n]
}

// github is a token of GitHub's form or npm's: prefix, 30 characters, and their
// CRC-32 as six digits of base 62.
// https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
func github(name string) string {
	prefix := map[string]string{"github": "ghp_", "npm": "npm_"}[name]
	body := random(name, alnum, 30)
	sum := crc32.ChecksumIEEE([]byte(body))
	check := make([]byte, 6)
	for i := len(check) - 1; i >= 0; i-- {
		check[i] = (digits + upper + lower)[sum%62]
		sum /= 62
	}
	return prefix + body + string(check)
}

// webToken is a JSON Web Token with a signature nobody made. RFC 7519.
func webToken(issuer, subject string) string {
	part := base64.RawURLEncoding.EncodeToString
	return part([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." +
		part(fmt.Appendf(nil, `{"iss":%q,"sub":%q,"exp":1924988400}`, issuer, subject)) + "." +
		part(stream("jwt "+issuer, 32))
}

// privateKeyLines are the lines of a PEM block's body; see privateKey.
func privateKeyLines() []string {
	lines := strings.Split(strings.TrimSpace(privateKey()), "\n")
	return lines[1 : len(lines)-1]
}

// privateKey is a PEM block of the form of a private key that opens nothing.
func privateKey() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE " + "KEY", Bytes: stream("private key", 138)}))
}

// luhn appends the check digit of ISO/IEC 7812-1.
func luhn(number string) string {
	sum := 0
	for i := range len(number) {
		d := int(number[len(number)-1-i] - '0')
		if i%2 == 0 {
			d *= 2
			d -= d / 10 * 9
		}
		sum += d
	}
	return number + string(digits[(10-sum%10)%10])
}

// iban puts the check digits of ISO 7064 MOD 97-10 in front of an account number.
func iban(country, account string) string {
	rest := 0
	for _, c := range account + country + "00" {
		if c >= 'A' {
			rest = (rest*100 + int(c-'A') + 10) % 97
		} else {
			rest = (rest*10 + int(c-'0')) % 97
		}
	}
	return fmt.Sprintf("%s%02d%s", country, 98-rest, account)
}

// groups writes s in groups of n characters with spaces between.
func groups(s string, n int) string {
	var b strings.Builder
	for i, c := range s {
		if i > 0 && i%n == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(c)
	}
	return b.String()
}
