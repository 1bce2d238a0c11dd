package ruletest

import (
	"context"
	"encoding/base64"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/airtight-telemetry/airtight/configs"
	"github.com/airtight-telemetry/airtight/internal/field"
	"github.com/airtight-telemetry/airtight/internal/finding"
	"github.com/airtight-telemetry/airtight/internal/guard"
	"github.com/airtight-telemetry/airtight/internal/policy"
	"github.com/airtight-telemetry/airtight/internal/rule"
)

// writing is a way in which code or configuration gives a name a value.
type writing struct {
	form string
	// text holds a key and a value. Keys come in the words of keyWords, joined as the
	// writing wants them.
	text func(key, value string) string
	join func(words []string) string
}

var writings = []writing{
	{"Go, short", func(k, v string) string { return fmt.Sprintf("\t%s := %q", k, v) }, camel},
	{"Go, const", func(k, v string) string { return fmt.Sprintf("const %s = %q", k, v) }, camel},
	{"Go, typed", func(k, v string) string { return fmt.Sprintf("var %s string = %q", k, v) }, camel},
	{"Go, literal", func(k, v string) string {
		return fmt.Sprintf("cfg := Config{Host: \"db1\", %s: %q, Port: 5432}", pascal(strings.Fields(k)), v)
	}, spaced},
	{"Python", func(k, v string) string { return fmt.Sprintf("%s = '%s'", k, v) }, snake},
	{"Python, dict", func(k, v string) string { return fmt.Sprintf("conn = {'host': 'db1', '%s': '%s'}", k, v) }, snake},
	{"Python, argument", func(k, v string) string { return fmt.Sprintf("connect(host='db1', %s='%s', port=5432)", k, v) }, snake},
	{"Python, annotated", func(k, v string) string { return fmt.Sprintf("    %s: str = \"%s\"", k, v) }, snake},
	{"JavaScript", func(k, v string) string { return fmt.Sprintf("const %s = '%s';", k, v) }, camel},
	{"JavaScript, object", func(k, v string) string { return fmt.Sprintf("pool({ host: 'db1', %s: '%s' })", k, v) }, camel},
	{"JavaScript, nullish", func(k, v string) string { return fmt.Sprintf("password: process.env.%s ?? \"%s\",", k, v) }, shout},
	{"Python, getenv", func(k, v string) string { return fmt.Sprintf("p = os.getenv('%s', '%s')", k, v) }, shout},
	{"Python, argparse", func(k, v string) string { return fmt.Sprintf("parser.add_argument('--%s', default='%s')", k, v) }, kebab},
	{"Python, auth", func(_, v string) string { return fmt.Sprintf("r = requests.get(url, auth=('dev', '%s'))", v) }, snake},
	{"Ruby, fetch", func(k, v string) string { return fmt.Sprintf("password: ENV.fetch(\"%s\", \"%s\")", k, v) }, shout},
	{"PHP, env", func(k, v string) string { return fmt.Sprintf("'password' => env('%s', '%s'),", k, v) }, shout},
	{"PHP, connect", func(_, v string) string { return fmt.Sprintf("$db = new PDO($dsn, 'app', '%s');", v) }, snake},
	{"Go, flag", func(k, v string) string {
		return fmt.Sprintf("p := flag.String(\"%s\", \"%s\", \"how to log in\")", k, v)
	}, kebab},
	{"Spring, default", func(k, v string) string { return fmt.Sprintf("  x: ${%s:%s}", k, v) }, shout},
	{"C#, credential", func(_, v string) string { return fmt.Sprintf("new NetworkCredential(\"dev\", \"%s\")", v) }, snake},
	{"JavaScript, default", func(k, v string) string { return fmt.Sprintf("const p = process.env.%s || '%s';", k, v) }, shout},
	{"TypeScript", func(k, v string) string { return fmt.Sprintf("private readonly %s: string = '%s';", k, v) }, camel},
	{"Java", func(k, v string) string { return fmt.Sprintf("private static final String %s = \"%s\";", k, v) }, shout},
	{"Java, setter", func(k, v string) string {
		return fmt.Sprintf("dataSource.set%s(\"%s\");", pascal(strings.Fields(k)), v)
	}, spaced},
	{"Java, property", func(k, v string) string { return fmt.Sprintf("props.put(\"%s\", \"%s\");", k, v) }, dotted},
	{"C#", func(k, v string) string {
		return fmt.Sprintf("public string %s { get; set; } = \"%s\";", pascal(strings.Fields(k)), v)
	}, spaced},
	{"C", func(k, v string) string { return fmt.Sprintf("#define %s \"%s\"", k, v) }, shout},
	{"C, array", func(k, v string) string { return fmt.Sprintf("static const char %s[] = \"%s\";", k, v) }, snake},
	{"C++", func(k, v string) string { return fmt.Sprintf("std::string %s{\"%s\"};", k, v) }, snake},
	{"Rust", func(k, v string) string { return fmt.Sprintf("const %s: &str = \"%s\";", k, v) }, shout},
	{"Rust, let", func(k, v string) string { return fmt.Sprintf("let %s = String::from(\"%s\");", k, v) }, snake},
	{"Ruby", func(k, v string) string { return fmt.Sprintf("config.%s = '%s'", k, v) }, snake},
	{"Ruby, hash", func(k, v string) string { return fmt.Sprintf("connect(:host => 'db1', :%s => '%s')", k, v) }, snake},
	{"PHP", func(k, v string) string { return fmt.Sprintf("$%s = '%s';", k, v) }, snake},
	{"PHP, array", func(k, v string) string { return fmt.Sprintf("$config['db']['%s'] = '%s';", k, v) }, snake},
	{"PHP, arrow", func(k, v string) string { return fmt.Sprintf("'%s' => '%s',", k, v) }, snake},
	{"PHP, define", func(k, v string) string { return fmt.Sprintf("define('%s', '%s');", k, v) }, shout},
	{"Perl", func(k, v string) string { return fmt.Sprintf("my $%s = \"%s\";", k, v) }, snake},
	{"Kotlin", func(k, v string) string { return fmt.Sprintf("val %s = \"%s\"", k, v) }, camel},
	{"Swift", func(k, v string) string { return fmt.Sprintf("let %s: String = \"%s\"", k, v) }, camel},
	{"Scala", func(k, v string) string { return fmt.Sprintf("  val %s: String = \"%s\"", k, v) }, camel},
	{"Lua", func(k, v string) string { return fmt.Sprintf("local %s = \"%s\"", k, v) }, snake},
	{"PowerShell", func(k, v string) string { return fmt.Sprintf("$%s = \"%s\"", pascal(strings.Fields(k)), v) }, spaced},
	{"PowerShell, parameter", func(k, v string) string {
		return fmt.Sprintf("Connect-Db -Server db1 -%s '%s'", pascal(strings.Fields(k)), v)
	}, spaced},
	{"PowerShell, environment", func(k, v string) string { return fmt.Sprintf("$env:%s = '%s'", k, v) }, shout},
	{"shell", func(k, v string) string { return fmt.Sprintf("export %s='%s'", k, v) }, shout},
	{"shell, prefix", func(k, v string) string { return fmt.Sprintf("%s=%s ./migrate up", k, v) }, shout},
	{"shell, default", func(k, v string) string { return fmt.Sprintf("%s=\"${%s:-%s}\"", k, k, v) }, shout},
	{"cmd", func(k, v string) string { return fmt.Sprintf("set %s=%s", k, v) }, shout},
	{"flag", func(k, v string) string { return fmt.Sprintf("./app --host db1 --%s %s --verbose", k, v) }, kebab},
	{"flag, equals", func(k, v string) string { return fmt.Sprintf("java -jar app.jar --%s=%s", k, v) }, kebab},
	{"Java system property", func(k, v string) string { return fmt.Sprintf("java -D%s=%s -jar app.jar", k, v) }, dotted},
	{"docker run", func(k, v string) string { return fmt.Sprintf("docker run -d -e %s=%s -p 5432:5432 db", k, v) }, shout},
	{"Dockerfile", func(k, v string) string { return fmt.Sprintf("ENV %s=%s", k, v) }, shout},
	{"Dockerfile, blank", func(k, v string) string { return fmt.Sprintf("ENV %s %s", k, v) }, shout},
	{"Dockerfile, argument", func(k, v string) string { return fmt.Sprintf("ARG %s=\"%s\"", k, v) }, shout},
	{"Compose", func(k, v string) string { return fmt.Sprintf("    environment:\n      - %s=%s\n", k, v) }, shout},
	{"Compose, map", func(k, v string) string { return fmt.Sprintf("    environment:\n      %s: %s\n", k, v) }, shout},
	{".env", func(k, v string) string { return fmt.Sprintf("%s=%s", k, v) }, shout},
	{".env, quoted", func(k, v string) string { return fmt.Sprintf("%s=\"%s\"", k, v) }, shout},
	{"YAML", func(k, v string) string { return fmt.Sprintf("%s: %s", k, v) }, snake},
	{"YAML, quoted", func(k, v string) string { return fmt.Sprintf("database:\n  host: db1\n  %s: \"%s\"\n", k, v) }, camel},
	{"YAML, kebab", func(k, v string) string { return fmt.Sprintf("  %s: '%s'", k, v) }, kebab},
	{"YAML, name and value", func(k, v string) string { return fmt.Sprintf("env:\n- name: %s\n  value: %s\n", k, v) }, shout},
	{"YAML, name and value, quoted", func(k, v string) string { return fmt.Sprintf("env:\n  - name: %s\n    value: \"%s\"\n", k, v) }, shout},
	{"Ansible", func(k, v string) string { return fmt.Sprintf("db1 ansible_user=deploy ansible_%s=%s", k, v) }, snake},
	{"Kubernetes Secret", func(k, v string) string {
		return fmt.Sprintf("apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ntype: Opaque\ndata:\n  %s: %s\n", k, base64.StdEncoding.EncodeToString([]byte(v)))
	}, kebab},
	{"Kubernetes Secret, JSON", func(k, v string) string {
		return fmt.Sprintf(`{"apiVersion":"v1","kind":"Secret","data":{"%s":"%s"}}`, k, base64.StdEncoding.EncodeToString([]byte(v)))
	}, snake},
	{"Kubernetes Secret, stringData", func(k, v string) string { return fmt.Sprintf("kind: Secret\nstringData:\n  %s: %s\n", k, v) }, kebab},
	{"INI", func(k, v string) string { return fmt.Sprintf("[database]\nhost = db1\n%s = %s\n", k, v) }, snake},
	{"properties", func(k, v string) string { return fmt.Sprintf("spring.datasource.%s=%s", k, v) }, kebab},
	{"properties, colon", func(k, v string) string { return fmt.Sprintf("app.%s: %s", k, v) }, dotted},
	{"TOML", func(k, v string) string { return fmt.Sprintf("[db]\n%s = \"%s\"\n", k, v) }, snake},
	{"TOML, inline", func(k, v string) string { return fmt.Sprintf("db = { host = \"db1\", %s = \"%s\" }", k, v) }, snake},
	{"HCL", func(k, v string) string { return fmt.Sprintf("  %s = \"%s\"", k, v) }, snake},
	{"Terraform, variable", func(k, v string) string {
		return fmt.Sprintf("variable \"%s\" {\n  type    = string\n  default = \"%s\"\n}\n", k, v)
	}, snake},
	{"Terraform, tfvars", func(k, v string) string { return fmt.Sprintf("%s        = \"%s\"", k, v) }, snake},
	{"JSON", func(k, v string) string { return fmt.Sprintf(`{"db":{"host":"db1","auth":{"%s":"%s"}}}`, k, v) }, camel},
	{"JSON, blanks", func(k, v string) string { return fmt.Sprintf("{\n  \"%s\": \"%s\",\n  \"port\": 5432\n}", k, v) }, snake},
	{"JSON, cut off", func(k, v string) string { return fmt.Sprintf(`{"host":"db1","%s":"%s`, k, v) }, snake},
	{"JSON in JSON", func(k, v string) string { return fmt.Sprintf(`{"msg":"{\"%s\":\"%s\"}"}`, k, v) }, snake},
	{"JSON, name and value", func(k, v string) string { return fmt.Sprintf(`{"environment":[{"name":"%s","value":"%s"}]}`, k, v) }, shout},
	{"JSON, Key and Value", func(k, v string) string { return fmt.Sprintf(`[{"Key":"%s","Value":"%s"}]`, k, v) }, pascal},
	{"JSON5", func(k, v string) string { return fmt.Sprintf("{host: 'db1', %s: '%s'}", k, v) }, camel},
	{"XML, element", func(k, v string) string { return fmt.Sprintf("<server><id>a</id><%s>%s</%s></server>", k, v, k) }, camel},
	{"XML, attribute", func(k, v string) string { return fmt.Sprintf(`<dataSource url="jdbc:h2:mem" %s="%s"/>`, k, v) }, camel},
	{"XML, add key", func(k, v string) string { return fmt.Sprintf(`<add key="%s" value="%s" />`, k, v) }, pascal},
	{"XML, property", func(k, v string) string { return fmt.Sprintf(`<property name="%s" value="%s"/>`, k, v) }, dotted},
	{"XML, property element", func(k, v string) string { return fmt.Sprintf(`<property name="%s">%s</property>`, k, v) }, dotted},
	{"XML, name and value", func(k, v string) string {
		return fmt.Sprintf("<property>\n  <name>%s</name>\n  <value>%s</value>\n</property>", k, v)
	}, dotted},
	{"XML, value first", func(k, v string) string { return fmt.Sprintf(`<entry value="%s" key="%s"/>`, v, k) }, dotted},
	{"connection string", func(k, v string) string { return fmt.Sprintf("Server=db1;Database=shop;User Id=app;Password=%s;", v) }, snake},
	{"connection string, short", func(k, v string) string {
		return fmt.Sprintf("host=db1 dbname=shop user=app password=%s sslmode=require", v)
	}, snake},
	{"URL", func(k, v string) string { return "postgres://app:" + percent(v) + "@db1.example.com:5432/shop" }, snake},
	{"URL, raw", func(k, v string) string {
		return "amqp://app:" + strings.NewReplacer("@", "", "#", "", "?", "").Replace(v) + "@mq1:5672/"
	}, snake},
	{"JDBC", func(k, v string) string {
		return "jdbc:mysql://db1:3306/shop?user=app&password=" + percent(v) + "&useSSL=true"
	}, snake},
	{"query", func(k, v string) string { return "POST /login?" + k + "=" + percent(v) + "&next=%2F HTTP/1.1" }, snake},
	{"form", func(k, v string) string { return "username=dev&" + k + "=" + percent(v) + "&remember=1" }, snake},
	{".netrc", func(_, v string) string { return "machine api.example.com login dev password " + v }, snake},
	{".pgpass", func(_, v string) string { return "db1.example.com:5432:shop:app:" + v }, snake},
	{".npmrc", func(_, v string) string {
		return "//registry.example.com/:_password=" + base64.StdEncoding.EncodeToString([]byte(v))
	}, snake},
	{".my.cnf", func(_, v string) string { return "[client]\nuser=app\npassword=" + v + "\n" }, snake},
	{".pypirc", func(_, v string) string { return "[pypi]\nusername = dev\npassword = " + v + "\n" }, snake},
	{"curl -u", func(_, v string) string { return "curl -sS -u admin:" + v + " https://api.example.com/v1/x" }, snake},
	{"curl, JSON", func(k, v string) string {
		return fmt.Sprintf(`curl -X POST -d '{"user":"dev","%s":"%s"}' https://example.com`, k, v)
	}, snake},
	{"curl, form", func(k, v string) string {
		return fmt.Sprintf(`curl -d "user=dev&%s=%s" https://example.com`, k, percent(v))
	}, snake},
	{"wget", func(_, v string) string { return "wget --user dev --password=" + v + " https://example.com/a.zip" }, snake},
	{"mysql", func(_, v string) string { return "mysql -h db1 -u root -p" + v + " shop" }, snake},
	{"sshpass", func(_, v string) string { return "sshpass -p '" + v + "' ssh dev@host" }, snake},
	{"htpasswd", func(_, v string) string { return "htpasswd -b /etc/htpasswd dev " + v }, snake},
	{".netrc, lines", func(_, v string) string { return "machine api.example.com\n  login dev\n  password " + v + "\n" }, snake},
	{"kickstart", func(_, v string) string { return "rootpw --plaintext " + v }, snake},
	{"sqlplus", func(_, v string) string { return "sqlplus app/" + strings.NewReplacer("@", "").Replace(v) + "@db1" }, snake},
	{"sentence", func(_, v string) string { return "the initial password for dev is: " + v }, snake},
	{"chpasswd", func(_, v string) string { return "echo 'dev:" + v + "' | chpasswd" }, snake},
	{"net user", func(_, v string) string { return "net user dev " + v + " /add" }, snake},
	{"SQL, identified by", func(_, v string) string { return "CREATE USER 'app'@'%' IDENTIFIED BY '" + v + "'" }, snake},
	{"SQL, with password", func(_, v string) string { return "ALTER ROLE app WITH LOGIN PASSWORD '" + v + "';" }, snake},
	{"SQL, insert", func(k, v string) string {
		return fmt.Sprintf("INSERT INTO users (name, %s) VALUES ('dev', '%s')", k, v)
	}, snake},
	{"SQL, update", func(k, v string) string { return fmt.Sprintf("UPDATE users SET %s = '%s' WHERE id = 7", k, v) }, snake},
	{"SQL, login", func(_, v string) string { return "CREATE LOGIN app WITH PASSWORD = N'" + v + "'" }, snake},
	{"CSV-like", func(k, v string) string { return fmt.Sprintf("host=db1,%s=%s,port=5432", k, v) }, snake},
	{"log line", func(k, v string) string { return fmt.Sprintf("level=debug msg=\"connecting\" %s=%s attempt=1", k, v) }, snake},
	{"log line, colon", func(k, v string) string { return fmt.Sprintf("DEBUG connecting with %s: %s", k, v) }, spaced},
	{"Go map", func(k, v string) string { return fmt.Sprintf("map[host:db1 %s:%s retries:3]", k, v) }, snake},
	{"Go struct", func(k, v string) string {
		return fmt.Sprintf("&{Host:db1 %s:%s Retries:3}", pascal(strings.Fields(k)), v)
	}, spaced},
	{"Java toString", func(k, v string) string { return fmt.Sprintf("Config[host=db1, %s=%s, port=1]", k, v) }, camel},
	{"header", func(_, v string) string {
		return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("dev:"+v))
	}, snake},
}

