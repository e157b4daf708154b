//go:build linux

package scenarios_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// bombs are inputs that cost much where nobody looks before.
func bombs() map[string][]byte {
	const most = 1 << 20
	all := map[string]string{
		"a list of 4 G items":            "\xdd\xff\xff\xff\xff",
		"an object of 4 G members":       "\xdf\xff\xff\xff\xff",
		"a string of 4 GB":               "\xdb\xff\xff\xff\xff",
		"an extension of 4 GB":           "\xc9\xff\xff\xff\xff\x00",
		"lists in lists":                 strings.Repeat("\x91", most),
		"objects in objects":             strings.Repeat("\x81\xa3how", most/5),
		"JSON lists in lists":            strings.Repeat("[", most),
		"JSON objects in objects":        strings.Repeat(`{"how":`, most/7),
		"JSON of many items":             `{"how":[` + strings.Repeat("0,", most/3) + "0]}",
		"JSON of many members":           "{" + strings.Repeat(`"a":0,`, most/7) + `"how":1}`,
		"a large number":                 `{"how":` + strings.Repeat("9", most/2) + "}",
		"a number with a large exponent": `{"how":1e999999999}`,
		"no UTF-8":                       "{\"how\":\"\xff",
		"NUL":                            strings.Repeat("\x00", most),
		"one byte":                       "{",
	}
	bodies := make(map[string][]byte, len(all))
	for name, text := range all {
		bodies[name] = []byte(text)
	}
	return bodies
}

// scraps are bytes that a seed tells, most of them nearly what is wanted.
func scraps(seed uint64, count int) map[string][]byte {
	r := rand.New(rand.NewPCG(seed, seed)) //nolint:gosec // attacks that can be repeated
	parts := []string{`{"how":`, `"password":`, "[", "]", "}", `"`, ",", "\x82", "\xa3how", "\xdc\xff\xff", "\xdb\x7f\xff\xff\xff", "\xc1", "\x00", "l\x81\x80\x01", "\xff", "1e9", "\\ud800"}
	all := make(map[string][]byte, count)
	for n := range count {
		var body []byte
		for range 1 + r.IntN(40) {
			body = append(body, parts[r.IntN(len(parts))]...)
		}
		if json.Valid(body) || len(body) == 0 {
			body = append(body, '{')
		}
		all[fmt.Sprintf("scrap %d of seed %d", n, seed)] = body
	}
	return all
}

// P18: what an input may cost before it is refused. A tick of the kernel is 10 ms, so the
// figure of one input is no better than that.
const (
	mostMemory = 64 << 20
	mostTime   = 100 * time.Millisecond
)

// siegeSeed is that of the random inputs; ENOKI_SEED gives another.
func siegeSeed(t *testing.T) uint64 {
	t.Helper()
	text := os.Getenv("ENOKI_SEED")
	if text == "" {
		return 18
	}
	seed, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return seed
}

func (s *siege) costsLittle(t *testing.T) {
	t.Helper()
	for _, way := range s.assaults(t) {
		t.Run(way.name, func(t *testing.T) {
			var longest time.Duration
			before := s.peak(t)
			for _, inputs := range []map[string][]byte{bombs(), scraps(siegeSeed(t), 25)} {
				for name, body := range inputs {
					cpu := s.cpu(t)
					way.send(t, body)
					took := s.cpu(t) - cpu
					if took > mostTime { // once more: the collector's turn is no input's fault
						cpu = s.cpu(t)
						way.send(t, body)
						took = min(took, s.cpu(t)-cpu)
					}
					if longest = max(longest, took); took > mostTime {
						t.Errorf("%s took %v of CPU, want at most %v", name, took, mostTime)
					}
				}
			}
			grown := s.memory(t, "VmHWM") - before
			t.Logf("an input took at most %v of CPU, and all %d MiB", longest, grown>>20)
			if grown > mostMemory {
				t.Errorf("the inputs took up to %d MiB, want at most %d", grown>>20, mostMemory>>20)
			}
			s.works(t)
		})
	}
}

// peak sets the figure of the most memory so far to that of now, and returns it.
func (s *site) peak(t *testing.T) int {
	t.Helper()
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", s.worker), []byte("5"), 0o600); err != nil {
		t.Fatal(err)
	}
	return s.memory(t, "VmHWM")
}
