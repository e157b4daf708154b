package permission_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/cmd/svc/internal/permission"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/lock"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/timer"
)

// Asker calls, and submits.
type Asker struct {
	_ service.Name `name:"asker"`

	Slow  rpc.Func[int, int] `rpc:"worker.slow" timeout:"5s"`
	Build rpc.Job[int, int]  `rpc:"worker.build"`

	_ rpc.Method `method:"Ask"`
	_ rpc.Method `method:"Submit"`
	_ rpc.Method `method:"GiveUp"`
}

// Ask makes three calls at once of a method that has one worker.
func (a *Asker) Ask(ctx context.Context) error {
	var all sync.WaitGroup
	errs := make([]error, 3)
	for i := range errs {
		all.Go(func() { _, errs[i] = a.Slow(ctx, 600) })
	}
	all.Wait()
	return errors.Join(errs...)
}

// GiveUp makes a call and does not wait for its answer.
func (a *Asker) GiveUp(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		time.Sleep(150 * time.Millisecond) // the instance has said that it has the call
		cancel()
	}()
	_, _ = a.Slow(ctx, 400)
	return nil
}

// Submit makes a durable call, and waits for its result.
func (a *Asker) Submit(ctx context.Context) (int, error) {
	h, err := a.Build.Submit(ctx, 7)
	if err != nil {
		return 0, err
	}
	return a.Build.Result(ctx, h)
}

// Worker is called, handles events and has a job.
type Worker struct {
	_ service.Name `name:"worker"`

	Ticked *counter

	_ rpc.Method     `method:"Slow" workers:"1"`
	_ rpc.Method     `method:"Build" delivery:"durable"`
	_ events.Handler `method:"OnTold" source:"teller" event:"told" attempts:"2" backoff:"10ms"`
	_ timer.Job      `method:"Tick" every:"200ms" scope:"cluster"`
}

// counter counts.
type counter struct {
	looked chan struct{} // closed by look

	mu   sync.Mutex // guards what follows
	n    int
	runs int // of Build
}

// look says that the asker has looked for its call in the queue, where it is for as
// long as Build runs.
func (c *counter) look() {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-c.looked:
	default:
		close(c.looked)
	}
}

func (c *counter) add() { c.mu.Lock(); c.n++; c.mu.Unlock() }

func (c *counter) count() int { c.mu.Lock(); defer c.mu.Unlock(); return c.n }

func (c *counter) run() int { c.mu.Lock(); defer c.mu.Unlock(); c.runs++; return c.runs }

func (c *counter) ran() int { c.mu.Lock(); defer c.mu.Unlock(); return c.runs }

// Slow takes its time.
func (*Worker) Slow(ctx context.Context, ms int) int {
	select {
	case <-time.After(time.Duration(ms) * time.Millisecond):
	case <-ctx.Done():
	}
	return ms
}

// Build ends when the asker has looked, and does not end the first time that it is given
// a number below zero.
func (w *Worker) Build(ctx context.Context, n int) int {
	var ends <-chan struct{}
	if n >= 0 || w.Ticked.run() > 1 {
		ends = w.Ticked.looked
	}
	select {
	case <-ends:
	case <-ctx.Done():
	}
	return n
}

// OnTold fails.
func (*Worker) OnTold(context.Context, string) error { return errors.New("no") }

// Tick counts.
func (w *Worker) Tick() { w.Ticked.add() }

// Teller emits, and takes a lock.
type Teller struct {
	_ service.Name `name:"teller"`

	Told  events.Publisher[string] `event:"told"`
	Alone lock.Mutex               `lock:"telling"`

	_ rpc.Method `method:"Tell"`
	_ rpc.Method `method:"Hold"`
}

// Tell emits now, at once if somebody handles it, and later.
func (t *Teller) Tell(ctx context.Context) error {
	return errors.Join(t.Told(ctx, "now"), t.Told(ctx, "wanted", events.Mandatory()), t.Told(ctx, "later", events.After(50*time.Millisecond)))
}

// Hold waits for the lock.
func (t *Teller) Hold(ctx context.Context) error {
	held, err := t.Alone.Acquire(ctx)
	if err != nil {
		return err
	}
	return held.Release(ctx)
}

func trio() ([]process, *counter) {
	ticked := &counter{looked: make(chan struct{})}
	return []process{of(&Worker{Ticked: ticked}), of(&Teller{}), of(&Asker{})}, ticked
}