func camel(w []string) string {
	s := pascal(w)
	return strings.ToLower(s[:1]) + s[1:]
}

func pascal(words []string) string {
	var b strings.Builder
	for _, w := range words {
		b.WriteString(strings.ToUpper(w[:1]) + w[1:])
	}
	return b.String()
}

func snake(w []string) string  { return strings.Join(w, "_") }
func kebab(w []string) string  { return strings.Join(w, "-") }
func dotted(w []string) string { return strings.Join(w, ".") }
func spaced(w []string) string { return strings.Join(w, " ") }
func shout(w []string) string  { return strings.ToUpper(snake(w)) }

var percent = strings.NewReplacer("@", "%40", "#", "%23", "&", "%26", "+", "%2B", "?", "%3F", "!", "%21", "$", "%24", "=", "%3D").Replace

// names are what people call a password, in words.
var names = strings.Split("password|db password|database password|user password|admin password|smtp password|postgres password|mysql root password|"+
	"redis password|ldap bind password|keystore password|passwd|db passwd|pwd|db pwd|db pass|smtp pass|admin pass|root password|"+
	"default password|rabbitmq password|mail password|jenkins password|grafana admin password|login password|account password|service password", "|")

// habit invents a password as people choose them: a word or a name, with a year, a
// few digits and a mark, some letters swapped for digits, a walk over the keyboard.
func habit(r *rand.Rand) string {
	word := of(r, "summer", "winter", "hunter", "dragon", "monkey", "sunshine", "football", "princess", "shadow", "master", "welcome", "qwerty", "letmein",
		"charlie", "jessica", "tigger", "pepper", "ginger", "banana", "acme", "berlin", "london", "liverpool", "postgres", "admin", "root", "oracle", "guest",
		"orange", "purple", "thomas", "freedom", "whatever", "starwars", "cookie", "matrix", "mustang", "hallo", "passwort", "sommer")
	if r.IntN(2) == 0 {
		word = strings.ToUpper(word[:1]) + word[1:]
	}
	if r.IntN(5) == 0 {
		word = strings.NewReplacer("o", "0", "e", "3", "a", "@", "i", "1", "s", "5").Replace(word)
	}
	year := fmt.Sprint(1970 + r.IntN(56))
	few := fmt.Sprint(r.IntN(1000))
	mark := of(r, "!", "!", "#", "@", "*", "?", ".", "_", "-", "!!")
	switch r.IntN(12) {
	case 0, 1:
		return word + year + mark
	case 2:
		return word + year
	case 3, 4:
		return word + few
	case 5:
		return word + mark + few
	case 6:
		return word + few + mark
	case 7:
		return word + of(r, "123", "1234", "123!", "12345", "321", "007", "69", "1", "99")
	case 8:
		return of(r, "qwerty", "1q2w3e4r", "zaq12wsx", "1qaz2wsx", "qazwsx", "asdfgh", "qwe123", "abc123") + of(r, "", few, mark, year)
	case 9:
		return "P@ssw0rd" + of(r, "1", year, mark, few)
	case 10:
		return word + mark + of(r, "Blue", "secure", "home", "Cat", "rocks", "team")
	}
	return word + of(r, "", "er", "s") + of(r, "Pass", "Pw", "") + few
}

