package permission_test

import (
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
)

func trio() ([]process, *counter) {
	ticked := &counter{looked: make(chan struct{}), accepted: make(chan struct{}, 1)}
	return []process{of(&Worker{Ticked: ticked}), of(&Teller{}), of(&Asker{Watched: ticked})}, ticked
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
	f.watch("$JS.API.STREAM.MSG.GET.RPC_worker", func(*broker.Msg) { ticked.look() })
	f.watch("$JS.API.DIRECT.GET.KV_LOCKS_svc.>", func(*broker.Msg) { ticked.locks.Add(1) })
	f.watch("svc.rpci.worker.*.cancel", func(*broker.Msg) { ticked.cancels.Add(1) })
	f.watch("_INBOX.asker.>", func(m *broker.Msg) {
		if m.Header.Get("Svc-Kind") == "accept" {
			ticked.accept()
		}
	})
	before := ticked.locks.Load()
	var all sync.WaitGroup
	all.Go(func() { f.call("teller.hold") })
	all.Go(func() { f.call("asker.ask") })
	all.Go(func() {
		f.call("asker.submit")
		ticked.look() // it was not allowed to
	})
	all.Go(func() { f.call("teller.tell") })
	// It looks once more when it will be told that the lock is given back.
	f.until("the teller waits for the lock", func() bool { return ticked.locks.Load() > before+1 })
	_ = held.Release(await.Within(f.t))
	all.Wait()
	f.until("a call was given up at its instance", func() bool {
		ticked.forget()
		f.call("asker.give_up")
		return ticked.cancels.Load() > 0
	})
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

// watch shows f what is sent to a subject, until the test is over.
func (f *field) watch(subject string, see func(*broker.Msg)) {
	f.t.Helper()
	sub, err := f.client.Connection().Subscribe(subject, "", see)
	if err == nil {
		err = f.client.Connection().Flush(await.Within(f.t))
	}
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { _ = sub.Stop(await.Within(f.t)) })
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
	processes[2] = of(&Asker{Watched: ticked})
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
