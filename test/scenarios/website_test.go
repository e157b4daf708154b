//go:build linux

package scenarios_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/enoki-go/enoki/internal/await"
)

const (
	hostile = "./testdata/hostile"
	// secret is in a file beside the folder that a site serves.
	secret = "canary-5b1e77"
	// bearer is the header of the client that hostile knows.
	bearer = "Authorization: Bearer sesame"
)

// A site is a process that serves HTTP.
type site struct {
	*process
	url     string // as in http://127.0.0.1:34567
	address string // the same without the scheme
	page    string // that visitors ask for
	proof   string // what is on the page only if the process is the one that was started
	settle  string // what makes the process return memory that it does not need, "" for nothing
	worker  int    // id of the process that serves
}

// starting is held while a site starts, so that those of tests that run in parallel do
// so one after the other: each start is a build.
var starting sync.Mutex

// site starts the services of hostile, with more settings of the section web.
func (w *world) site(settings ...string) *site {
	w.t.Helper()
	starting.Lock()
	defer starting.Unlock()
	p := w.launch(hostile, "--config", w.settings(settings))
	pid := p.await(`hostile is process (\d+)`, 1)[1]
	s := &site{process: p, page: "/orders/7", proof: `"pid":` + pid, settle: "/settle", worker: number(w.t, pid)}
	s.await(`msg=started`, 3)
	s.listens()
	return s
}

// listens waits until requests are answered.
func (s *site) listens() {
	s.t.Helper()
	s.url = s.await(`msg="HTTP server listens".* url=(\S+)`, 1)[1]
	s.address = strings.TrimPrefix(s.url, "http://")
	await.Until(s.t, "the services are ready", func() bool { return s.get(s.t, "/readyz").status == http.StatusOK }, patience)
}

// settings writes a configuration file, and the folder that it names: a page, and links
// to the secret.
func (w *world) settings(more []string) (file string) {
	w.t.Helper()
	dir := w.t.TempDir()
	public, hidden := filepath.Join(dir, "public"), filepath.Join(dir, "secret.txt")
	file = filepath.Join(dir, "config.yml")
	all := append([]string{"port: 0", fmt.Sprintf("static: {/assets/: %q}", public), "headers: {X-Tenant: tenant}"}, more...)
	for _, err := range []error{
		os.Mkdir(public, 0o700),
		os.WriteFile(hidden, []byte(secret), 0o600),
		os.WriteFile(filepath.Join(public, "page.txt"), []byte("for everybody"), 0o600),
		os.Symlink(hidden, filepath.Join(public, "absolute")),
		os.Symlink("../secret.txt", filepath.Join(public, "relative")),
		os.Symlink("..", filepath.Join(public, "folder")),
		os.WriteFile(file, []byte("web: {"+strings.Join(all, ", ")+"}\n"), 0o600),
	} {
		if err != nil {
			w.t.Fatal(err)
		}
	}
	return file
}

// endures runs an attack while somebody visits, and checks that the site is the same
// afterwards.
func (s *site) endures(t *testing.T, attack func()) {
	t.Helper()
	before, cpu := s.resident(t), s.cpu(t)
	v := s.visit(t)
	attack()
	v.leave()
	t.Logf("the process took %v of CPU for all this", s.cpu(t)-cpu)
	s.wantWell(t, before)
}

// trouble is what a process says that has nearly been killed.
var trouble = regexp.MustCompile(`(?im)^.*(\bpanic|fatal error|^goroutine \d|runtime error|out of memory).*$`)

// room is what a process may keep of an attack: pools and grown maps.
const room = 48 << 20

// wantWell checks that the process is as it was before an attack, when it had so many
// bytes of memory.
func (s *site) wantWell(t *testing.T, before int) {
	t.Helper()
	s.get(t, s.page).wantStatus(t, s.page, http.StatusOK)
	after := 0
	await.Until(t, fmt.Sprintf("memory is below %d MiB again", (before+room)>>20), func() bool {
		after = s.resident(t)
		return after <= before+room
	}, patience)
	t.Logf("memory: %d MiB before, %d MiB after, %d MiB at most so far", before>>20, after>>20, s.memory(t, "VmHWM")>>20)
	if text := s.Output(); trouble.MatchString(text) {
		t.Errorf("the process said %q, want nothing like it", trouble.FindAllString(text, 3))
	}
}

// resident returns the bytes of memory that the process has, without what it does not
// need any more.
func (s *site) resident(t *testing.T) int {
	t.Helper()
	if s.settle != "" {
		s.ask(t, http.MethodPost, s.settle, "").wantStatus(t, s.settle, http.StatusNoContent)
	}
	return s.memory(t, "VmRSS")
}

// memory returns a figure of the kernel in bytes.
func (s *site) memory(t *testing.T, name string) int {
	t.Helper()
	return number(t, regexp.MustCompile(name + `:\s+(\d+) kB`).FindStringSubmatch(s.read(t, "status"))[1]) << 10
}

// read reads a file of the process in /proc: it is there as long as the process is.
func (s *site) read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", s.worker, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func number(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