func of(r *rand.Rand, choices ...string) string { return choices[r.IntN(len(choices))] }

// stand holds what stands where a password would.
var stand = []string{"changeme", "${DB_PASSWORD}", "<password>", "********", "null", "true", "your_password", "REDACTED", "{{ .Values.password }}", "xxxxxxxx", "%s", "$DB_PASSWORD"}

// TestWeakPasswords holds the default policy to passwords as people choose them, in
// the lines of code and configuration in which they get into telemetry, and to what
// stands in their place.
func TestWeakPasswords(t *testing.T) {
	g := defaultGate(t)
	const tries = 60
	const least, most = 97.0, 5.0
	random := rand.New(rand.NewPCG(7, 11))
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "form\tgone\tplaceholders changed\t")
	gone, of, changed, stood := 0, 0, 0, 0
	for _, form := range writings {
		n := 0
		for range tries {
			key, value := form.join(strings.Fields(names[random.IntN(len(names))])), habit(random)
			text := form.text(key, value)
			out := throughGate(g, text)
			if out != text && !strings.Contains(out, value) && !strings.Contains(out, percent(value)) {
				n++
			}
		}
		bad := 0
		for _, value := range stand {
			text := form.text(form.join([]string{"db", "password"}), value)
			if throughGate(g, text) != text {
				bad++
			}
		}
		gone, of, changed, stood = gone+n, of+tries, changed+bad, stood+len(stand)
		fmt.Fprintf(w, "%s\t%.0f %%\t%d/%d\t\n", form.form, 100*float64(n)/tries, bad, len(stand))
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	found, left := 100*float64(gone)/float64(of), 100*float64(changed)/float64(stood)
	t.Logf("%d forms: %d of %d passwords gone, %.1f %%; %d of %d placeholders changed, %.1f %%\n%s", len(writings), gone, of, found, changed, stood, left, b.String())
	if found < least || left > most {
		t.Errorf("%.1f %% of the passwords gone, at least %.0f wanted; %.1f %% of the placeholders changed, at most %.0f allowed", found, least, left, most)
	}
}

