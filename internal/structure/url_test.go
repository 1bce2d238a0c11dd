package structure

import "testing"

var urlReadings = []reading{
	{`https://bob:pw@example.com/a?b=c#d=e`, []string{"url.user«bob» url", "url.password«pw» url", "b«c» url", "d«e» url"}},
	{`https://example.com:8080/a/b`, nil},
	{`https://abc@example.com`, []string{"url.user«abc» url"}},
	{`redis://:pw@example.com`, []string{"url.password«pw» url"}},
	{`x://u:p@w@example.com/`, []string{"url.user«u» url", "url.password«p@w» url"}},
	{`x://u:p%40w@example.com/`, []string{"url.user«u» url", "url.password«p%40w» url %"}},
	{`x://u:p/w#x@example.com/`, []string{"url.user«u» url", "url.password«p/w#x» url"}},
	{`http://[::1]/a@b`, nil},
	{`(see http://example.com/?a=b).`, []string{"a«b» url"}},
	{`"http://u:p@h/"`, []string{"url.user«u» url", "url.password«p» url"}},
	{`amqp://a:b@h,amqp://c:d@h`, []string{"url.user«a» url", "url.password«b» url", "url.user«c» url", "url.password«d» url"}},
	{`http://h/http://u:p@h/`, []string{"url.user«u» url", "url.password«p» url"}},
	{`http://h/a%20b/c`, []string{"«a%20b» url %"}},
	{`http://h/?a=b+c&d=e%20f&g=`, []string{"a«b+c» url +", "d«e%20f» url %"}},
	{`http://h/?a%5Bb%5D=c`, []string{"«a%5Bb%5D» url % key", "a[b]«c» url"}},
	{`http://h/?sig=a+b/c=&d=e+f%3D`, []string{"sig«a+b/c=» url", "d«e+f%3D» url +"}},
	{`http://h/?flag&x%20y`, []string{"«x%20y» url %"}},
	{`http://h/?next=http://u:p@i/?q=1`, []string{"next«http://u:p@i/?q=1» url", "next/url.user«u» url", "next/url.password«p» url", "next/q«1» url"}},
	{`http://h/?a=1&amp;b=2`, []string{"a«1» url", "b«2» url"}},
	{`GET /v1/x?note=a%20b&page=1 HTTP/1.1`, []string{"note«a%20b» url %", "page«1» url"}},
	{`/v1/a%20b/c`, []string{"«a%20b» url %"}},
	{`a=b&c=d`, []string{"a«b» url", "c«d» url"}},
	{`user%5Bpw%5D=x&b=c`, []string{"«user%5Bpw%5D» url % key", "user[pw]«x» url", "b«c» url"}},
	{`%7B%22a%22%3A1%7D`, []string{"«%7B%22a%22%3A1%7D» %"}},
	{`url=http://u:p@h/?a=b&c=d x=y`, []string{"url«http://u:p@h/?a=b&c=d»", "url/url.user«u» url", "url/url.password«p» url", "url/a«b» url", "url/c«d» url", "x«y»"}},
	{`jdbc:postgresql://h/db?user=x&password=y`, []string{"jdbc«postgresql://h/db?user=x&password=y»", "jdbc/user«x» url", "jdbc/password«y» url"}},
	{`sqlserver://h;user=sa;password=x`, []string{"user«sa» url", "password«x» url"}},
	{`a%20b+c/d e`, []string{"«a%20b+c/d» +"}},
	{`what? a=b`, []string{"a«b»"}},
}

func TestURLs(t *testing.T) { run(t, urlReadings) }
