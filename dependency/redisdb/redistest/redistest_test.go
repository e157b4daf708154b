package redistest_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/dependency/redisdb/redistest"
	"github.com/enoki-go/enoki/internal/await"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func client(t *testing.T, url string) *redis.Client {
	t.Helper()
	o, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	c := redis.NewClient(o)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestEachTestHasAnEmptyDatabaseOfItsOwn(t *testing.T) {
	t.Parallel()
	ctx := await.Within(t)
	one, other := client(t, redistest.URL(t)), client(t, redistest.URL(t))
	if err := one.Set(ctx, "a", 1, 0).Err(); err != nil {
		t.Fatal(err)
	}
	if n, err := other.DBSize(ctx).Result(); n != 0 || err != nil {
		t.Errorf("have %d keys, %v, want another database", n, err)
	}
	if n, err := one.DBSize(ctx).Result(); n != 1 || err != nil {
		t.Errorf("have %d keys, %v, want only that of the test", n, err)
	}
}

// stage is a test within a test, which ends when it is told to.
type stage struct {
	testing.TB

	ctx      context.Context //nolint:containedctx // that of the test
	cleanups []func()
	failure  string
}

func (s *stage) Context() context.Context     { return s.ctx }
func (s *stage) Cleanup(f func())             { s.cleanups = append(s.cleanups, f) }
func (s *stage) Errorf(f string, args ...any) { s.failure += fmt.Sprintf(f, args...) }
func (s *stage) Fatalf(f string, args ...any) { s.Errorf(f, args...); runtime.Goexit() }
func (s *stage) Logf(format string, a ...any) { s.TB.Logf(format, a...) }

func (s *stage) end() {
	for len(s.cleanups) > 0 {
		last := len(s.cleanups) - 1
		f := s.cleanups[last]
		s.cleanups = s.cleanups[:last]
		f()
	}
}

// lend returns the URL that a test within t is given, and how it failed.
func lend(t *testing.T) (url string, s *stage) {
	t.Helper()
	s = &stage{TB: t, ctx: t.Context()}
	var given sync.WaitGroup
	given.Go(func() { url = redistest.URL(s) })
	given.Wait()
	return url, s
}

// lender is a Redis of 16 databases that these tests have for themselves.
func lender(t *testing.T) *miniredis.Miniredis {
	t.Helper()
	m := miniredis.RunT(t)
	t.Setenv("ENOKI_TEST_REDIS", "redis://"+m.Addr())
	return m
}

func TestADatabaseIsEmptiedAndGivenBack(t *testing.T) {
	m, ctx := lender(t), await.Within(t)
	for range 40 { // more than there are
		url, s := lend(t)
		if s.failure != "" || !strings.HasPrefix(url, "redis://"+m.Addr()+"/") {
			t.Fatalf("have %q, %s", url, s.failure)
		}
		client(t, url).Set(ctx, "left", "behind", 0)
		s.end()
	}
	if dump := m.Dump(); dump != "" {
		t.Errorf("have in database 0 what should be gone:\n%s", dump)
	}
	for number := 1; number < 16; number++ {
		if keys := m.DB(number).Keys(); len(keys) > 0 {
			t.Errorf("have %q in database %d, want it to be empty", keys, number)
		}
	}
}

func TestDataOfSomebodyElseIsLeftAlone(t *testing.T) {
	m := lender(t)
	for number := range 16 {
		if number == 7 {
			continue
		}
		if err := m.DB(number).Set("theirs", "kept"); err != nil {
			t.Fatal(err)
		}
	}
	url, s := lend(t)
	if !strings.HasSuffix(url, "/7") {
		t.Errorf("have %s, want the only one that was empty", url)
	}
	s.end()
	for number := range 16 {
		if have, _ := m.DB(number).Get("theirs"); number != 7 && have != "kept" {
			t.Errorf("database %d has lost what was in it", number)
		}
	}
}

// What a test that was killed left behind is nobody's, once its lease has expired.
func TestWhatAKilledTestLeftIsRemoved(t *testing.T) {
	m, ctx := lender(t), await.Within(t)
	for range 15 {
		url, s := lend(t)
		client(t, url).Set(ctx, "left", "behind", 0)
		t.Cleanup(s.end) // not before the others are lent theirs: it was killed
	}
	m.FastForward(31_000_000_000)
	url, s := lend(t)
	defer s.end()
	if n, err := client(t, url).DBSize(ctx).Result(); s.failure != "" || n != 0 || err != nil {
		t.Errorf("have %d keys in %s, %v %s, want an empty one", n, url, err, s.failure)
	}
}

// A process may be stopped for longer than its lease: by a debugger, or with the machine.
func TestATestThatLostItsDatabaseLeavesItToTheNext(t *testing.T) {
	m, ctx := lender(t), await.Within(t)
	first, late := lend(t)
	m.FastForward(31 * time.Second)
	second, s := lend(t)
	if first != second || late.failure+s.failure != "" {
		t.Fatalf("have %s and then %s, %s%s, want the same", first, second, late.failure, s.failure)
	}
	client(t, second).Set(ctx, "mine", "kept", 0)
	key := "enoki:redistest:1:holder"
	holder, _ := m.Get(key)
	m.FastForward(10 * time.Second)
	if err := redistest.Renew(second, "who had it", 1); err == nil {
		t.Error("have a lease renewed that is another test's, want an error")
	}
	late.end()
	if want := "the lease of it was lost"; !strings.Contains(late.failure, want) {
		t.Errorf("have %q of the test that lost it, want %q", late.failure, want)
	}
	if n, err := client(t, second).DBSize(ctx).Result(); n != 1 || err != nil {
		t.Errorf("have %d keys, %v, want that of the test that has it now", n, err)
	}
	if have, _ := m.Get(key); have != holder || m.TTL(key) != 20*time.Second {
		t.Errorf("have the holder %q for %v, want %q for 20s", have, m.TTL(key), holder)
	}
	if err := redistest.Renew(second, holder, 1); err != nil || m.TTL(key) != 30*time.Second {
		t.Errorf("have %v and the lease for %v, want it for 30s", err, m.TTL(key))
	}
	s.end()
	if dump := m.Dump(); s.failure != "" || dump != "" {
		t.Errorf("have %q and in database 0 what should be gone:\n%s", s.failure, dump)
	}
}

func TestATestWaitsUntilAnotherGivesADatabaseBack(t *testing.T) {
	lender(t)
	var stages []*stage
	for range 15 {
		_, s := lend(t)
		stages = append(stages, s)
	}
	waiting := make(chan string, 1)
	next := &stage{TB: t, ctx: t.Context()}
	var given sync.WaitGroup
	given.Go(func() { waiting <- redistest.URL(next) })
	select {
	case url := <-waiting:
		t.Fatalf("have %s, though others have all of them", url)
	default:
	}
	stages[0].end()
	if url := await.Take(t, waiting); url == "" || next.failure != "" {
		t.Errorf("have %q, %s, want the one that is free now", url, next.failure)
	}
	given.Wait()
	next.end()
	for _, s := range stages {
		s.end()
	}
}

// Two processes lease from one Redis: the other is this test, run again.
func TestProcessesDoNotShareADatabase(t *testing.T) {
	if os.Getenv("ENOKI_REDISTEST_CHILD") == "1" {
		fmt.Println("leased", redistest.URL(t))
		return
	}
	lender(t)
	mine, s := lend(t)
	defer s.end()
	again := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestProcessesDoNotShareADatabase$", "-test.count=1")
	again.Env = append(os.Environ(), "ENOKI_REDISTEST_CHILD=1")
	out, err := again.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "leased redis://") || strings.Contains(string(out), "leased "+mine+"\n") {
		t.Errorf("have %s here, and there %v:\n%s", mine, err, out)
	}
}

func TestARedisThatIsNamedIsAMust(t *testing.T) {
	t.Setenv("ENOKI_TEST_REDIS", "redis://127.0.0.1:1")
	if _, s := lend(t); !strings.HasPrefix(s.failure, "want Redis at 127.0.0.1:1: ") {
		t.Errorf("have %q of one that was named and is not there", s.failure)
	}
	t.Setenv("ENOKI_TEST_REDIS", "127.0.0.1:6379")
	if _, s := lend(t); !strings.Contains(s.failure, "want redis://host:port") {
		t.Errorf("have %q of what is no URL", s.failure)
	}
}

func TestURLsOfAllKindsHaveANumber(t *testing.T) {
	m := miniredis.RunT(t)
	m.RequireAuth("p@ss")
	t.Setenv("ENOKI_TEST_REDIS", "redis://:"+"p%40ss"+"@"+m.Addr()+"/3?read_timeout=1s")
	have, s := lend(t)
	defer s.end()
	if want := "redis://:p%40ss@" + m.Addr() + "/1?read_timeout=1s"; have != want {
		t.Errorf("have %s, %s, want %s", have, s.failure, want)
	}
}
