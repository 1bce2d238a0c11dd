package structure

import "testing"

var headerReadings = []reading{
	{`Authorization: Bearer abc`, []string{"Authorization«abc»"}},
	{`Authorization: Basic YWI6Yw==`, []string{"Authorization«YWI6Yw==»"}},
	{`> Authorization: Bearer abc`, []string{"Authorization«abc»"}},
	{`proxy-authorization: Basic abc, next`, []string{"proxy-authorization«abc»"}},
	{`Authorization: SSWS 00abc`, []string{"Authorization«00abc»"}},
	{`Authorization: abc`, []string{"Authorization«abc»"}},
	{`authorization: failed for bob`, []string{"authorization«failed»"}},
	{`Authorization: Digest username="bob", response="ab"`, []string{`Authorization«username="bob", response="ab"»`, "Authorization/username«bob»", "Authorization/response«ab»"}},
	{`Authorization: AWS4-HMAC-SHA256 Credential=A/b, Signature=c`, []string{"Authorization«Credential=A/b, Signature=c»", "Authorization/Credential«A/b»", "Authorization/Signature«c»"}},
	{`curl -H "Authorization: Token abc1"`, []string{"H«Authorization: Token abc1»", "H/Authorization«abc1»"}},
	{`curl -H 'X-Api-Key: x'`, []string{"H«X-Api-Key: x»", "H/X-Api-Key«x»"}},
	{`auth=Bearer abc x`, []string{"auth«abc»"}},
	{`auth: Bearer "abc"`, []string{"auth«abc»"}},
	{`call with Bearer abc now`, []string{"bearer«abc»"}},
	{`a Token of thanks`, nil},
	{`map[Authorization:[Bearer abc] Accept:[*/*]]`, []string{"Authorization«abc»", "Accept«*/*»"}},
	{`{"Authorization":"Bearer abc"}`, []string{"«Authorization» json key", "Authorization«Bearer abc» json", "Authorization«abc» json"}},
	{`Cookie: a=b; c=d%20e`, []string{"Cookie«a=b; c=d%20e»", "cookie.a«b»", "cookie.c«d%20e» %"}},
	{`Cookie: a=b; c=d rest`, []string{"Cookie«a=b; c=d»", "cookie.a«b»", "cookie.c«d»"}},
	{`Cookie: a="b"; c=d`, []string{`Cookie«a="b"; c=d»`, "cookie.a«b»", "cookie.c«d»"}},
	{`HTTP_AUTHORIZATION=Basic abc`, []string{"HTTP_AUTHORIZATION«abc»"}},
	{`Authorization: Custom abcdefghijklmnopqrst`, []string{"Authorization«abcdefghijklmnopqrst»"}},
	{`Set-Cookie: sid=abc; Path=/; HttpOnly`, []string{"Set-Cookie«sid=abc»", "cookie.sid«abc»", "Path«/»"}},
	{`{"cookie":"a=b; c=d"}`, []string{"«cookie» json key", "cookie«a=b; c=d» json", "cookie/cookie.a«b» json", "cookie/cookie.c«d» json"}},
	{`cookie: yes please`, []string{"cookie«yes»"}},
	{`X-Api-Key: x`, []string{"X-Api-Key«x»"}},
}

func TestHeaders(t *testing.T) { run(t, headerReadings) }
