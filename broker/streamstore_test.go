package broker_test

import (
	"errors"
	"log/slog"
	"strconv"
	"testing"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	svctest "github.com/enoki-go/enoki/testing"
)

var quiet = slog.New(slog.DiscardHandler)

// queue makes a work queue under a fresh name, which begins its subjects.
func queue(t *testing.T, c *broker.Conn, name string, change ...func(*broker.StreamConfig)) *broker.Stream {
	t.Helper()
	config := broker.StreamConfig{Name: name, Subjects: []string{name + ".>"}, MaxBytes: 1 << 20}
	for _, f := range change {
		f(&config)
	}
	q, err := c.Stream(await.Within(t), config)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// store stores a message whose body and id are the same.
func store(t *testing.T, q *broker.Stream, subject, id string) broker.Stored {
	t.Helper()
	s, err := q.Store(await.Within(t), &broker.Msg{Subject: subject, Data: []byte(id), Header: broker.Header{"K": {id}}}, id, 0)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSameIDIsStoredOnce(t *testing.T) {
	for kind, start := range brokers {
		t.Run(kind, func(t *testing.T) {
			on := start(t)
			q := queue(t, on.Conn, on.name)
			one, two, other := store(t, q, on.name+".a", "1"), store(t, q, on.name+".a", "1"), store(t, q, on.name+".a", "2")
			if one.Duplicate || !two.Duplicate || two.Sequence != one.Sequence || other.Duplicate || other.Sequence != one.Sequence+1 {
				t.Errorf("have %+v, %+v, %+v, want the second to be the first", one, two, other)
			}
			e, found, err := q.At(await.Within(t), one.Sequence)
			if err != nil || !found || string(e.Msg.Data) != "1" || e.Msg.Header.Get("K") != "1" || time.Since(e.Stored).Abs() > time.Minute {
				t.Errorf("have %+v, %v, %v, want the message", e, found, err)
			}
		})
	}
}

func TestFullQueueIsSaidAtOnce(t *testing.T) {
	for kind, start := range brokers {
		t.Run(kind, func(t *testing.T) {
			on := start(t)
			for what, limit := range map[string]func(*broker.StreamConfig){
				"messages": func(w *broker.StreamConfig) { w.MaxMsgs = 2 },
				"bytes":    func(w *broker.StreamConfig) { w.MaxBytes = 2000 },
			} {
				name := fresh(t, on.url)
				q := queue(t, on.Conn, name, limit)
				var err error
				began := time.Now()
				for i := 0; err == nil && i < 10; i++ {
					_, err = q.Store(await.Within(t), &broker.Msg{Subject: name + ".a", Data: make([]byte, 500)}, strconv.Itoa(i), 0)
				}
				if !errors.Is(err, broker.ErrFull) || fault.CodeOf(err) != fault.Exhausted || time.Since(began) > 2*time.Second {
					t.Errorf("%s: have %v after %v, want ErrFull at once", what, err, time.Since(began))
				}
			}
		})
	}
}

func TestMessagesGoWhenTheirTimeIsUp(t *testing.T) {
	c, _ := dial(t, svctest.NewBroker(t).URL())
	q := queue(t, c, "q")
	s, err := q.Store(await.Within(t), &broker.Msg{Subject: "q.a"}, "1", time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	await.Until(t, "the message is gone", func() bool {
		_, found, err := q.At(await.Within(t), s.Sequence)
		return err == nil && !found
	})
}

// Nats-TTL makes a broker that knows it, and a stream that does not allow it,
// refuse the message.
func TestTimeToLiveIsLeftOutWhereItIsNotUnderstood(t *testing.T) {
	for kind, start := range brokers {
		t.Run(kind, func(t *testing.T) {
			on := start(t)
			js := plain.JetStream(t, on.url)
			if _, err := js.CreateStream(await.Within(t), streamOf(on.name)); err != nil {
				t.Fatal(err)
			}
			if _, err := queue(t, on.Conn, on.name).Store(await.Within(t), &broker.Msg{Subject: on.name + ".a"}, "1", time.Hour); err != nil {
				t.Errorf("have %v, want it stored", err)
			}
		})
	}
}

func TestStoredMessagesSurviveARestart(t *testing.T) {
	b := svctest.NewBroker(t)
	c, j := dial(t, b.URL())
	q := queue(t, c, "q")
	s := store(t, q, "q.a", "1")
	b.Stop()
	await.Until(t, "disconnected", func() bool { return j.has("connection to broker lost") })
	b.Restart()
	if again := store(t, q, "q.a", "1"); !again.Duplicate || again.Sequence != s.Sequence {
		t.Errorf("have %+v, want it known as %d", again, s.Sequence)
	}
}

func TestRecordsKeepTheLastOfEachSubject(t *testing.T) {
	for kind, start := range brokers {
		t.Run(kind, func(t *testing.T) {
			on := start(t)
			r, err := on.Records(await.Within(t), broker.RecordsConfig{Name: on.name, Subjects: []string{on.name + ".>"}, MaxBytes: 1 << 20})
			if err != nil {
				t.Fatal(err)
			}
			heard := make(chan *broker.Msg, 10)
			subscribe(t, on.Conn, on.name+".a", "", heard)
			for _, put := range [][2]string{{"a", "1"}, {"b", "1"}, {"a", "2"}} {
				if err := r.Put(await.Within(t), &broker.Msg{Subject: on.name + "." + put[0], Data: []byte(put[1]), Header: broker.Header{"K": {put[1]}}}); err != nil {
					t.Fatal(err)
				}
			}
			for subject, want := range map[string]string{"a": "2", "b": "1", "c": ""} {
				m, found, err := r.Last(await.Within(t), on.name+"."+subject)
				if err != nil || found != (want != "") || found && (string(m.Data) != want || m.Header.Get("K") != want) {
					t.Errorf("%s: have %v, %v, %v, want %q", subject, m, found, err, want)
				}
			}
			large := &broker.Msg{Subject: on.name + ".d", Data: make([]byte, 2<<20)}
			errs := r.PutAll(await.Within(t), []*broker.Msg{{Subject: on.name + ".d", Data: []byte("1")}, large, {Subject: on.name + ".e", Data: []byte("1")}})
			if errs[0] != nil || !errors.Is(errs[1], broker.ErrTooLarge) || errs[2] != nil {
				t.Errorf("have %v, want the second refused alone", errs)
			}
			if one, two := await.Take(t, heard), await.Take(t, heard); string(one.Data)+string(two.Data) != "12" {
				t.Errorf("have %s and %s, want who listens told of both", one.Data, two.Data)
			}
		})
	}
}
