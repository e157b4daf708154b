package broker_test

import (
	"testing"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/internal/await"
)

// kept makes a stream that keeps everything, with a.1, b.1, a.2 and b.2 in it.
func kept(t *testing.T, on site) *broker.Stream {
	t.Helper()
	s := queue(t, on.Conn, on.name, func(w *broker.StreamConfig) { w.Keep = broker.KeepAll })
	for i, subject := range []string{".a.1", ".b.1", ".a.2", ".b.2"} {
		store(t, s, on.name+subject, string(rune('1'+i)))
	}
	return s
}

func TestStoredMessageIsRead(t *testing.T) {
	for kind, start := range brokers {
		t.Run(kind, func(t *testing.T) {
			on := start(t)
			name, s := on.name, kept(t, on)
			for what, tt := range map[string]struct {
				read func() (broker.Entry, bool, error)
				want uint64 // 0 for none
			}{
				"at":                 {func() (broker.Entry, bool, error) { return s.At(await.Within(t), 2) }, 2},
				"at, missing":        {func() (broker.Entry, bool, error) { return s.At(await.Within(t), 5) }, 0},
				"last":               {func() (broker.Entry, bool, error) { return s.Last(await.Within(t), name+".a.1") }, 1},
				"last of a pattern":  {func() (broker.Entry, bool, error) { return s.Last(await.Within(t), name+".a.*") }, 3},
				"last, missing":      {func() (broker.Entry, bool, error) { return s.Last(await.Within(t), name+".c") }, 0},
				"next":               {func() (broker.Entry, bool, error) { return s.Next(await.Within(t), name+".b.2", 0) }, 4},
				"next of a pattern":  {func() (broker.Entry, bool, error) { return s.Next(await.Within(t), name+".a.*", 2) }, 3},
				"next of two tokens": {func() (broker.Entry, bool, error) { return s.Next(await.Within(t), name+".*.1", 2) }, 2},
				"next of all":        {func() (broker.Entry, bool, error) { return s.Next(await.Within(t), name+".>", 4) }, 4},
				"next, passed":       {func() (broker.Entry, bool, error) { return s.Next(await.Within(t), name+".b.*", 5) }, 0},
			} {
				e, found, err := tt.read()
				if err != nil || found != (tt.want > 0) || e.Sequence != tt.want {
					t.Errorf("%s: have %d, %v, %v, want %d", what, e.Sequence, found, err, tt.want)
				}
				if found && (string(e.Msg.Data) != e.Msg.Header.Get("K") || len(e.Msg.Data) != 1 || time.Since(e.Stored).Abs() > time.Minute) {
					t.Errorf("%s: have %q with header %v, stored at %v", what, e.Msg.Data, e.Msg.Header, e.Stored)
				}
			}
		})
	}
}

func TestDeletedMessageIsGone(t *testing.T) {
	for kind, start := range brokers {
		t.Run(kind, func(t *testing.T) {
			on := start(t)
			name, s := on.name, kept(t, on)
			for what, sequence := range map[string]uint64{"there": 2, "again": 2, "never there": 99} {
				if err := s.Delete(await.Within(t), sequence); err != nil {
					t.Errorf("%s: %v", what, err)
				}
			}
			if _, found, err := s.At(await.Within(t), 2); found || err != nil {
				t.Errorf("have it still: %v, %v", found, err)
			}
			if e, found, err := s.Next(await.Within(t), name+".>", 2); e.Sequence != 3 || !found || err != nil {
				t.Errorf("have %d, %v, %v, want the one behind it", e.Sequence, found, err)
			}
		})
	}
}
