package jobs_test

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/examples/jobs"
	"github.com/enoki-go/enoki/internal/await"
	svctest "github.com/enoki-go/enoki/testing"
)

// gallery is a server of pictures; it returns where it is.
func gallery(t *testing.T, answer http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return server.URL + "/cat.png"
}

func cat(t *testing.T) []byte {
	t.Helper()
	var text bytes.Buffer
	if err := png.Encode(&text, image.NewGray(image.Rect(0, 0, 300, 150))); err != nil {
		t.Fatal(err)
	}
	return text.Bytes()
}

func TestCopiesAreAsLargeAsTheyAreToBe(t *testing.T) {
	original := cat(t)
	page := gallery(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(original) })
	w := svctest.New(t, settings(t.TempDir()), &jobs.Thumbnails{}, jobs.Options())
	done := finished(w)
	id := svctest.Call[string](w, "thumbnails.request", page)
	done.Wait()
	for i, file := range wantState(t, w, id, "done", 3).Files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close() //nolint:errcheck // it is read
		have, err := png.DecodeConfig(f)
		if want := 64 << i; err != nil || have.Width != want || have.Height != want/2 {
			t.Errorf("have %d × %d pixels, %v, want %d × %d", have.Width, have.Height, err, want, want/2)
		}
	}
}

func TestWhatIsNoPictureFailsAtOnce(t *testing.T) {
	page := gallery(t, http.NotFound)
	w := svctest.New(t, settings(t.TempDir()), &jobs.Thumbnails{}, jobs.Options())
	painted := w.Expect("thumbnails", "Paint")
	id := svctest.Call[string](w, "thumbnails.request", page)
	painted.Wait()
	if job := wantState(t, w, id, "failed", 0); job.Error == "" {
		t.Errorf("have %+v, want it to say why", job)
	}
}

func TestPainterTellsWhatMayBeWellLater(t *testing.T) {
	original := cat(t)
	huge := []byte("GIF89a\xff\xff\xff\xff\x00\x00\x00") // 65535 pixels in each direction
	for _, tt := range []struct {
		name   string
		status int
		body   []byte
		never  bool
		says   string
	}{
		{"the server is down", http.StatusServiceUnavailable, nil, false, "503"},
		{"too many requests", http.StatusTooManyRequests, nil, false, "429"},
		{"gone", http.StatusGone, nil, true, "410"},
		{"text", http.StatusOK, []byte("cat"), true, "unknown format"},
		{"half of a picture", http.StatusOK, original[:len(original)/2], true, "not enough pixel data"},
		{"a picture that fills the memory", http.StatusOK, huge, true, "65535 × 65535 pixels"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			page := gallery(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tt.status)
				_, _ = w.Write(tt.body)
			})
			err := jobs.NewPainter().Paint(await.Within(t), page, 64, filepath.Join(t.TempDir(), "cat.png"))
			if err == nil || errors.Is(err, jobs.ErrNoPicture) != tt.never || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("have %v, want an error that says %q and is %v: %v", err, tt.says, jobs.ErrNoPicture, tt.never)
			}
		})
	}
}
