package validate

import "testing"

func TestNotPlaceholder(t *testing.T) {
	table(t, notPlaceholder,
		[]string{
			"hunter2", "correct horse", "pa$$word1", "xylophone", "Sommer-2024!", "p@ss{w}ord", "$2b$12$abc",
			"#1fan", "hunter_pass", "my.own.horse", "Zk3v_Q8rT1xLw_key", "a*b*c*d*e", "<3kittens", "100%cotton",
		},
		[]string{
			"", " ", "''", "aaaaaa", "1111", "****", "a****b", "xxxxxxxx", "XXXX-XXXX", "•••••", "...", "abc...", "abc…",
			"${DB_PASSWORD}", "$DB_PASSWORD", "$password", "$1", "{{ .Values.password }}", "<password>", "<your token here>", "%PASSWORD%",
			"%(password)s", "#{password}", "$(cat /run/secret)", "{password}", "__TOKEN__", "%s", "?",
			"changeme", "change_me", "ChangeIt", "&str", "&'static", "String::from(", "null", "None", "true", "FALSE", "undefined", "your-api-key", "YOUR_TOKEN_HERE", "password", "redacted",
			"[redacted:github-pat]", "[REDACTED]", "[hidden]", "[airtight: budget]",
			"process.env.DB_PASSWORD", "os.Getenv(\"TOKEN\")", "getenv('X')", "config.password", "System.getenv(\"A\")", "get_secret(name)",
			"tls.Expand(hash.New,", "Key(password,", "args[3]", "f[i+1]", "cfg.Password", "unix.Passwd", "GOOGLE_CLIENT_SECRET", "%{WORD}",
			"com.example.Token@1b2c3d4", "Token@6d21ecb9", "Token{a64f992}", "0x14f05578bd80001",
			"vault:secret/data/app", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db", "op://vault/item/field", "ENC[AES256_GCM,data:Zk3vQ8", "ENC(Zk3vQ8rT)",
		})
}