// driveTrio has each of the three do all that its permissions are for.
func driveTrio(f *field, ticked *counter) {
	other, err := lock.New(f.client.Connection(), "telling", time.Second)
	if err != nil {
		f.t.Fatal(err)
	}
	held, err := other.Acquire(await.Within(f.t))
	if err != nil {
		f.t.Fatal(err)
	}
	looks, err := f.client.Connection().Subscribe("$JS.API.STREAM.MSG.GET.RPC_worker", "", func(*broker.Msg) { ticked.look() })
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = looks.Stop(await.Within(f.t)) }()
	var all sync.WaitGroup
	all.Go(func() { f.call("teller.hold") })
	all.Go(func() { f.call("asker.ask") })
	all.Go(func() {
		f.call("asker.submit")
		ticked.look() // it was not allowed to
	})
	all.Go(func() { f.call("teller.tell") })
	all.Go(func() {
		time.Sleep(100 * time.Millisecond) // the teller waits for it
		_ = held.Release(await.Within(f.t))
	})
	all.Wait()
	f.call("asker.give_up")
	f.until("the worker has ticked twice", func() bool { return ticked.count() > 1 })
	f.until("three events are dead", func() bool {
		n := 0
		letters, err := events.OpenDeadLetters(await.Within(f.t), f.client.Connection())
		if err == nil {
			for _, err := range letters.All(await.Within(f.t), events.LetterFilter{}) {
				if err == nil {
					n++
				}
			}
		}
		return n == 3
	})
	f.replace(ticked)
}

// replace has a second worker take over from the first, which has begun a durable call
// and is missed by the asker.
func (f *field) replace(ticked *counter) {
	if len(f.events.all()) > 0 {
		return
	}
	build, err := rpc.JobOf[int, int](f.client, "worker.build")
	if err != nil {
		f.t.Fatal(err)
	}
	ctx, cancel := f.within()
	defer cancel()
	h, err := build.Submit(ctx, -1)
	if err != nil {
		f.t.Fatal(err)
	}
	f.until("the build has begun", func() bool { return ticked.ran() == 1 })
	_ = f.apps[0].Stop(await.Within(f.t))
	_ = f.apps[2].Stop(await.Within(f.t))
	processes, _ := trio()
	f.start(processes[2]) // an asker that has not heard of the worker
	f.call("asker.give_up")
	processes[0] = of(&Worker{Ticked: ticked})
	f.start(processes[0])
	if _, err := build.Result(ctx, h); err != nil {
		f.fail("the result of a call that was begun twice: %v", err)
	}
}

func TestTrioNeedsNothingElse(t *testing.T) {
	processes, ticked := trio()
	f := enter(t, processes, nil)
	driveTrio(f, ticked)
	f.fine()
}

// Each line is taken away in turn: one of each kind, all with ENOKI_FULL_SCALE=1. What
// is to be made where it is missing is needed by whoever comes first, so nobody has it
// then.
func TestEachLineIsNeeded(t *testing.T) {
	processes, _ := trio()
	f := &field{t: t, events: newDiary()}
	full, seen := os.Getenv("ENOKI_FULL_SCALE") == "1", make(map[string]bool)
	wanted := func(does string, r permission.Rule) bool {
		kind := does + kindOf(r.Subject)
		defer func() { seen[kind] = true }()
		return full || !seen[kind]
	}
	for _, p := range processes {
		for _, u := range permission.Together(f.app(p, "nats://127.0.0.1:1", "").Manifest(), permission.Options{}) {
			for _, r := range u.Publish {
				if wanted(" publishes ", r) {
					t.Run(u.Name+" publishes "+r.Subject, func(t *testing.T) { t.Parallel(); without(t, u.Name, r, true) })
				}
			}
			for _, r := range u.Subscribe {
				if wanted(" subscribes ", r) {
					t.Run(u.Name+" subscribes "+r.String(), func(t *testing.T) { t.Parallel(); without(t, u.Name, r, false) })
				}
			}
		}
	}
}

// kindOf returns what lines of the same kind have in common: what is asked of JetStream,
// or else the kind of the subject.
func kindOf(subject string) string {
	tokens := strings.Split(subject, ".")
	switch {
	case strings.HasPrefix(subject, "$JS.API."):
		return strings.Join(tokens[:4], ".")
	case tokens[0] == "svc":
		return tokens[1]
	default:
		return tokens[0]
	}
}

func without(t *testing.T, user string, r permission.Rule, publish bool) {
	t.Helper()
	processes, ticked := trio()
	makes := strings.Contains(r.Subject, ".STREAM.CREATE.")
	f := enter(t, processes, func(users []permission.User) {
		for i := range users {
			if u := &users[i]; u.Name == user || makes {
				same := func(o permission.Rule) bool { return o.Subject == r.Subject && o.Queue == r.Queue }
				if publish {
					u.Publish = slices.DeleteFunc(slices.Clone(u.Publish), same)
				} else {
					u.Subscribe = slices.DeleteFunc(slices.Clone(u.Subscribe), same)
				}
			}
		}
	})
	if len(f.events.all()) == 0 {
		driveTrio(f, ticked)
	}
	if len(f.events.all()) == 0 {
		t.Errorf("nothing has broken without %s (%s)", r, r.Why)
	}
}
