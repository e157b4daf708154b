package svctest_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, plain.Abandoned()...) }

// tb is a test within a test, or within an example: it can fail without failing
// what it is in, and ends when it is told to.
type tb struct {
	mu       sync.Mutex // guards what follows
	cleanups []func()
	failure  string
	logged   string
}

var _ svctest.TB = (*tb)(nil)

func (*tb) Helper()      {}
func (*tb) Name() string { return "tb" }

func (t *tb) Cleanup(f func()) { t.cleanups = append(t.cleanups, f) }

func (t *tb) TempDir() string {
	dir, err := os.MkdirTemp("", "svctest")
	if err != nil {
		t.Fatalf("%v", err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func (t *tb) Logf(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.logged += fmt.Sprintf(format+"\n", args...)
}

// fatal is what Fatalf panics with.
type fatal string

func (t *tb) Fatalf(format string, args ...any) {
	t.failure = fmt.Sprintf(format, args...)
	panic(fatal(t.failure))
}

// end runs the cleanups as the end of a test does.
func (t *tb) end() {
	for len(t.cleanups) > 0 {
		last := len(t.cleanups) - 1
		f := t.cleanups[last]
		t.cleanups = t.cleanups[:last]
		f()
	}
}

// failureOf runs a test and returns how it failed, "" where it did not.
func failureOf(test func(t *tb)) string {
	var t tb
	defer t.end()
	func() {
		defer func() {
			if v := recover(); v != nil {
				if _, ok := v.(fatal); !ok {
					panic(v)
				}
			}
		}()
		test(&t)
	}()
	return t.failure
}

func wantText(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("have %q, want it to have %q", text, part)
		}
	}
}

// Shop is a service with dependencies.
type Shop struct {
	_ rpc.Method `method:"Buy" args:"item,cents"`
	_ rpc.Method `method:"Fail"`
	_ rpc.Method `method:"Total"`

	Charge rpc.Func[Charge, string] `rpc:"payments.charge"`
	Till   *Till
}

// Charge is what payments.charge takes.
type Charge struct {
	Card  string `json:"card"`
	Cents int    `json:"cents"`
}

// Till keeps what was earned.
type Till struct {
	mu    sync.Mutex // guards total
	total int
}

// Add adds.
func (t *Till) Add(cents int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.total += cents
}

// Total returns the sum.
func (t *Till) Total() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.total
}

// Buy charges for an item.
func (s *Shop) Buy(ctx context.Context, item string, cents int) (string, error) {
	receipt, err := s.Charge(ctx, Charge{"card of " + item, cents})
	if err == nil {
		s.Till.Add(cents)
	}
	return receipt, err
}

var errPrivate = errors.New("private")

type privateError struct{ secret int }

func (*privateError) Error() string { return "a type of the service's own" }

// Fail returns errors that mean something in this process only.
func (*Shop) Fail() error { return errors.Join(errPrivate, &privateError{42}) }

// Total returns what was earned.
func (s *Shop) Total() int { return s.Till.Total() }

// Payments is a service of somebody else's, with needs that a test cannot meet.
type Payments struct {
	_ rpc.Method `method:"Charge" args:"card,cents"`
	_ rpc.Method `method:"Refund" args:"receipt"`

	Bank interface{ Transfer(cents int) error }
}

// Charge needs the bank.
func (p *Payments) Charge(_ context.Context, _ string, cents int) (string, error) {
	return "real receipt", p.Bank.Transfer(cents)
}

// Refund needs the bank.
func (p *Payments) Refund(string) error { return p.Bank.Transfer(-1) }

// charging is a fake of Payments.
func charging(receipt string) map[string]any {
	return map[string]any{
		"Charge": func(_ context.Context, card string, cents int) (string, error) {
			if cents <= 0 {
				return "", fmt.Errorf("%s: nothing to charge", card)
			}
			return receipt, nil
		},
	}
}