// vendors and nouns make names as programs have them for keys of services of which
// no rule knows.
var (
	vendors = strings.Fields("acme mailroom paydesk geofind smsgate chatly cloudbin ticketly weatherly shipfast metricly searchly formly faxly botly")
	nouns   = strings.Split("api key|key|token|secret|access token|auth token|api token|client secret|secret key|access key|app key|api secret|license key|private token|webhook secret|signing key", "|")
)

// TestVendorLikeKeys holds the default policy to random keys of services that the
// catalogue does not know, under names that say what they are.
func TestVendorLikeKeys(t *testing.T) {
	g := defaultGate(t)
	const tries, least = 60, 90.0
	random := rand.New(rand.NewPCG(5, 3))
	byKind, byNoun, byForm := map[string]*recall{}, map[string]*recall{}, map[string]*recall{}
	var all recall
	for _, form := range writings {
		if !strings.Contains(form.text("qqqq", "x"), "qqqq") && !strings.Contains(form.text("qqqq", "x"), "Qqqq") {
			continue // has no room for a key
		}
		for range tries {
			noun := of(random, nouns...)
			key := form.join(strings.Fields(of(random, vendors...) + " " + noun))
			kind, value := machineMade(random)
			text := form.text(key, value)
			out := throughGate(g, text)
			gone := out != text && !strings.Contains(out, value) && !strings.Contains(out, percent(value))
			for _, r := range []*recall{&all, at(byKind, kind), at(byNoun, noun), at(byForm, form.form)} {
				r.count(gone, "")
			}
		}
	}
	for _, table := range []map[string]*recall{byKind, byNoun, byForm} {
		for _, name := range slices.Sorted(maps.Keys(table)) {
			if r := table[name]; r.gone < r.of {
				t.Logf("%-28s %d of %d", name, r.gone, r.of)
			}
		}
	}
	t.Logf("%d of %d keys gone, %.1f %%", all.gone, all.of, 100*float64(all.gone)/float64(all.of))
	if 100*float64(all.gone) < least*float64(all.of) {
		t.Errorf("less than %.0f %%", least)
	}
}

