package demo

import (
	"context"
	"encoding/base64"
	"net/url"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/log"
	"go.opentelemetry.io/otel/trace"
)

func loginResource() []attribute.KeyValue {
	return []attribute.KeyValue{
		attribute.StringSlice("process.command_args", []string{"/srv/login", "--listen", ":8080", "--db-password", flagPassword}),
	}
}

func login(ctx context.Context, s *service) {
	s.info(ctx, "listening on :8080, 4 workers, build 1.7.2")
	s.info(ctx, "password policy loaded: at least 12 characters, tokens live 3600 s")
	s.info(ctx, `{"msg":"login failed","user":"ann","password":"`+loginPassword+`","attempt":2,"remote":"web"}`)
	s.info(ctx, `level=warn msg="password reset" user=ann password=`+resetPassword+` attempt=1 duration=14ms`)
	s.warn(ctx, "user record: {ID:4711 Name:ann Password:"+dumpPassword+" Active:true}")
	s.info(ctx, "token refreshed", attribute.String("http.response.body", `{"expires_in":3600,"refresh_token":"`+refreshToken+`","scope":"shop"}`))
	s.log(ctx, log.SeverityError, attribute.StringValue("cannot load signing key:\n"+privateKey()))
	s.info(ctx, "session opened",
		attribute.StringSlice("http.request.header.cookie", []string{"theme=dark; session_id=" + sessionID + "; lang=en"}),
		attribute.StringSlice("http.request.header.x-api-key", []string{headerKey}))

	ctx, reset := s.span(ctx, "GET /reset/"+emailSpan,
		attribute.String("http.request.method", "GET"),
		attribute.Int("http.response.status_code", 302),
		attribute.String("url.full", "https://shop.example/oauth/callback?state=ok&access_token="+queryToken+"&lang=en"))
	s.info(ctx, "reset mail queued", attribute.StringSlice("mail.to", []string{emailArray}), attribute.Int("mail.size", 4096))
	_, query := s.span(ctx, "SELECT users",
		attribute.String("db.system.name", "postgresql"),
		attribute.String("db.query.text", "SELECT id FROM users WHERE email = '"+emailSQL+"' AND password = '"+sqlPassword+"' LIMIT 1"))
	query.End()
	reset.End()

	_, form := s.span(ctx, "POST /login",
		attribute.String("http.request.body", "user=ann&password="+url.QueryEscape(formPassword)+"&remember=1"),
		attribute.StringSlice("http.request.header.authorization", []string{"Basic " + base64.StdEncoding.EncodeToString([]byte("ann:"+basicPassword))}))
	form.End()
}

func checkoutResource() []attribute.KeyValue {
	return []attribute.KeyValue{
		attribute.String("app.database.url", "postgres://checkout:"+dbPassword+"@db.shop.example:5432/orders?sslmode=require"),
	}
}

func checkout(ctx context.Context, s *service) {
	s.info(ctx, "order 100042 accepted: 3 items, 2 parcels, route 17-B")
	s.info(ctx, "order 100042 placed by "+emailProse+", paid with card "+visa+", leaves today")
	s.info(ctx, `{"event":"charge","order":100042,"card":{"number":"`+mastercard+`","brand":"mastercard"},"amount":4200}`)
	s.log(ctx, log.SeverityInfo, attribute.MapValue(
		attribute.String("event", "refund"),
		attribute.Int("order", 100043),
		attribute.Map("payout", attribute.String("iban", ibanDE), attribute.Int("cents", 1250)),
		attribute.Map("account", attribute.String("user", "ann"), attribute.String("password", mapPassword)),
	))
	s.info(ctx, "refund of 12.50 EUR goes to "+ibanNL+" within 3 days")
	s.info(ctx, "customer verified",
		attribute.String("ssn", ssn),
		attribute.String("customer.dni", dni),
		attribute.String("national_insurance_number", nino),
		attribute.String("customer.pesel", pesel),
		attribute.String("customer.phone", phone))
	s.info(ctx, "import finished", attribute.ByteSlice("import.row", []byte("4711;"+emailBytes+";gold")))
	number, err := strconv.ParseInt(amex, 10, 64)
	if err != nil {
		panic(err) // amex is digits
	}
	s.info(ctx, "card on file", attribute.Int64("payment.card_number", number), attribute.Int64("order.total", 4200))

	ctx, request := s.span(ctx, "POST /checkout",
		attribute.String("url.full", "https://shop.example/checkout?card="+strings.ReplaceAll(spacedCard, " ", "%20")+"&step=2"),
		attribute.StringSlice("http.request.header.authorization", []string{"Bearer " + jwt}),
		attribute.String("http.route", "/checkout"))
	fail(request, "com.shop.PaymentException",
		"webhook rejected: secret "+webhookSecret+" is not known",
		"com.shop.PaymentException: customer "+emailTrace+" was refused\n"+
			"\tat com.shop.Checkout.pay(Checkout.java:118)\n"+
			"\tat com.shop.Http.call(Http.java:61) [Authorization: Bearer "+serviceJWT+"]\n"+
			"Caused by: java.net.SocketTimeoutException: Read timed out",
		"payment for "+emailStatus+" failed after 3 tries")
	_, fetch := s.span(ctx, "GET invoice",
		attribute.String("url.full", "https://files.shop.example/invoices/100042.pdf?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=900&X-Amz-Signature="+urlSignature))
	fetch.End()
	_, search := s.span(ctx, "GET /customers",
		attribute.String("url.query", "page=2&email="+url.QueryEscape(emailEncode)))
	search.End()
	request.End()
	s.info(ctx, "parcel 550e8400-e29b-41d4-a716-446655440000 handed over, 1320 g, commit 9fceb02d0ae598e95dc970b74767f19372d61af8")
}

