//go:build linux

package scenarios_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/enoki-go/enoki/examples/jobs"
	"github.com/enoki-go/enoki/internal/await"
)

// redelivered is when an event of a process that was killed has come again: after
// 30 s, and a while for the machine.
const redelivered = 45 * time.Second

// gallery is a server of one picture, whose second request hangs until its client is
// gone.
type gallery struct {
	url      string
	requests atomic.Int64
	hangs    chan struct{} // one for the second request
}

func newGallery(t *testing.T) *gallery {
	t.Helper()
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 300, 150))); err != nil {
		t.Fatal(err)
	}
	g := &gallery{hangs: make(chan struct{}, 1)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if g.requests.Add(1) == 2 {
			g.hangs <- struct{}{}
			<-r.Context().Done()
			return
		}
		_, _ = w.Write(picture.Bytes())
	}))
	t.Cleanup(server.Close)
	g.url = server.URL + "/cat.png"
	return g
}

// thumbnails starts the service with all that it keeps in one folder.
func (w *world) thumbnails(folder string) *process {
	w.t.Helper()
	return w.run("../../examples/jobs", "--define=thumbnails.folder="+folder,
		"--define=databases.thumbnails.url=sqlite:"+filepath.Join(folder, "thumbnails.db"))
}

// job asks how far a job has come.
func (w *world) job(id string) (j jobs.Job) {
	w.t.Helper()
	if err := json.Unmarshal([]byte(w.prints("call", "thumbnails.status", "id="+id)), &j); err != nil {
		w.t.Fatal(err)
	}
	return j
}

// The process is killed in the middle of the second of three steps. The first one is
// not done again.
func TestS38JobIsFinishedThoughItsProcessIsKilled(t *testing.T) {
	t.Parallel()
	w, g, folder := newWorld(t), newGallery(t), t.TempDir()
	victim := w.thumbnails(folder)
	var id string
	if err := json.Unmarshal([]byte(w.prints("call", "thumbnails.request", "url="+g.url)), &id); err != nil {
		t.Fatal(err)
	}
	await.Take(t, g.hangs, patience)
	if j := w.job(id); j.State != "working" || len(j.Files) != 1 {
		t.Errorf("have %+v while the second copy is made, want it working with one file", j)
	}
	killed := victim.Signal(syscall.SIGKILL) // with the process that works, whose parent it is
	victim.Exits(-1)
	w.thumbnails(folder)
	await.Until(t, "the job is done", func() bool { return g.requests.Load() == 4 }, redelivered)
	await.Until(t, "its last step is noted", func() bool { return w.job(id).State == "done" }, patience)
	t.Logf("done %v after the kill", time.Since(killed))
	if j := w.job(id); len(j.Files) != 3 || g.requests.Load() != 4 {
		t.Errorf("have %+v after %d requests, want three files after four", j, g.requests.Load())
	}
}

func TestS40OneMethodIsReachedByCallEventAndTimer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	chores := w.run("./testdata/chores")
	w.prints("call", "chores.tidy")
	w.prints("emit", "storage.disk_full")
	for _, kind := range []string{"rpc", "event", "timer"} {
		chores.await("^tidied by "+kind+"$", 1)
	}
}
