package structure

import (
	"strings"
	"testing"
)

var pairReadings = []reading{
	// signs between key and value
	{`password=hunter2`, []string{"password«hunter2»"}},
	{`password = hunter2`, []string{"password«hunter2»"}},
	{`password: hunter2`, []string{"password«hunter2»"}},
	{`password:hunter2`, []string{"password«hunter2»"}},
	{`password := "x"`, []string{"password«x»"}},
	{`password ?= x`, []string{"password«x»"}},
	{`'password' => 'x'`, []string{"password«x»"}},
	{`:password => 'x'`, []string{"password«x»"}},
	{`"password": "x"`, []string{"password«x»"}},
	{`if token == "x" {`, []string{"token«x»"}},
	{`if token != 'x' {`, []string{"token«x»"}},
	{`password?: string`, []string{"password«string»"}},
	{`std::string x`, nil},
	{"password\u00a0=\u00a0x", []string{"password«x»"}},
	{`密码：hunter2`, []string{"密码«hunter2»"}},
	{"password:\nx", nil},
	{`password=`, nil},
	// strings
	{`password="hun ter2" next`, []string{"password«hun ter2»"}},
	{`password="hun\"ter2"`, []string{`password«hun\"ter2» \`}},
	{`password='it''s' x=y`, []string{"password«it''s»", "x«y»"}},
	{`password=""`, nil},
	{`password="cut off`, []string{"password«cut off»"}},
	{"password=`a\nb`", []string{"password«a\nb»"}},
	{`password = """a"b"""`, []string{`password«a"b»`}},
	{`password=b'x'`, []string{"password«x»"}},
	{`password: @"x"`, []string{"password«x»"}},
	{`Config { password: Some("x"), n: 3 }`, []string{"password«x»", "n«3»"}},
	{`{\"user\":\"bob\",\"pass\":\"a\\\"b\"}`, []string{"user«bob»", `pass«a\\\"b» \`}},
	// unquoted values
	{`a=1, b=2; c=3`, []string{"a«1»", "b«2»", "c«3»"}},
	{`a=1,b=2|c=3`, []string{"a«1»", "b«2»", "c«3»"}},
	{`password=pa,ss;w0rd user=x`, []string{"password«pa,ss;w0rd»", "user«x»"}},
	{`password=a(b)c{d}e[f]`, []string{"password«a(b)c{d}e[f]»"}},
	{`(password=x)`, []string{"password«x»"}},
	{`password=O'Brien'`, []string{"password«O'Brien»"}},
	{`login password=Summer2024! ok`, []string{"password«Summer2024!»"}},
	{`the password: Summer2024!`, []string{"password«Summer2024»"}},
	{`password=x.`, []string{"password«x»"}},
	{`password=a.b.`, []string{"password«a.b»"}},
	{`token=YWJj== next`, []string{"token«YWJj==»"}},
	{`error: connection refused`, []string{"error«connection»"}},
	{`note=a%20b`, []string{"note«a%20b» %"}},
	{`token=abc\u003d`, []string{`token«abc\u003d» \`}},
	{`user=CORP\nancy x`, []string{`user«CORP\nancy»`}},
	{`user=bob\r\npassword=x\n`, []string{"user«bob»", "password«x»"}},
	{`FOO=x&&cmd`, []string{"FOO«x»"}},
	{`<li>password: x</li>`, []string{"li«password: x»", "li/password«x»"}},
	// one after the other
	{`INFO:auth:password=x`, []string{"INFO«auth:password=x»", "INFO/auth«password=x»", "INFO/auth/password«x»"}},
	{`error: password: x`, []string{"error«password»", "password«x»"}},
	{`password=x: invalid`, []string{"password«x»", "x«invalid»"}},
	{`a=b=c`, []string{"a«b=c»", "a/b«c»"}},
	{`time=10:30:22`, []string{"time«10:30:22»"}},
	{`10:30:22 2026-03-02T10:30 1:2`, nil},
	{`msg="login password=x ok" level=info`, []string{"msg«login password=x ok»", "msg/password«x»", "level«info»"}},
	// keys
	{`DB_PASSWORD='x4'`, []string{"DB_PASSWORD«x4»"}},
	{`export X=y`, []string{"X«y»"}},
	{`spring.datasource.password=x`, []string{"spring.datasource.password«x»"}},
	{`$password = "x";`, []string{"$password«x»"}},
	{`@password = "x"`, []string{"password«x»"}},
	{`1password_token: x`, []string{"1password_token«x»"}},
	{`user[password]=x`, []string{"user[password]«x»"}},
	{`os.environ["API_KEY"] = "x"`, []string{"API_KEY«x»"}},
	{`setenv("API_KEY", "x")`, []string{"API_KEY«x»"}},
	{`'X-Api-Key', 'x'`, []string{"X-Api-Key«x»"}},
	{`PASSWORD 'x'`, []string{"PASSWORD«x»"}},
	{`CREATE USER bob IDENTIFIED BY 'x'`, []string{"password«x»"}},
	{strings.Repeat("a", 200) + `password=x`, []string{strings.Repeat("a", 120) + "password«x»"}},
	// flags
	{`--password hunter2 --other=z`, []string{"password«hunter2»", "other«z»"}},
	{`--password="a b"`, []string{"password«a b»"}},
	{`-password 'a b'`, []string{"password«a b»"}},
	{`--verbose --debug`, nil},
	{`curl -u bob:s3cret https://h/x`, []string{"url.user«bob»", "url.password«s3cret»"}},
	{`docker run -u 1000:1000 x`, []string{"u«1000:1000»"}},
	// declarations
	{`var token string = "x"`, []string{"token«x»"}},
	{`const char *token = "x"`, []string{"token«x»"}},
	{`token: String = "x"`, []string{"token«x»"}},
	{`String apiKey = "x";`, []string{"apiKey«x»"}},
	// configuration and dumps
	{"- password: x\n  user: y", []string{"password«x»", "user«y»"}},
	{"- name: DB_PASSWORD\n  value: x", []string{"name«DB_PASSWORD»", "DB_PASSWORD«x»"}},
	{`{Key:password Value:x}`, []string{"Key«password»", "password«x»"}},
	{`Server=a;Password=b;User Id=sa;`, []string{"Server«a»", "Password«b»", "Id«sa»"}},
	{`map[host:db1 password:x n:3]`, []string{"host«db1»", "password«x»", "n«3»"}},
	{`config: map[host:db1 password:x]`, []string{"host«db1»", "password«x»"}},
	{`cfg=&AppConfig{Host:db1 Password:x}`, []string{"Host«db1»", "Password«x»"}},
	{`{'password': 'x', 'n': 1}`, []string{"password«x»", "n«1»"}},
	{`User{name=x, password=y}`, []string{"name«x»", "password«y»"}},
	{`tokens: [a, 'b' c]`, []string{"tokens«a»", "tokens«b»", "tokens«c»"}},
	{`root:secret@tcp(127.0.0.1:3306)/db`, []string{"url.password«secret»"}},
	// terminal colours
	{"\x1b[36mtoken\x1b[0m=\x1b[33mx\x1b[0m \x1b[32mok\x1b[0m", []string{"token«x»"}},
	{`\x1b[36mtoken\x1b[0m=\x1b[33mx\x1b[0m`, []string{"token«x»"}},
	{`\u001b[36mtoken\u001b[0m: \u001b[33mx\u001b[0m`, []string{"token«x»"}},
}

func TestPairs(t *testing.T) { run(t, pairReadings) }

var literalReadings = []reading{
	{`wrote "a\tb" to disk`, []string{`wrote«a\tb» \`}},
	{`("a\tb")`, []string{`«a\tb» \`}},
	{`"{\"a\":1}"`, []string{`«{\"a\":1}» \`}},
	{`("plain text")`, nil},
	{`("password=x y")`, []string{"password«x»"}},
	{`it's what they don't say`, nil},
	{`f"{x}\n"`, []string{`«{x}\n» \`}},
	{`"cut off\npassword=x`, []string{`«cut off\npassword=x» \`}},
	{`5" disk password="x"`, []string{"password«x»"}},
	{`C:\new\password=x`, []string{`C«\new\password=x»`, `C/password«x»`}},
}

func TestLiterals(t *testing.T) { run(t, literalReadings) }
