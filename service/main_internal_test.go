package service

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/config"
)

// hosted is a service whose one entrypoint only exists.
type hosted struct {
	_ trigger `method:"Run"`
}

func (*hosted) Run() {}

// invoke runs a program with arguments and returns what a shell sees.
func invoke(args []string, services ...any) (code int, out, errs string) {
	var stdout, stderr bytes.Buffer
	p := program{args: append([]string{"prog"}, args...), out: &stdout, errs: &stderr}
	code = p.run(services)
	return code, stdout.String(), stderr.String()
}

func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.yml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDescribePrintsTheEffectiveManifest(t *testing.T) {
	t.Parallel()
	path := file(t, "workers: 7\nservices: {hosted: {limits: {rpc: 2}}}")
	tests := []struct {
		name    string
		args    []string
		workers int
	}{
		{"defaults", nil, 10},
		{"file", []string{"--config", path}, 7},
		{"define", []string{"--define", "workers=3"}, 3},
		{"define wins over file", []string{"--define", "workers=3", "--config", path}, 3},
		{"the later define wins", []string{"--define", "workers=3", "--define", "workers=4"}, 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			code, out, errs := invoke(append(tt.args, "--describe"), &hosted{})
			var m Manifest
			if err := json.Unmarshal([]byte(out), &m); err != nil || code != 0 || errs != "" {
				t.Fatalf("exit %d, %v, standard error %q, output %q", code, err, errs, out)
			}
			if len(m.Services) != 1 || m.Services[0].Name != "hosted" || m.Services[0].Workers != tt.workers {
				t.Errorf("manifest is %+v, want hosted with %d workers", m, tt.workers)
			}
		})
	}
}

func TestProgramSaysWhatIsWrongAndExits(t *testing.T) {
	t.Parallel()
	wrong := file(t, "workers: many")
	tests := []struct {
		name     string
		args     []string
		services []any
		code     int
		errs     string // in standard error
	}{
		{"help", []string{"--help"}, nil, 0, "-describe"},
		{"help is complete", []string{"--help"}, nil, 0, "may be repeated, wins over files"},
		{"unknown flag", []string{"--verbose"}, []any{&hosted{}}, 2, "flag provided but not defined: -verbose"},
		{"argument", []string{"orders"}, []any{&hosted{}}, 2, `unexpected argument "orders"; flags only, see --help`},
		{"missing file", []string{"--config", "nowhere.yml"}, []any{&hosted{}}, 1, "nowhere.yml"},
		{"wrong type in a file", []string{"--config", wrong}, []any{&hosted{}}, 1, "config.yml:1:10"},
		{"wrong value", []string{"--define", "workers=0"}, []any{&hosted{}}, 1, "configuration key workers: have 0, want at least 1"},
		{"wrong format of the log", []string{"--define", "log.format=xml"}, []any{&hosted{}}, 1, `configuration key log.format: have "xml", want text or json`},
		{"no services", nil, nil, 1, "no services were given"},
		{"no service", nil, []any{7}, 1, "have int, want a pointer to a service struct"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			code, out, errs := invoke(tt.args, tt.services...)
			if code != tt.code || out != "" || !strings.Contains(errs, tt.errs) {
				t.Errorf("exit %d, output %q, standard error\n%s, want exit %d and\n%s", code, out, errs, tt.code, tt.errs)
			}
		})
	}
}

func TestProgramTakesOptionsAmongServices(t *testing.T) {
	t.Parallel()
	code, out, errs := invoke([]string{"--describe"}, &hosted{}, With(&patient{Work: sleeping(0)}), []Option{With(&slow{}), slowly(true)})
	if code != 0 || strings.Count(out, `"kind": "service.trigger"`) != 3 {
		t.Errorf("exit %d, standard error %q, output\n%s, want three services", code, errs, out)
	}
}

func TestFlagsBecomeConfiguration(t *testing.T) {
	t.Parallel()
	o, err := program{args: []string{"prog", "--broker", "nats://a,nats://b", "--namespace", "test", "--port", "8001", "--drain", "5s", "--json"}}.options()
	if err != nil {
		t.Fatal(err)
	}
	app, err := program{errs: &bytes.Buffer{}}.app(o, []any{&hosted{}})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"broker.url": "nats://a,nats://b", "broker.namespace": "test", "web.port": "8001", "drain": "5s"} {
		var have string
		if err := app.config.Section(path, &have); err != nil || have != want {
			t.Errorf("%s is %q, %v, want %q", path, have, err, want)
		}
	}
}

func TestExitCodeSaysHowTheRunEnded(t *testing.T) {
	t.Parallel()
	p := program{errs: &bytes.Buffer{}}
	for code, err := range map[int]error{exitOK: nil, exitInterrupted: ErrForced, exitFailure: errAbandoned} {
		if have := p.exit(err); have != code {
			t.Errorf("exit(%v) = %d, want %d", err, have, code)
		}
	}
}

// paper is a shared value that has a document.
type paper struct {
	text string
	err  error
}

func (p *paper) Document() (format string, text json.RawMessage, err error) {
	if p.text != "" {
		text = json.RawMessage(p.text)
	}
	return "openapi", text, p.err
}

// written lets the services of a program share p.
func written(p *paper) Option {
	return Extend("paper", func(e Extended) error {
		_, err := e.Shared("paper", func() (any, error) { return p, nil })
		return err
	})
}

func TestDescribePrintsDocumentsOfOthersFormats(t *testing.T) {
	t.Parallel()
	for _, p := range []*paper{{text: `{"openapi":"3.1.0"}`}, {}, {err: errors.New("no ink")}} {
		code, out, errs := invoke([]string{"--describe"}, &hosted{}, written(p))
		var m Manifest
		_ = json.Unmarshal([]byte(out), &m)
		switch {
		case p.err != nil && (code != exitFailure || out != "" || !strings.Contains(errs, "document in the format openapi: no ink")):
			t.Errorf("exit %d, output %q, standard error %q, want a failure that says why", code, out, errs)
		case p.err == nil && (code != exitOK || (len(m.Documents) == 1) != (p.text != "")):
			t.Errorf("exit %d, standard error %q, documents %s, want %q", code, errs, m.Documents, p.text)
		}
	}
}

func TestLogOfAProgramHidesSecretsInBothFormats(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "json"} {
		cfg, err := config.Load(config.Text("test", "log: {format: "+format+"}"))
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		l, err := program{errs: &out}.logger(cfg, false)
		if err != nil {
			t.Fatal(err)
		}
		l.Info("connect", "user", "ann", "password", "canary-77b1")
		if text := out.String(); strings.Contains(text, "canary") || !strings.Contains(text, "ann") {
			t.Errorf("%s: have %s, want the user and no password", format, text)
		}
	}
}
