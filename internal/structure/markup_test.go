package structure

import "testing"

var markupReadings = []reading{
	{`<password>x</password>`, []string{"password«x»"}},
	{`<a><password type="t"> x y </password></a>`, []string{"type«t»", "password«x y»"}},
	{`<user name="bob" password='x'/>`, []string{"name«bob»", "password«x»"}},
	{`<ns:password>x</ns:password>`, []string{"password«x»"}},
	{`<a><![CDATA[x]y<z]]></a>`, []string{"a«x]y<z»"}},
	{`<name>db.password</name><value>x</value>`, []string{"name«db.password»", "db.password«x»"}},
	{`<key>Password</key> <string>x</string>`, []string{"key«Password»", "Password«x»"}},
	{`<string>x</string>`, []string{"string«x»"}},
	{`<add key="DbPassword" value="x"/>`, []string{"key«DbPassword»", "DbPassword«x»"}},
	{`<a/>x</a>`, nil},
	{`<password>cut`, nil},
	{`if a < b && b > c {`, nil},
}

func TestMarkup(t *testing.T) { run(t, markupReadings) }