func at(m map[string]*recall, k string) *recall {
	if m[k] == nil {
		m[k] = &recall{}
	}
	return m[k]
}

// machineMade is a random key in one of the forms that services give out.
func machineMade(r *rand.Rand) (kind, value string) {
	const hexadecimal, lower, upper, digit = "0123456789abcdef", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
	some := func(alphabet string, n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = alphabet[r.IntN(len(alphabet))]
		}
		return string(b)
	}
	switch r.IntN(12) {
	case 0:
		return "hex 32", some(hexadecimal, 32)
	case 1:
		return "hex 40", some(hexadecimal, 40)
	case 2:
		return "hex 64", some(hexadecimal, 64)
	case 3:
		return "letters and digits, long", some(lower+upper+digit, 24+r.IntN(40))
	case 4:
		return "letters and digits, short", some(lower+upper+digit, 16+r.IntN(8))
	case 5:
		return "small letters and digits", some(lower+digit, 20+r.IntN(20))
	case 6:
		return "capitals and digits", some(upper+digit, 20+r.IntN(12))
	case 7:
		return "base64", base64.StdEncoding.EncodeToString([]byte(some(lower+upper+digit, 32)))
	case 8:
		return "base64url", some(lower+upper+digit+"-_", 43)
	case 9:
		return "uuid", some(hexadecimal, 8) + "-" + some(hexadecimal, 4) + "-4" + some(hexadecimal, 3) + "-a" + some(hexadecimal, 3) + "-" + some(hexadecimal, 12)
	case 10:
		return "prefix", some(lower, 2+r.IntN(3)) + of(r, "_", "-") + of(r, "live", "test", "pat", "sk", "v1") + of(r, "_", "-") + some(lower+upper+digit, 24)
	}
	return "id and part", some(digit, 9) + ":" + some(lower+upper+digit+"-_", 35)
}

// defaultGate is a gate under the policy that is in force where none is given.
func defaultGate(tb testing.TB) *guard.Guard {
	tb.Helper()
	catalogue, err := rule.Load(configs.Rules())
	if err != nil {
		tb.Fatal(err)
	}
	p, err := policy.Compile(policy.Default(), catalogue, time.Now())
	if err != nil {
		tb.Fatal(err)
	}
	g, err := guard.New(p, finding.Discard{})
	if err != nil {
		tb.Fatal(err)
	}
	return g
}

// throughGate is what a gate makes of a line of text.
func throughGate(g *guard.Guard, text string) string { return behind(g, inLine(text)) }

// behind is what a gate makes of a text in its place.
func behind(g *guard.Guard, slot field.Slot) string {
	s := g.Session(context.Background())
	defer s.Close()
	s.Add(slot)
	edits, _ := s.Resolve()
	text := slot.Text
	for _, e := range edits {
		text = strings.Clone(e.Text)
	}
	return text
}
