package random_test

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/dependency/random"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// row is what a source draws.
func row(s random.Source) []string {
	var all []string
	for range 5 {
		all = append(all, strconv.Itoa(s.IntN(1_000_000)), s.Hex(16))
	}
	return all
}

func TestSeedGivesTheSameRowEachTime(t *testing.T) {
	t.Parallel()
	have, want := row(random.Seeded(7)), []string{"32371", "e0b8c7520e360aa404427c9053d9a667"}
	if diff := cmp.Diff(have, row(random.Seeded(7))); diff != "" {
		t.Errorf("the same seed gives another row:\n%s", diff)
	}
	if diff := cmp.Diff(want, have[:2]); diff != "" {
		t.Errorf("the row begins otherwise than in other processes (-want +have):\n%s", diff)
	}
	if cmp.Equal(have, row(random.Seeded(8))) {
		t.Errorf("two seeds give the same row %q", have)
	}
}

func TestFieldWithoutAValueDrawsWhatNobodyKnows(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for range 1000 {
		var s random.Source
		seen[s.Hex(16)] = true
	}
	if len(seen) != 1000 {
		t.Errorf("have %d different texts, want 1000", len(seen))
	}
}

func TestNumbersAreWithinTheirBoundsAndReachThem(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]random.Source{"system": {}, "seeded": random.Seeded(1)} {
		counts := make([]int, 3)
		for range 3000 {
			counts[s.IntN(3)]++
		}
		for n, count := range counts {
			if count < 700 {
				t.Errorf("%s: %d was drawn %d times of 3000, want about 1000", name, n, count)
			}
		}
		if a, b, c := s.IntN(1), s.IntN(0), s.IntN(-5); a != 0 || b != 0 || c != 0 {
			t.Errorf("%s: have %d, %d, %d, want 0 where nothing else is possible", name, a, b, c)
		}
	}
}

func TestHexHasTwoDigitsForEachByte(t *testing.T) {
	t.Parallel()
	var s random.Source
	if have := s.Hex(16); !regexp.MustCompile("^[0-9a-f]{32}$").MatchString(have) {
		t.Errorf("have %q, want 32 digits", have)
	}
	if have := s.Hex(-1) + s.Hex(0); have != "" {
		t.Errorf("have %q, want nothing", have)
	}
}

func TestSourceIsAReader(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]random.Source{"system": {}, "seeded": random.Seeded(1)} {
		p := make([]byte, 64)
		if n, err := s.Read(p); n != 64 || err != nil || bytes.Equal(p, make([]byte, 64)) {
			t.Errorf("%s: Read = %d, %v with %x, want 64 bytes", name, n, err, p)
		}
	}
}

func TestSeededSourceServesManyGoroutines(t *testing.T) {
	t.Parallel()
	s := random.Seeded(1)
	rows := make([][]string, 8) // nothing but the source is shared
	var all sync.WaitGroup
	for i := range rows {
		all.Go(func() {
			for range 100 {
				rows[i] = append(rows[i], s.Hex(9)) // the last byte is of a buffer
			}
		})
	}
	all.Wait()
	seen := make(map[string]bool)
	for _, text := range slices.Concat(rows...) {
		seen[text] = true
	}
	if len(seen) != 800 {
		t.Errorf("have %d different texts, want 800: two goroutines have drawn the same", len(seen))
	}
}

// Register gives out ids.
type Register struct {
	Random random.Source

	_ rpc.Method `method:"New"`
}

// New returns an id.
func (r *Register) New() string { return r.Random.Hex(16) }

func TestServiceDrawsTheRowOfTheTest(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &Register{Random: random.Seeded(7)})
	want := random.Seeded(7)
	for range 3 {
		if have, want := svctest.Call[string](w, "register.new"), want.Hex(16); have != want {
			t.Errorf("have %q, want %q", have, want)
		}
	}
}