func paymentResource() []attribute.KeyValue {
	return []attribute.KeyValue{
		attribute.String("messaging.broker.url", "amqps://payment:"+brokerPassword+"@mq.shop.example:5671/shop"),
	}
}

func payment(ctx context.Context, s *service) {
	s.info(ctx, "queue shop.payments: offset 4716290833471051, lag 0, epoch 1795561200123456789")
	s.info(ctx, "config digest sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 unchanged")
	s.info(ctx, "settled 42 payments in 310ms, 0 rejected, batch 2026-11-24/7")
	s.info(ctx, "config: AWS_ACCESS_KEY_ID="+awsKeyID+" AWS_SECRET_ACCESS_KEY="+awsSecret+" region=eu-west-1")
	s.info(ctx, "clients", attribute.Map("keys",
		attribute.String("stripe", stripeKey),
		attribute.String("sendgrid", sendgridKey),
		attribute.String("google_maps", googleKey)))
	s.warn(ctx, "blob storage: DefaultEndpointsProtocol=https;AccountName=shopdemo;AccountKey="+azureKey+";EndpointSuffix=core.windows.net")
	s.warn(ctx, "notify failed: slack answered not_authed for "+slackToken)
	s.info(ctx, "release job", attribute.StringSlice("ci.command", []string{"npm", "publish", "//registry.example/:_authToken=" + npmToken}))
	s.warn(ctx, "proxy http://payment:"+proxyPassword+"@proxy.shop.example:3128 answered 407")

	// The trace came from a partner who puts a token into the link.
	partner := trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{0x4b, 0xf9, 0x2f, 0x35, 0x77, 0xb3, 0x4d, 0xa6, 0xa3, 0xce, 0x92, 0x9d, 0x0e, 0x0e, 0x47, 0x36},
		SpanID:  trace.SpanID{0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7},
	})
	_, deploy := s.tracer.Start(ctx, "deploy settlement job",
		trace.WithLinks(trace.Link{SpanContext: partner, Attributes: []attribute.KeyValue{attribute.String("vcs.token", gitlabToken)}}),
		trace.WithAttributes(
			attribute.String("process.command_line", "git clone https://x-access-token:"+githubToken+"@github.com/acme/settlement.git"),
			attribute.String("oauth.client_secret", clientSecret)))
	deploy.AddEvent("fetched", trace.WithAttributes(attribute.Int("objects", 1840)))
	deploy.End()
}

// deliveryBefore is the delivery service as it was: it leaks nothing.
func deliveryBefore(ctx context.Context, s *service) {
	s.info(ctx, "tour 17 planned: 12 stops, 48 km, back at 16:40")
	s.info(ctx, "courier 7 signed in, van 3, 12 parcels loaded")
	_, stop := s.span(ctx, "PUT /tours/{tour}/stops/{stop}", attribute.Int("http.response.status_code", 204))
	stop.End()
}

// delivery is its new version, which logs what its developers wanted to see.
func delivery(ctx context.Context, s *service) {
	s.info(ctx, "tour 18 planned: 9 stops, 31 km, back at 17:05")
	s.debug(ctx, "courier 7 signed in: token="+courierToken+" van=3 parcels=9")
	s.debug(ctx, "calling depot with Authorization: Bearer "+courierJWT)
	s.info(ctx, "stop 4 of tour 18: parcel for "+emailDoor+", ring twice")
	_, note := s.span(ctx, "chat", attribute.String("gen_ai.operation.name", "chat"),
		attribute.String("gen_ai.prompt", "Write two kind lines to "+emailPrompt+": the parcel comes an hour late"))
	note.End()
	s.info(ctx, "stop 4 of tour 18 done after 3 minutes")
}
