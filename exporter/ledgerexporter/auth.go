package ledgerexporter

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	authclient "go.opentelemetry.io/collector/client"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/extensionauth"

	"github.com/airtight-telemetry/airtight/internal/ledgerapi"
)

// AuthConfig names a Collector extension that knows people, as the receivers' auth
// does, and says what they may do. The extension is shown the headers of requests
// that have an Authorization header.
type AuthConfig struct {
	// Authenticator is the extension.
	Authenticator component.ID `mapstructure:"authenticator"`
	// RoleAttribute is what of a person Viewers and Responders are compared with, as
	// the extension names it: subject, membership, or claims.NAME of the oidc
	// extension. It may hold one text or a list.
	RoleAttribute string `mapstructure:"role_attribute"`
	// Viewers may read; empty for everyone whom the extension lets in.
	Viewers []string `mapstructure:"viewers"`
	// Responders may decide about leaks too.
	Responders []string `mapstructure:"responders"`

	// prevent unkeyed literal initialization
	_ struct{}
}

const defaultRoleAttribute = "subject"

// authenticator returns what asks the extension who it is, for ledgerapi.Auth.
func (c *AuthConfig) authenticator(host component.Host) (func(context.Context, http.Header) (ledgerapi.Identity, error), error) {
	extension, ok := host.GetExtensions()[c.Authenticator]
	if !ok {
		return nil, fmt.Errorf("http.auth.authenticator: there is no extension %s: add it to extensions and to service.extensions", c.Authenticator)
	}
	server, ok := extension.(extensionauth.Server)
	if !ok {
		return nil, fmt.Errorf("http.auth.authenticator: the extension %s does not authenticate who asks a server", c.Authenticator)
	}
	return func(ctx context.Context, h http.Header) (ledgerapi.Identity, error) {
		ctx, err := server.Authenticate(ctx, h)
		if err != nil {
			return ledgerapi.Identity{}, err
		}
		data := authclient.FromContext(ctx).Auth
		if data == nil {
			return ledgerapi.Identity{}, errors.New("the extension does not say who it is")
		}
		return c.identity(data), nil
	}, nil
}

// identity is who the extension says it is, and what they may do.
func (c *AuthConfig) identity(data authclient.AuthData) ledgerapi.Identity {
	id := ledgerapi.Identity{Name: c.Authenticator.String()}
	for _, name := range []string{"subject", "username"} {
		if s, ok := data.GetAttribute(name).(string); ok && s != "" {
			id.Name = s
			break
		}
	}
	// Seconds since 1970: https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4
	if seconds, ok := data.GetAttribute("claims.exp").(float64); ok {
		id.Until = time.Unix(int64(seconds), 0)
	}
	attribute := c.RoleAttribute
	if attribute == "" {
		attribute = defaultRoleAttribute
	}
	has := texts(data.GetAttribute(attribute))
	one := func(of []string) bool {
		return slices.ContainsFunc(has, func(s string) bool { return slices.Contains(of, s) })
	}
	switch {
	case one(c.Responders):
		id.Role = ledgerapi.Responder
	case len(c.Viewers) == 0 || one(c.Viewers):
		id.Role = ledgerapi.Viewer
	}
	return id
}

// texts are the texts of an attribute: one, or a list.
func texts(v any) (all []string) {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []string:
		return v
	case []any:
		for _, e := range v {
			if s, ok := e.(string); ok {
				all = append(all, s)
			}
		}
	}
	return all
}
