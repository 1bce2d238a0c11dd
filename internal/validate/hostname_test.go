package validate

import "testing"

func TestHostname(t *testing.T) {
	table(t, hostname,
		[]string{"db-17.eu.example.com", "shop.example.co.uk:5432", "cache.svc.cluster.local", "WEB01.shop.example.com", "www.example.so"},
		[]string{"example.com", "com.example.shop.Cart", "conf.d.yaml", "a..example.com", "-a.example.com", "db.example.com:54x", "1.2.3.4",
			"libacme-2.5.so", "acme-1.0.mo", "lib.a.example.com.0.1", "JS.API.STREAM.info"})
}
