package broker_test

import (
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/internal/await"
	svctest "github.com/enoki-go/enoki/testing"
)

func outgoing(subject string, count int) []broker.Outgoing {
	header, all := broker.Header{"K": {"v"}}, make([]broker.Outgoing, count)
	for i := range all {
		all[i] = broker.Outgoing{Msg: &broker.Msg{Subject: subject, Data: []byte(strconv.Itoa(i)), Header: header}, ID: strconv.Itoa(i)}
	}
	return all
}

func TestAllAreStoredInTheirOrder(t *testing.T) {
	for kind, start := range brokers {
		t.Run(kind, func(t *testing.T) {
			on := start(t)
			s := queue(t, on.Conn, on.name)
			all := outgoing(on.name+".a", 1200)
			for _, again := range []bool{false, true} {
				stored, err := s.StoreAll(await.Within(t), all)
				if err != nil || len(stored) != len(all) {
					t.Fatalf("have %d, %v, want %d", len(stored), err, len(all))
				}
				for i, where := range stored {
					if want := (broker.Stored{Sequence: uint64(i) + 1, Duplicate: again}); where != want {
						t.Fatalf("message %d: have %+v, want %+v", i, where, want)
					}
				}
			}
			if e, found, err := s.At(await.Within(t), 7); !found || err != nil || string(e.Msg.Data) != "6" || e.Msg.Header.Get("K") != "v" {
				t.Errorf("have %v, %v, %v", e, found, err)
			}
			if len(all[0].Msg.Header) > 1 {
				t.Errorf("have the header of the sender changed: %v", all[0].Msg.Header)
			}
		})
	}
}

func TestWhatIsNotStoredOfManyIsNamed(t *testing.T) {
	for kind, start := range brokers {
		t.Run(kind, func(t *testing.T) {
			on := start(t)
			s := queue(t, on.Conn, on.name, func(w *broker.StreamConfig) { w.MaxMsgs = 2 })
			stored, err := s.StoreAll(await.Within(t), outgoing(on.name+".a", 4))
			if !errors.Is(err, broker.ErrFull) || len(stored) != 4 {
				t.Fatalf("have %v, %v, want ErrFull", stored, err)
			}
			for i, where := range stored {
				if named := strings.Contains(err.Error(), "message "+strconv.Itoa(i)+", id "+strconv.Itoa(i)+":"); named != (i > 1) || named != (where.Sequence == 0) {
					t.Errorf("message %d: have %+v and named %v", i, where, named)
				}
			}
			if len(strings.Split(err.Error(), "\n")) != 2 {
				t.Errorf("have %v, want two lines", err)
			}
		})
	}
}

func TestAllAreStoredThoughTheBrokerWasAway(t *testing.T) {
	b := svctest.NewBroker(t)
	c, j := dial(t, b.URL())
	s := queue(t, c, "q")
	b.Stop()
	await.Until(t, "disconnected", func() bool { return j.has("connection to broker lost") })
	done := make(chan error, 1)
	go func() {
		stored, err := s.StoreAll(await.Within(t), outgoing("q.a", 20))
		for i, where := range stored {
			if where.Sequence != uint64(i)+1 {
				err = errors.Join(err, errors.New("out of order"))
			}
		}
		done <- err
	}()
	b.Restart()
	if err := await.Take(t, done); err != nil {
		t.Error(err)
	}
}

func TestStoringAllEndsWithItsContext(t *testing.T) {
	b := svctest.NewBroker(t)
	c, j := dial(t, b.URL())
	s := queue(t, c, "q")
	b.Stop()
	await.Until(t, "disconnected", func() bool { return j.has("connection to broker lost") })
	began := time.Now()
	_, err := s.StoreAll(await.Within(t, 100*time.Millisecond), outgoing("q.a", 3))
	if took := time.Since(began); !errors.Is(err, broker.ErrDisconnected) || took > 2*time.Second || strings.Count(err.Error(), "message ") != 3 {
		t.Errorf("have %v after %v, want ErrDisconnected for all three", err, took)
	}
}

func TestManyStoreAtATime(t *testing.T) {
	for kind, start := range brokers {
		t.Run(kind, func(t *testing.T) {
			on := start(t)
			s := queue(t, on.Conn, on.name)
			var mu sync.Mutex
			var work sync.WaitGroup
			seen := map[uint64]bool{}
			for _, o := range outgoing(on.name+".a", 300) {
				work.Go(func() {
					where, err := s.Store(await.Within(t), o.Msg, o.ID, 0)
					if err != nil {
						t.Error(err)
					}
					mu.Lock()
					defer mu.Unlock()
					seen[where.Sequence] = true
				})
			}
			work.Wait()
			if len(seen) != 300 {
				t.Errorf("have %d numbers, want 300", len(seen))
			}
		})
	}
}
