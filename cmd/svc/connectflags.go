package main

import (
	"cmp"
	"net"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/config"
)

// connectFlags are the flags of every verb that reads the configuration or
// talks to a broker.
type connectFlags struct {
	files     []string
	defines   []string
	broker    string
	namespace string
}

// addConfig adds --config and --define to cmd.
func (f *connectFlags) addConfig(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&f.files, "config", nil, "read configuration from this YAML `FILE`; repeatable, later files win")
	cmd.Flags().StringArrayVar(&f.defines, "define", nil, "set one configuration `KEY=VALUE`; repeatable, wins over files")
}

// addBroker adds --broker and --namespace, besides those of addConfig.
func (f *connectFlags) addBroker(cmd *cobra.Command) {
	f.addConfig(cmd)
	cmd.Flags().StringVar(&f.broker, "broker", "", "`URL` of the broker (else $NATS_URL, broker.url, "+broker.DefaultURL+")")
	cmd.Flags().StringVar(&f.namespace, "namespace", "", "first `TOKEN` of all subjects (default: svc)")
}

// load reads the configuration that the flags name.
func (f *connectFlags) load() (*config.Config, error) { return config.Load(f.sources()...) }

func (f *connectFlags) sources() (sources []config.Option) {
	for _, file := range f.files {
		sources = append(sources, config.File(file))
	}
	for _, d := range f.defines {
		sources = append(sources, config.Define(d))
	}
	return sources
}

// An address is where the broker is, and who says so.
type address struct {
	url    string
	origin string // "--broker", "NATS_URL" or "configuration"; "" means nobody: the default
	// guarded means that the configuration holds credentials or certificates.
	guarded bool
}

// address resolves the broker: --broker, else NATS_URL, else the configuration's
// broker.url, else the default.
func (f *connectFlags) address() (address, error) {
	section, err := f.section("broker")
	if err != nil {
		return address{}, err
	}
	configured, _ := section["url"].(string)
	guarded := section["credentials"] != nil || section["nkey"] != nil || section["cert"] != nil || section["ca"] != nil
	for _, a := range []address{
		{f.broker, "--broker", guarded},
		{os.Getenv("NATS_URL"), "NATS_URL", guarded},
		{configured, "configuration", guarded},
	} {
		if a.url != "" {
			return a, nil
		}
	}
	return address{url: "nats://" + defaultAddr(), guarded: guarded}, nil
}

// section reads a section of the configuration as it stands, "" for all; the strict
// reading is the service's.
func (f *connectFlags) section(name string) (section map[string]any, err error) {
	cfg, err := f.load()
	if err != nil {
		return nil, err
	}
	err = cfg.Section(name, &section)
	return section, err
}

// defaultAddr is where the development broker listens.
func defaultAddr() string {
	return cmp.Or(os.Getenv("SVC_DEV_BROKER"), strings.TrimPrefix(broker.DefaultURL, "nats://"))
}

// secret reports whether the address must not be seen in a list of processes.
func (a address) secret() bool { return config.Redact(a.url) != a.url }

// exposed reports whether calls would cross a network readable and open to
// everyone.
func (a address) exposed() bool {
	if a.guarded || a.secret() {
		return false
	}
	for one := range strings.SplitSeq(a.url, ",") {
		one = strings.TrimSpace(one)
		if !strings.Contains(one, "://") {
			one = "nats://" + one
		}
		u, err := url.Parse(one)
		if err != nil || u.Host == "" || u.Scheme == "tls" || u.Scheme == "wss" || isLoopback(u.Hostname()) {
			continue
		}
		return true
	}
	return false
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
