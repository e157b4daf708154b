package broker_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
)

func TestOnlyWhoKnowsTheNewestRevisionChangesAValue(t *testing.T) {
	for kind, start := range brokers {
		t.Run(kind, func(t *testing.T) {
			on := start(t)
			b := bucket(t, on.Conn, on.name, time.Hour)
			first, err := b.Swap(await.Within(t), "k", []byte("one"), 0)
			if err != nil || first == 0 {
				t.Fatalf("have %d, %v, want a revision", first, err)
			}
			for _, stale := range []uint64{0, first + 1} {
				if _, err := b.Swap(await.Within(t), "k", []byte("two"), stale); !errors.Is(err, broker.ErrChanged) {
					t.Errorf("%d: have %v, want ErrChanged", stale, err)
				}
				if err := b.Remove(await.Within(t), "k", stale); !errors.Is(err, broker.ErrChanged) {
					t.Errorf("remove %d: have %v, want ErrChanged", stale, err)
				}
			}
			second, err := b.Swap(await.Within(t), "k", []byte("two"), first)
			if err != nil || second <= first {
				t.Fatalf("have %d, %v, want more than %d", second, err, first)
			}
			wantEntry(t, b, broker.BucketEntry{Value: []byte("two"), Revision: second})
		})
	}
}

func TestRemovedValueLeavesARevision(t *testing.T) {
	for kind, start := range brokers {
		t.Run(kind, func(t *testing.T) {
			on := start(t)
			b := bucket(t, on.Conn, on.name, time.Hour)
			wantEntry(t, b, broker.BucketEntry{})
			first, err := b.Swap(await.Within(t), "k", []byte("one"), 0)
			if err == nil {
				err = b.Remove(await.Within(t), "k", first)
			}
			if err != nil {
				t.Fatal(err)
			}
			wantEntry(t, b, broker.BucketEntry{Revision: first + 1, Deleted: true})
			if _, found, err := b.Get(await.Within(t), "k"); found || err != nil {
				t.Errorf("have %v, %v, want nothing", found, err)
			}
			if _, err := plain.JetStream(t, on.url).KeyValue(await.Within(t), on.name); err != nil {
				t.Error(err)
			}
			if again, err := b.Swap(await.Within(t), "k", []byte("two"), first+1); err != nil || again != first+2 {
				t.Errorf("have %d, %v, want %d", again, err, first+2)
			}
		})
	}
}

func wantEntry(t *testing.T, b *broker.Bucket, want broker.BucketEntry) {
	t.Helper()
	have, err := b.Entry(await.Within(t), "k")
	if err != nil || string(have.Value) != string(want.Value) || have.Revision != want.Revision || have.Deleted != want.Deleted {
		t.Errorf("have %+v, %v, want %+v", have, err, want)
	}
}

// What was stored though its answer was lost is stored again, which its own revision
// forbids: that is no defeat.
func TestValueThatIsThereAlreadyIsStored(t *testing.T) {
	for kind, start := range brokers {
		t.Run(kind, func(t *testing.T) {
			on := start(t)
			b := bucket(t, on.Conn, on.name, time.Hour)
			first, err := b.Swap(await.Within(t), "k", []byte("mine"), 0)
			if err != nil {
				t.Fatal(err)
			}
			if again, err := b.Swap(await.Within(t), "k", []byte("mine"), 0); err != nil || again != first {
				t.Errorf("have %d, %v, want %d", again, err, first)
			}
		})
	}
}

func TestOneOfManySwapsWins(t *testing.T) {
	for kind, start := range brokers {
		t.Run(kind, func(t *testing.T) {
			on := start(t)
			b := bucket(t, on.Conn, on.name, time.Hour)
			var won atomic.Int64
			var all sync.WaitGroup
			for i := range 20 {
				all.Go(func() {
					switch _, err := b.Swap(await.Within(t), "k", []byte{byte(i)}, 0); {
					case err == nil:
						won.Add(1)
					case !errors.Is(err, broker.ErrChanged):
						t.Error(err)
					}
				})
			}
			all.Wait()
			if won.Load() != 1 {
				t.Errorf("have %d winners, want 1", won.Load())
			}
		})
	}
}

func TestWatchTellsOfChanges(t *testing.T) {
	for kind, start := range brokers {
		t.Run(kind, func(t *testing.T) {
			on := start(t)
			b := bucket(t, on.Conn, on.name, time.Hour)
			told := make(chan bool, 2)
			w, err := b.Watch("k", func(deleted bool) { told <- deleted })
			if err != nil {
				t.Fatal(err)
			}
			defer w.Stop(await.Within(t)) //nolint:errcheck // the test is over
			revision, err := b.Swap(await.Within(t), "k", []byte("one"), 0)
			if err == nil {
				err = b.Remove(await.Within(t), "k", revision)
			}
			if err != nil {
				t.Fatal(err)
			}
			if stored, deleted := await.Take(t, told), await.Take(t, told); stored || !deleted {
				t.Errorf("have %v, %v, want that it was stored, then deleted", stored, deleted)
			}
		})
	}
}

func TestKeysOfChangesAreNames(t *testing.T) {
	on := brokers["in process"](t)
	b := bucket(t, on.Conn, on.name, time.Hour)
	_, entry := b.Entry(await.Within(t), "a.b")
	_, swap := b.Swap(await.Within(t), "a.b", nil, 0)
	_, watch := b.Watch("a.b", nil)
	for _, err := range []error{entry, swap, b.Remove(await.Within(t), "a.b", 0), watch} {
		if err == nil || !strings.Contains(err.Error(), `have key "a.b"`) {
			t.Errorf("have %v, want it refused", err)
		}
	}
}
