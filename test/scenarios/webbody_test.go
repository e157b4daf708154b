//go:build linux

package scenarios_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// large is more than a body may have.
const large = 10 << 20

// zeroes is a body without an end.
type zeroes struct{}

func (zeroes) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

// pour sends a beginning and then so many bytes; it returns how many were taken, and the
// answer.
func (s *site) pour(t *testing.T, beginning string, size int64) (taken int64, r reply) {
	t.Helper()
	c := s.dial(t)
	_ = c.(*net.TCPConn).SetWriteBuffer(64 << 10) // so that what was written was taken
	poured := make(chan struct{})
	go func() { // ends with the connection; awaited below
		defer close(poured)
		if _, err := io.WriteString(c, beginning); err == nil {
			taken, _ = io.CopyN(struct{ io.Writer }{c}, zeroes{}, size)
		}
	}()
	all := replies(t, c)
	_ = c.Close()
	<-poured
	if len(all) != 1 {
		t.Fatalf("have %d answers %v, want 1", len(all), all)
	}
	return taken, all[0]
}

func TestBodyThatIsTooLargeIsRefusedAndNotRead(t *testing.T) {
	t.Parallel()
	s := newWorld(t).site()
	for _, tt := range []struct {
		name   string
		text   string
		status int
	}{
		{"as announced", request("POST /orders", "", bearer, fmt.Sprintf("Content-Length: %d", large)), http.StatusRequestEntityTooLarge},
		{"announced as larger still", request("POST /orders", "", bearer, "Content-Length: 10737418240"), http.StatusRequestEntityTooLarge},
		{"in one chunk", request("POST /orders", "", bearer, "Transfer-Encoding: chunked") + "A00000" + crlf, http.StatusRequestEntityTooLarge},
		{"of nobody that is known", request("POST /orders", "", fmt.Sprintf("Content-Length: %d", large)), http.StatusUnauthorized},
		{"for no route", request("POST /nowhere", "", fmt.Sprintf("Content-Length: %d", large)), http.StatusNotFound},
		{"for a file", request("GET /assets/page.txt", "", fmt.Sprintf("Content-Length: %d", large)), http.StatusOK},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s.endures(t, func() {
				taken, r := s.pour(t, tt.text, large)
				r.wantStatus(t, tt.name, tt.status)
				t.Logf("%d KiB were taken", taken>>10)
				if taken >= large {
					t.Errorf("all %d bytes were taken, want the connection closed before", taken)
				}
			})
		})
	}
}

// bearableBomb is what is promised of the memory that any input takes.
const bearableBomb = 64 << 20

// A route with a limit of 16 MiB takes what stands here, as far as its size goes.
func TestBombsAreRefused(t *testing.T) {
	t.Parallel()
	s := newWorld(t).site()
	before := s.resident(t)
	const m = 8 << 20
	for _, tt := range []struct{ name, kind, body string }{
		{"lists in lists", "application/json", strings.Repeat("[", m)},
		{"lists in lists, closed", "application/json", strings.Repeat("[", m/2) + strings.Repeat("]", m/2)},
		{"lists in the note", "application/json", `{"article":"a","note":` + strings.Repeat("[", m) + "}"},
		{"objects in objects", "application/json", strings.Repeat(`{"note":`, m/8)},
		{"many members", "application/json", `{"article":"a","note":{` + strings.Repeat(`"":0,`, m/5) + `"":0}}`},
		{"many items", "application/json", `{"article":"a","note":[` + strings.Repeat(`0,`, m/2) + `0]}`},
		{"many unknown members", "application/json", `{` + strings.Repeat(`"b":[[]],`, m/9) + `"article":"a"`},
		{"no JSON", "application/json", strings.Repeat("\x00", m)},
		{"msgpack: lists in lists", "application/msgpack", strings.Repeat("\x91", m)},
		{"msgpack: objects in objects", "application/msgpack", strings.Repeat("\x81\xa4note", m/6)},
		{"msgpack: a list of 4 G items", "application/msgpack", "\xdd\xff\xff\xff\xff"},
		{"msgpack: an object of 4 G members", "application/msgpack", "\xdf\xff\xff\xff\xff"},
		{"msgpack: a string of 4 GB", "application/msgpack", "\xdb\xff\xff\xff\xff"},
		{"msgpack: a note of 4 G items", "application/msgpack", "\x82\xa7article\xa1a\xa4note\xdd\xff\xff\xff\xff"},
		{"a form of many fields", "application/x-www-form-urlencoded", strings.Repeat("b=1&", m/4)},
		{"a form without an end", "multipart/form-data; boundary=b", strings.Repeat("--b\r\n", m/5)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s.endures(t, func() {
				began := time.Now()
				r := s.answer(t, request("POST /imports", tt.body, "Content-Type: "+tt.kind))
				r.wantStatus(t, tt.name, http.StatusBadRequest, http.StatusUnsupportedMediaType)
				wantBetween(t, "the answer", time.Since(began), 0, bearable)
			})
		})
	}
	if peak := s.memory(t, "VmHWM") - before; peak > bearableBomb {
		t.Errorf("a bomb took up to %d MiB, want at most %d", peak>>20, bearableBomb>>20)
	}
}

func TestBodyThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	s := newWorld(t).site()
	const chunked = "Transfer-Encoding: chunked"
	for _, tt := range []struct{ name, text string }{
		{"a chunk without a length", request("POST /orders", "", bearer, chunked) + "zz" + crlf + crlf},
		{"a chunk of a negative length", request("POST /orders", "", bearer, chunked) + "-1" + crlf + crlf},
		{"a chunk of endless length", request("POST /orders", "", bearer, chunked) + "fffffffffffffffff" + crlf + crlf},
		{"a chunk with too long an extension", request("POST /orders", "", bearer, chunked) + "1;" + strings.Repeat("a", 1<<16) + crlf + "{" + crlf},
		{"no body", request("POST /orders", "", bearer)},
		{"null", request("POST /orders", "null", bearer)},
		{"a number that is none", request("POST /orders", `{"article":1e999999999}`, bearer)},
		{"text that is not UTF-8", request("POST /orders", "{\"article\":\"\xff\xfe\"", bearer)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s.answer(t, tt.text).wantStatus(t, tt.name, http.StatusBadRequest)
		})
	}
}
