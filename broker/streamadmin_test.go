package broker_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
)

func TestStreamIsFoundButNotMade(t *testing.T) {
	for kind, start := range brokers {
		t.Run(kind, func(t *testing.T) {
			on := start(t)
			c, name := on.Conn, on.name
			if _, err := c.FindStream(await.Within(t), name); !errors.Is(err, broker.ErrNoStream) || fault.CodeOf(err) != fault.NotFound || !strings.Contains(err.Error(), name) {
				t.Errorf("have %v, want ErrNoStream with its name", err)
			}
			stored := store(t, queue(t, c, name), name+".a", "1")
			s, err := c.FindStream(await.Within(t), name)
			if err != nil {
				t.Fatal(err)
			}
			if e, found, err := s.At(await.Within(t), stored.Sequence); !found || err != nil || string(e.Msg.Data) != "1" || s.Name() != name {
				t.Errorf("have %s, %v, %v, %v, want what is stored", s.Name(), e, found, err)
			}
		})
	}
}

func TestStreamOfSomebodyElseIsRefused(t *testing.T) {
	for kind, start := range brokers {
		t.Run(kind, func(t *testing.T) {
			on := start(t)
			c, name := on.Conn, on.name
			queue(t, c, name)
			_, err := c.Stream(await.Within(t), broker.StreamConfig{Name: name, Subjects: []string{name + ".a", "other." + name}})
			if err == nil {
				t.Fatal("have another's stream, want an error")
			}
			for _, part := range []string{"stream " + name, `["` + name + `.>"]`, "other." + name, "another name or namespace"} {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("have %v, want %q in it", err, part)
				}
			}
			if _, err := c.Stream(await.Within(t), broker.StreamConfig{Name: name, Subjects: []string{name + ".a"}}); err != nil {
				t.Errorf("part of its subjects: %v", err)
			}
		})
	}
}

func TestStreamsOfASubjectAreNamed(t *testing.T) {
	for kind, start := range brokers {
		t.Run(kind, func(t *testing.T) {
			on := start(t)
			c, one, two := on.Conn, on.name, fresh(t, on.url)
			both := "both" + strings.TrimPrefix(one, "test")
			for name, part := range map[string]string{one: ".1", two: ".2"} {
				queue(t, c, name, func(w *broker.StreamConfig) { w.Subjects = []string{both + part} })
			}
			want := []string{one, two}
			slices.Sort(want)
			for subject, want := range map[string][]string{both + ".*": want, both + ".1": {one}, both + ".3": nil} {
				if have, err := c.Streams(await.Within(t), subject); !slices.Equal(have, want) || err != nil {
					t.Errorf("%s: have %v, %v, want %v", subject, have, err, want)
				}
			}
		})
	}
}

func TestStateSaysHowFullAStreamIs(t *testing.T) {
	for kind, start := range brokers {
		t.Run(kind, func(t *testing.T) {
			s := kept(t, start(t))
			if err := s.Delete(await.Within(t), 1); err != nil {
				t.Fatal(err)
			}
			consume(t, s, 0, nil)
			have, err := s.State(await.Within(t))
			want := broker.StreamState{Messages: 3, Last: 4}
			if err != nil || have != want {
				t.Errorf("have %+v, %v, want %+v", have, err, want)
			}
		})
	}
}

func TestConsumersAreListedAndDropped(t *testing.T) {
	for kind, start := range brokers {
		t.Run(kind, func(t *testing.T) {
			on := start(t)
			name, s := on.name, kept(t, on)
			got := make(chan *broker.Delivery, 10)
			receive(t, s, broker.ConsumerConfig{Name: "second", Filter: name + ".a.*", Note: "mine", Slots: func() int { return 1 }}, into(got))
			receive(t, s, broker.ConsumerConfig{Name: "first", Slots: func() int { return 0 }}, nil)
			await.Take(t, got)
			want := []broker.ConsumerState{
				{Name: "first", Pending: 4},
				{Name: "second", Note: "mine", Filter: name + ".a.*", Pending: 1, Held: 1},
			}
			if have, err := s.Consumers(await.Within(t)); !slices.Equal(have, want) || err != nil {
				t.Errorf("have %+v, %v, want %+v", have, err, want)
			}
			for _, w := range want {
				if have, found, err := s.Consumer(await.Within(t), w.Name); have != w || !found || err != nil {
					t.Errorf("have %+v, %v, %v, want %+v", have, found, err, w)
				}
			}
			for range 2 { // the second time it is not there
				if err := s.DropConsumer(await.Within(t), "first"); err != nil {
					t.Error(err)
				}
			}
			if have, found, err := s.Consumer(await.Within(t), "first"); found || err != nil {
				t.Errorf("have %+v, %v, want none", have, err)
			}
		})
	}
}
