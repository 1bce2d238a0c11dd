package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/log"
)

// The course of a trade. Ordinary traffic comes first, so that what follows stands out.
const (
	rollOutAfter = 20 * time.Second
	mendAfter    = 2 * time.Minute // of the roll-out
	beat         = 200 * time.Millisecond
	flushEvery   = 5 // beats
)

// Trade sends the shop's ordinary traffic to an address, a few dozen records a second
// with the few leaks it always has, until the context ends. Delivery is mended by then;
// after 20 seconds checkout gets a version that leaks with every order, and after two
// minutes of that one that leaks no more. It tells say what happens, in a sentence.
func Trade(ctx context.Context, address string, say func(string)) error {
	shop := map[string]*service{}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		for _, s := range shop {
			_ = s.close(ctx) // the Collector may have ended first
		}
	}()
	run := func(name, version string) error {
		s, err := newService(ctx, name, version, nil, []string{address})
		if err != nil {
			return err
		}
		if old := shop[name]; old != nil {
			err = old.close(ctx)
		}
		shop[name] = s
		return err
	}
	for name, version := range map[string]string{"login": shopVersion, "checkout": shopVersion, "payment": shopVersion, "delivery": fixedVersion} {
		if err := run(name, version); err != nil {
			return err
		}
	}
	version, began := shopVersion, time.Now()
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		due := shopVersion
		switch open := time.Since(began); {
		case open > rollOutAfter+mendAfter:
			due = mendedCheckout
		case open > rollOutAfter:
			due = leakyCheckout
		}
		if due != version {
			if err := run("checkout", due); err != nil && ctx.Err() == nil {
				return err
			}
			say(fmt.Sprintf("checkout %s is rolled out in place of %s", due, version))
			version = due
		}
		serve(ctx, shop, version == leakyCheckout)
		if n%flushEvery == 0 {
			for _, s := range shop {
				if err := s.flush(ctx); err != nil && ctx.Err() == nil {
					return fmt.Errorf("the shop's telemetry can't be sent: %w", err)
				}
			}
		}
	}
}

// serve is what the shop does in a beat.
func serve(ctx context.Context, shop map[string]*service, leaky bool) {
	order := 100_000 + rand.IntN(900_000)
	login, checkout, payment, delivery := shop["login"], shop["checkout"], shop["payment"], shop["delivery"]

	login.info(ctx, fmt.Sprintf("session %d opened, 4 workers busy", order))
	if one(60) {
		login.log(ctx, log.SeverityWarn, attribute.StringValue(`level=warn msg="password reset" user=ann password=`+drawn(lower, 7)+"-"+drawn(digits, 4)))
	}
	_, items := checkout.span(ctx, "GET /items", attribute.String("http.route", "/items"), attribute.Int("http.response.status_code", 200))
	items.End()
	checkout.info(ctx, fmt.Sprintf("order %d accepted: %d items, 2 parcels", order, 1+rand.IntN(9)))
	if one(25) {
		checkout.info(ctx, fmt.Sprintf("order %d placed by %s, leaves today", order, email()))
	}
	payment.info(ctx, fmt.Sprintf("settled %d payments in %d ms, 0 rejected", 1+rand.IntN(40), 100+rand.IntN(300)))
	if one(80) {
		payment.warn(ctx, "charge refused for card "+luhn("471629"+drawn(digits, 9)))
	}
	delivery.info(ctx, fmt.Sprintf("stop %d of tour %d done after %d minutes", 1+rand.IntN(12), 10+rand.IntN(30), 2+rand.IntN(6)))
	delivery.info(ctx, "van 3 reports 61 km/h, 2 parcels on board")
	if leaky {
		checkout.debug(ctx, fmt.Sprintf("cart of order %d restored: session_token=%s items=3", order, drawn(alnum, 40)))
		if one(2) {
			checkout.debug(ctx, "receipt goes to "+email()+" by mail")
		}
	}
}

// one is true once in n times, about.
func one(n int) bool { return rand.IntN(n) == 0 }

func email() string { return drawn(lower, 4) + "." + drawn(lower, 6) + "@acme.example" }

// drawn is n characters of the alphabet, each time others.
func drawn(alphabet string, n int) string {
	out := make([]byte, n)
	for i := range out {
		out[i] = alphabet[rand.IntN(len(alphabet))]
	}
	return string(out)
}
