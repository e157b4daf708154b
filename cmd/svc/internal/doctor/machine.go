package doctor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// goTool runs the go command in the user's folder, which it changes nothing of.
func goTool(ctx context.Context, p *Patient, args ...string) (out, complaint string, err error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = p.Dir
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	return strings.TrimSpace(stdout.String()), strings.TrimSpace(stderr.String()), err
}

// toolchain looks whether Go is there, and new enough for the module.
type toolchain struct{}

func (toolchain) name() string { return "Go" }

func (toolchain) run(ctx context.Context, p *Patient) []Finding {
	if _, err := exec.LookPath("go"); err != nil {
		return []Finding{problem("install it from https://go.dev/dl, or correct PATH", "no go command in PATH, so svc can build nothing")}
	}
	version, complaint, err := goTool(ctx, p, "env", "GOVERSION")
	switch {
	case ctx.Err() != nil:
		return p.slow("go env")
	case err != nil:
		return []Finding{problem("install the Go that go.mod asks for, or let Go fetch it (GOTOOLCHAIN=auto)", "%s", first(complaint))}
	}
	// Only what reads the module says that Go is too old for it.
	wanted, complaint, err := goTool(ctx, p, "list", "-m", "-f", "{{if .GoMod}}{{.GoVersion}}{{end}}")
	switch {
	case ctx.Err() != nil:
		return p.slow("go list -m")
	case err != nil && tooOld(complaint):
		return []Finding{problem("install the Go that go.mod asks for, or let Go fetch it (GOTOOLCHAIN=auto)", "%s", first(complaint))}
	case err != nil || wanted == "":
		return ok("%s", version)
	}
	return ok("%s; the module wants %s or newer", version, first(wanted))
}

func tooOld(complaint string) bool { return strings.Contains(complaint, "requires go >=") }

// first is the first line of what a command said, which tells what is the matter.
func first(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// module looks whether all that the module imports is there.
type module struct{}

func (module) name() string { return "module" }

func (module) run(ctx context.Context, p *Patient) []Finding {
	gomod, _, err := goTool(ctx, p, "env", "GOMOD")
	switch {
	case ctx.Err() != nil:
		return p.slow("go env")
	case err != nil:
		return nil // the toolchain's finding
	case gomod == "" || gomod == os.DevNull:
		return []Finding{warning("change to the folder of a module, or make one with svc new or go mod init", "this folder is in no module, so there are no services to run")}
	}
	_, complaint, err := goTool(ctx, p, "list", "-mod=readonly", "-deps", "./...")
	switch {
	case ctx.Err() != nil:
		return p.slow("go list -deps ./...")
	case err != nil && tooOld(complaint):
		return nil // the toolchain's finding
	case err != nil && strings.Contains(complaint, "inconsistent vendoring"):
		return []Finding{problem("go mod vendor", "%s: %s", gomod, first(complaint))}
	case err != nil:
		return []Finding{problem("go mod tidy", "%s: %s", gomod, first(complaint))}
	}
	return ok("%s: all that it imports is there", gomod)
}

// caches looks whether Go and svc can keep what they build.
type caches struct{}

func (caches) name() string { return "caches" }

func (caches) run(ctx context.Context, p *Patient) []Finding {
	folders := append([]string(nil), p.Caches...)
	text, _, err := goTool(ctx, p, "env", "-json", "GOCACHE", "GOMODCACHE")
	var env map[string]string
	if err == nil && json.Unmarshal([]byte(text), &env) == nil {
		folders = append(folders, env["GOCACHE"], env["GOMODCACHE"])
	}
	var found []Finding
	for _, dir := range folders {
		if err := writable(dir); err != nil {
			found = append(found, problem("make it writable, or name another (XDG_CACHE_HOME, GOCACHE, GOMODCACHE)", "%s: %v", dir, err))
		}
	}
	if found == nil {
		return ok("%s", strings.Join(folders, ", "))
	}
	return found
}

// writable tries to write to a folder, or to the nearest above it that is there.
func writable(dir string) error {
	for {
		info, err := os.Stat(dir)
		if err == nil && !info.IsDir() {
			return errors.New("it is a file")
		}
		if err == nil || filepath.Dir(dir) == dir {
			break
		}
		dir = filepath.Dir(dir)
	}
	f, err := os.CreateTemp(dir, ".svc-doctor-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// configuration looks whether the files can be read, and whether their variables are set.
type configuration struct{}

func (configuration) name() string { return "configuration" }

func (configuration) run(_ context.Context, p *Patient) []Finding {
	if p.Reason != nil {
		return []Finding{problem("correct the file, or set the variable; svc config prints what comes of it", "%v", p.Reason)}
	}
	return ok("it can be read")
}

// credentials looks whether the files for the broker can be read, and by whom.
type credentials struct{}

func (credentials) name() string { return "credentials" }

func (credentials) run(_ context.Context, p *Patient) (found []Finding) {
	for _, f := range []struct {
		key, file string
		secret    bool
	}{
		{"broker.credentials", p.Broker.Credentials, true},
		{"broker.nkey", p.Broker.NKey, true},
		{"broker.key", p.Broker.Key, true},
		{"broker.cert", p.Broker.Cert, false},
		{"broker.ca", p.Broker.CA, false},
	} {
		if f.file != "" {
			found = append(found, examineFile(f.key, f.file, f.secret))
		}
	}
	return found
}

func examineFile(key, file string, secret bool) Finding {
	info, err := os.Stat(file)
	if err == nil {
		var f *os.File
		if f, err = os.Open(file); err == nil {
			err = f.Close()
		}
	}
	switch {
	case err != nil:
		return problem("correct "+key+", or the permissions of the file", "%s: %v", key, err)
	case info.IsDir():
		return problem("name the file itself", "%s: %s is a folder", key, file)
	case secret && info.Mode().Perm()&0o077 != 0:
		return warning("chmod 600 "+file, "%s: %s may be read by others than its owner (%v)", key, file, info.Mode().Perm())
	}
	return Finding{Verdict: OK, Text: key + ": " + file + " can be read"}
}

// port looks whether the HTTP server would find its port free.
type port struct{}

func (port) name() string { return "port" }

func (port) run(ctx context.Context, p *Patient) []Finding {
	host, number := "127.0.0.1", 8000
	var web map[string]any
	if p.Config != nil && p.Config.Section("web", &web) == nil {
		if n, is := web["port"].(int); is {
			number = n
		}
		if h, is := web["host"].(string); is {
			host = h
		}
	}
	addr := net.JoinHostPort(host, strconv.Itoa(number))
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return []Finding{warning("if it is not a service of yours: svc run --port, or web.port in the configuration", "%s, where services with HTTP listen, is taken: %v", addr, err)}
	}
	_ = l.Close()
	return ok("%s is free for HTTP", addr)
}
