package validate

import "testing"

func TestEntropy(t *testing.T) {
	table(t, entropy,
		[]string{"9f86d081884c7d65", "27d8f1aa-63b0-4c0e-9d41-5b7e2f90a316", "8351904627", "Zk3vQ8rT1xLw", "40c1b9e7d2a85f3364b7"},
		[]string{"", "short1", "aaaaaaaaaaaaaaaa", "0000000000000001", "abcdefghijklmnop", "1234567890123456", "xxxxxxxxxxxxxxxxxxxx", "abababababababab"})
}

func TestTokenShape(t *testing.T) {
	table(t, tokenShape,
		[]string{
			"Zk3vQ8rT1xLw", "9f86d081884c7d659a2f", "27d8f1aa-63b0-4c0e-9d41-5b7e2f90a316", "wkqzjxvbtrhgpfmd",
			"KRSXG5CTMVRXEZLU", "s%3AbX92kqLm.0fJz7Wq", "mF_9.B5f-4.1JqM", "dXNlcjpwYXNzd29yZDE=",
		},
		[]string{
			"", "abc", "Token{a64f992", "value1", "my-k8s-secret-name", "EOF", "opened", "default/registry-credentials",
			"com.example.auth.TokenFilter", "orders.created", "0x14f05578bd80001", "S-1-5-21-1004336348-1177238915-682003330-512",
			"2026-11-01T10:20:30.123Z", "SHA256withRSA", "ip-10-0-12-7.eu-west-1.compute.internal", "/home/dev/.aws/credentials",
			"${SECRET_TOKEN_9f86d081}", "1234567890123456", "THE_QUICK_BROWN_FOX", "with a space 9f86d081884c7d65", "größe-9f86d081884c7d65",
		})
}

func TestTokenLike(t *testing.T) {
	table(t, tokenLike,
		[]string{"changeit-2024", "Zk3vQ8rT1xLw", "hunter2", "wkqzjxvbtrhgpfmd", "a1b2c3d4"},
		[]string{"", "abc12", "expired", "authentication", "Expired.", "refresh", "/etc/token", "default/radius-secret", "<token>", "null", "has a space 1"})
}

func TestVaried(t *testing.T) {
	table(t, varied,
		[]string{"ghp_9zn4cpRXnRRqq3PXUTLXFclXv4AV8H9wvbhg", "AAAAAAAAAAAAAAAAAAAAAf4Zk3vQ8rT1xLwPb8Nq2Yc7"},
		[]string{"ghp_xxxxxxxxxxxxxxxxxxxx", "glpat-XXXXXXXXX-XXXXXXXX", "aaaa"})
}
