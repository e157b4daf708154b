package sock_test

import (
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/web/internal/sock"
)

// mailbox keeps what a socket was sent.
type mailbox struct {
	mu     sync.Mutex // guards frames
	frames []string
	closed bool
}

func (m *mailbox) Send(frame []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return sock.ErrClosed
	}
	m.frames = append(m.frames, string(frame))
	return nil
}

func room(name string) sock.Channel { return sock.Channel{Scope: "chat", Name: name} }

func subscribed(t *testing.T, r *sock.Registry, id string, channels ...sock.Channel) {
	t.Helper()
	for _, c := range channels {
		if err := r.Subscribe(id, c); err != nil {
			t.Fatal(err)
		}
	}
}

func TestABroadcastReachesEachSubscriberOnce(t *testing.T) {
	t.Parallel()
	r := sock.NewRegistry()
	in, out, gone := &mailbox{}, &mailbox{}, &mailbox{closed: true}
	r.Add("in", in)
	r.Add("out", out)
	r.Add("gone", gone)
	subscribed(t, r, "in", room("a"), room("a"), room("b"), sock.Channel{Scope: "shop", Name: "c"})
	subscribed(t, r, "out", room("b"))
	subscribed(t, r, "gone", room("a"))
	if n := r.Broadcast(room("a"), []byte("1")); n != 1 {
		t.Errorf("%d sockets took it, want the one that is open", n)
	}
	r.Broadcast(room("c"), []byte("2")) // of another scope
	if diff := cmp.Diff([]string{"1"}, in.frames); diff != "" || len(out.frames) > 0 {
		t.Errorf("in (-want +have):\n%s\nout has %v, want nothing", diff, out.frames)
	}
	if diff := cmp.Diff([]string{"a", "b"}, r.Subscriptions("in", "chat")); diff != "" {
		t.Errorf("subscriptions (-want +have):\n%s", diff)
	}
}

func TestNothingComesAfterTheEndOfASubscription(t *testing.T) {
	t.Parallel()
	r, m := sock.NewRegistry(), &mailbox{}
	r.Add("one", m)
	subscribed(t, r, "one", room("a"), room("b"))
	if err := errors.Join(r.Unsubscribe("one", room("a")), r.Unsubscribe("one", room("a")), r.Unsubscribe("one", room("never"))); err != nil {
		t.Error(err)
	}
	if n := r.Broadcast(room("a"), nil); n != 0 {
		t.Errorf("%d sockets took it after it was unsubscribed, want none", n)
	}
	r.Remove("one")
	r.Remove("one")
	if n := r.Broadcast(room("b"), nil); n != 0 || r.Send("one", nil) {
		t.Errorf("%d sockets took it after the socket was removed, want none", n)
	}
}

func TestASocketThatIsUnknownIsSaidToBe(t *testing.T) {
	t.Parallel()
	r := sock.NewRegistry()
	if err := r.Subscribe("x", room("a")); !errors.Is(err, sock.ErrUnknown) {
		t.Errorf("Subscribe = %v, want %v", err, sock.ErrUnknown)
	}
	if err := r.Unsubscribe("x", room("a")); !errors.Is(err, sock.ErrUnknown) {
		t.Errorf("Unsubscribe = %v, want %v", err, sock.ErrUnknown)
	}
	if r.Send("x", nil) || r.Subscriptions("x", "chat") != nil {
		t.Error("an unknown socket takes frames or has subscriptions")
	}
}

func TestSubscriptionsAreBounded(t *testing.T) {
	t.Parallel()
	r := sock.NewRegistry()
	r.Add("one", &mailbox{})
	for i := range sock.MaxChannels {
		subscribed(t, r, "one", room(strconv.Itoa(i)))
	}
	subscribed(t, r, "one", room("0")) // it has that
	if err := r.Subscribe("one", room("more")); fault.CodeOf(err) != fault.Exhausted {
		t.Errorf("one more than %d: %v, want it refused as exhausted", sock.MaxChannels, err)
	}
	for _, name := range []string{"", strings.Repeat("x", sock.MaxChannel+1)} {
		if err := r.Subscribe("one", room(name)); fault.CodeOf(err) != fault.Invalid {
			t.Errorf("a name of %d bytes: %v, want it refused as invalid", len(name), err)
		}
	}
}

// Sockets come and go while others are sent to: nobody who has subscribed all the time
// misses a frame, nobody gets one twice.
func TestTheRegistryIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	r, steady := sock.NewRegistry(), &mailbox{}
	r.Add("steady", steady)
	subscribed(t, r, "steady", room("a"))
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			id := strconv.Itoa(i)
			for range 100 {
				r.Add(id, &mailbox{})
				_ = r.Subscribe(id, room("a"))
				r.Subscriptions(id, "chat")
				_ = r.Unsubscribe(id, room("a"))
				r.Remove(id)
			}
		})
		all.Go(func() {
			for range 100 {
				r.Broadcast(room("a"), []byte("x"))
			}
		})
	}
	all.Wait()
	if have := len(steady.frames); have != 400 {
		t.Errorf("have %d frames, want 400", have)
	}
}
