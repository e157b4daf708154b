package secret

import (
	"context"
	"crypto/rand"
	"fmt"
	"reflect"
	"strings"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/tag"
)

var _ dependency.Declaration = Text{}

// options are the tag keys of Text.
type options struct {
	Secret   string `tag:",required"`
	Generate bool
}

// Provide fills the field. The tag key secret is the name; a secret stripe_key is looked
// for, in this order,
//
//   - under the configuration key secrets.stripe_key
//   - in the file stripe_key of the folder that the environment variable SECRETS_DIR
//     names, else of /run/secrets, where Docker and Kubernetes put them
//   - in the environment variable STRIPE_KEY
//
// Of a file, the line break at its end does not count. One that is found nowhere, or
// empty, is a mistake that says where it was looked for, before anything starts. With
// the tag key generate:"true" one is drawn instead, for the time of the process, and a
// warning is logged: for keys that nobody outside the process has to know, while one
// develops.
//
// A secret is read once. A process whose secrets have changed keeps the old ones until
// it is started anew, so that its calls never see two of them.
func (Text) Provide(f reflect.StructField, h dependency.Host) (dependency.Provider, error) {
	var o options
	if err := tag.Read(f.Tag, &o); err != nil {
		return nil, err
	}
	if !dependency.ValidName(o.Secret) {
		return nil, fmt.Errorf("tag key secret: have %q, want 1 to 64 letters, digits, - or _", o.Secret)
	}
	if f.Type != reflect.TypeFor[Text]() {
		return nil, fmt.Errorf("have a field of type %s, want secret.Text", f.Type)
	}
	found, err := dependency.Shared(h, key{h.Service(), o.Secret}, func() (source, error) { return find(h, o.Secret) })
	if err != nil {
		return nil, err
	}
	if found.where != "" {
		return provider{name: o.Secret, source: found}, nil
	}
	if !o.Generate {
		return nil, found.missing(o.Secret)
	}
	drawn, err := dependency.Shared(h, drawnKey{o.Secret}, func() (source, error) {
		return source{text: New(rand.Text() + rand.Text()), where: "drawn for this process", looked: found.looked}, nil
	})
	if err != nil {
		return nil, err
	}
	return provider{name: o.Secret, source: drawn, warn: h.Logger().Warn}, nil
}

// key is under which the fields of a service share what was found, and drawnKey under
// which those of all services do what was drawn.
type (
	key      struct{ service, name string }
	drawnKey struct{ name string }
)

// provider lends every call the same text.
type provider struct {
	name   string
	source source
	warn   func(text string, args ...any) // nil unless the secret was drawn
}

var (
	_ dependency.Constant  = provider{}
	_ dependency.Describer = provider{}
)

// Start warns of a secret that ends with the process.
func (p provider) Start(context.Context) error {
	if p.warn != nil {
		p.warn("a secret was drawn, since none was found: other instances have another one, and so has this one after a restart",
			"name", p.name, "looked_for", strings.Join(p.source.looked, ", "))
	}
	return nil
}

func (provider) Stop(context.Context) error { return nil }
func (p provider) Value() any               { return p.source.text }

func (p provider) Acquire(context.Context) (any, dependency.Release, error) {
	return p.source.text, nil, nil
}

// Describe says which secret it is.
func (p provider) Describe() dependency.Description {
	return dependency.Description{Kind: "secret", Target: p.name}
}
