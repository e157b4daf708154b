package broker

import (
	"fmt"
	"os"

	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/dependency"
)

// usualNamespace is the first token of all subjects where nothing else is said.
const usualNamespace = "svc"

// DefaultURL is where the broker is looked for when nothing names one.
const DefaultURL = "nats://127.0.0.1:4222"

// Config is the configuration section broker.
type Config struct {
	URL         string // comma separated for a cluster; the environment's NATS_URL, else DefaultURL
	Namespace   string // first token of all subjects; "svc"
	Credentials string // file with a user JWT and its seed
	NKey        string `yaml:"nkey"` // file with an nkey seed
	CA          string // file with the certificates to trust, PEM
	Cert        string // file with the client certificate, PEM
	Key         string // file with its key, PEM
	Inbox       string // second token of the subjects where answers come; the first service of the process, "client" in a program without
	Restricted  bool   // the connection has only the permissions that svc permissions prints: what would need more is left out
	Replicas    int    // servers that hold each stream and bucket that Enoki makes: 1, 3 or 5; 1
}

// Defaults returns the configuration that holds where none is given.
func Defaults() Config {
	c := Config{URL: os.Getenv("NATS_URL"), Namespace: usualNamespace, Replicas: 1}
	if c.URL == "" {
		c.URL = DefaultURL
	}
	return c
}

// ValidName reports whether name can be a token of a subject: 1 to 64 letters,
// digits, - or _.
func ValidName(name string) bool { return dependency.ValidName(name) }

// maxReplicas is the most that JetStream takes. An even number would bear no more
// failures than the odd one below it.
const maxReplicas = 5

// options returns what a connection is made with, besides its handlers.
func (c Config) options() ([]nats.Option, error) {
	if !ValidName(c.Namespace) {
		return nil, fmt.Errorf("configuration key broker.namespace: have %q, want 1 to 64 letters, digits, - or _", c.Namespace)
	}
	if c.Inbox != "" && !ValidName(c.Inbox) {
		return nil, fmt.Errorf("configuration key broker.inbox: have %q, want 1 to 64 letters, digits, - or _", c.Inbox)
	}
	if c.Replicas < 1 || c.Replicas > maxReplicas || c.Replicas%2 == 0 {
		return nil, fmt.Errorf("configuration key broker.replicas: have %d, want 1, 3 or 5", c.Replicas)
	}
	var all []nats.Option
	if c.Credentials != "" {
		all = append(all, nats.UserCredentials(c.Credentials))
	}
	if c.NKey != "" {
		key, err := nats.NkeyOptionFromSeed(c.NKey)
		if err != nil {
			return nil, fmt.Errorf("configuration key broker.nkey: %w", err)
		}
		all = append(all, key)
	}
	if c.CA != "" {
		all = append(all, nats.RootCAs(c.CA))
	}
	if (c.Cert == "") != (c.Key == "") {
		return nil, fmt.Errorf("configuration keys broker.cert and broker.key go together: have cert %q and key %q", c.Cert, c.Key)
	}
	if c.Cert != "" {
		all = append(all, nats.ClientCert(c.Cert, c.Key))
	}
	return all, nil
}
