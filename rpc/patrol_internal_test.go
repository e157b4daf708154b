package rpc

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/internal/await"
)

// rounds lets the patrol walk n times from now on and returns when it would walk
// next.
func rounds(c *caller, now time.Time, n int) time.Time {
	for range n {
		c.patrol.round(now)
		now = now.Add(patrolEvery)
	}
	return now
}

// asked returns the calls that a question lists.
func asked(t *testing.T, m *nats.Msg) (keys []string) {
	t.Helper()
	if err := json.Unmarshal(m.Data, &keys); err != nil {
		t.Fatalf("%s: have %q: %v", m.Subject, m.Data, err)
	}
	return keys
}

// heldBy makes calls held by an instance.
func heldBy(instance string, calls ...*flight) {
	for _, f := range calls {
		f.journey.state, f.journey.instance = held, instance
	}
}

// words returns what calls were told.
func words(calls ...*flight) (all []string) {
	for _, f := range calls {
		for range len(f.mail) {
			all = append(all, wordNames[(<-f.mail).word])
		}
	}
	return all
}

func wantWords(t *testing.T, when string, calls []*flight, want ...string) {
	t.Helper()
	if have := words(calls...); !slices.Equal(have, want) {
		t.Errorf("%s: have the calls told %q, want %q", when, have, want)
	}
}

// answering is an instance that knows no call but some.
func (b *bus) answering(c *caller, instance string, known ...string) {
	b.t.Helper()
	_, err := c.conn.Subscribe("svc.rpci.shop."+instance+".probe", "", func(m *broker.Msg) {
		keys, _ := keysOf(m)
		unknown := slices.DeleteFunc(keys, func(key string) bool { return slices.Contains(known, key) })
		_ = c.conn.Send(&broker.Msg{Subject: m.Reply, Data: encode(unknown)})
	})
	if err == nil {
		err = c.conn.Flush(b.t.Context())
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

func TestCallWithoutNewsIsAskedForAndThenLost(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	c, wheres := b.caller(), b.hear("svc.rpcw.shop.where")
	calls := flightsOf(t, c, 1)
	now := rounds(c, time.Now(), seenBefore-1)
	wantWords(t, "before it is asked for", calls)
	now = rounds(c, now, seenLost-seenBefore)
	for range seenLost - seenBefore {
		if keys := asked(t, await.Take(t, wheres)); !slices.Equal(keys, []string{calls[0].address.Subject}) {
			t.Errorf("have %q asked for, want the call", keys)
		}
	}
	wantWords(t, "while it is asked for", calls)
	rounds(c, now, 1)
	wantWords(t, "asked for in vain", calls, "lost")
}

func TestCallsAreAskedForTogetherButNotTooMany(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	c, wheres := b.caller(), b.hear("svc.rpcw.shop.where")
	flightsOf(t, c, 2*maxKeys+500)
	rounds(c, time.Now(), seenBefore)
	seen := make(map[string]bool)
	for _, want := range []int{maxKeys, maxKeys, 500} {
		keys := asked(t, await.Take(t, wheres))
		if len(keys) != want {
			t.Errorf("have %d calls in a question, want %d", len(keys), want)
		}
		for _, key := range keys {
			seen[key] = true
		}
	}
	if len(seen) != 2*maxKeys+500 {
		t.Errorf("have %d calls asked for, want all", len(seen))
	}
}

// Red with code that probes for each call.
func TestInstanceIsProbedTwiceASecondForAllItsCalls(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	c, probes := b.caller(), b.hear("svc.rpci.shop.*.probe")
	calls := flightsOf(t, c, 4)
	heldBy("a", calls[:3]...)
	heldBy("b", calls[3])
	rounds(c, time.Now(), 4)
	have := make(map[string][]int)
	for range 4 {
		m := await.Take(t, probes)
		have[m.Subject] = append(have[m.Subject], len(asked(t, m)))
	}
	if !slices.Equal(have["svc.rpci.shop.a.probe"], []int{3, 3}) || !slices.Equal(have["svc.rpci.shop.b.probe"], []int{1, 1}) || len(probes) > 0 {
		t.Errorf("have %v and %d more in a second, want two for each instance", have, len(probes))
	}
}

func TestAnswerToAProbeNamesTheCallsThatAreLost(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	c := b.caller()
	calls := flightsOf(t, c, 3)
	heldBy("a", calls...)
	b.answering(c, "a", calls[0].address.Subject, calls[2].address.Subject)
	rounds(c, time.Now(), 2)
	if h := await.Take(t, calls[1].mail); h.word != lost || h.attempt != calls[1].journey.attempt {
		t.Errorf("have %+v, want the call lost at this attempt", h)
	}
	wantWords(t, "those that it knows", calls)
}

func TestProbeThatNobodyReceivesLosesAllItsCalls(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	c := b.caller()
	calls := flightsOf(t, c, 4)
	heldBy("dead", calls[:3]...)
	heldBy("b", calls[3])
	b.answering(c, "b", calls[3].address.Subject)
	rounds(c, time.Now(), 2)
	for _, f := range calls[:3] {
		if h := await.Take(t, f.mail); h.word != lost {
			t.Errorf("have %s, want lost", wordNames[h.word])
		}
	}
	wantWords(t, "that of another instance", calls)
}

func TestInstanceThatDoesNotAnswerIsSuspectAfterThreeSeconds(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	c := b.caller()
	b.hear("svc.rpci.shop.frozen.probe")
	calls := flightsOf(t, c, 1)
	heldBy("frozen", calls...)
	now := rounds(c, time.Now(), int(silence/patrolEvery))
	wantWords(t, "before", calls)
	at := place{"shop", "frozen"}
	c.patrol.answered(at, now)
	now = rounds(c, now, int(silence/patrolEvery))
	wantWords(t, "after it answered", calls)
	now = rounds(c, now, 1)
	wantWords(t, "after three more seconds", calls, "suspect")
	calls[0].journey.state = waiting
	rounds(c, now, 1)
	if w := c.patrol.watched[at]; w != nil {
		t.Errorf("have it watched since %v though it has no calls", w.heard)
	}
}

// Red with code that repeats all calls of a slow service: that makes it slower.
func TestBudgetBoundsTheCallsThatAreTakenFromASuspect(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	c := b.caller()
	b.hear("svc.rpci.shop.frozen.probe")
	calls := flightsOf(t, c, 3*budgetBurst)
	heldBy("frozen", calls...)
	now := rounds(c, time.Now(), 1+int(silence/patrolEvery))
	if have := len(words(calls...)); have != budgetBurst {
		t.Errorf("have %d calls taken from it, want %d", have, budgetBurst)
	}
	for range int(5 / budgetShare) {
		calls[0].peer.succeeded()
	}
	rounds(c, now, 1)
	if have := len(words(calls...)); have != 5 {
		t.Errorf("after 50 answers: have %d more, want 5", have)
	}
}

// Red with code that believes a broker that has just come back: that nobody
// listens means that nobody is back yet.
func TestNobodyIsBelievedDeadWhileTheConnectionSettles(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	c := b.caller()
	calls := flightsOf(t, c, 1)
	heldBy("a", calls[0])
	now := rounds(c, time.Now(), 2)
	if h := await.Take(t, calls[0].mail); h.word != lost {
		t.Fatalf("before: have %s, want lost", wordNames[h.word])
	}
	b.reconnected(c)
	now = now.Add(time.Hour)
	nobody := &broker.Msg{Header: broker.Header{"Status": {"503"}}}
	q := &query{patrol: c.patrol, calls: []sighting{{calls[0].address.Subject, 0}}, at: place{"shop", "a"}}
	c.patrol.digest(q, nobody, now)
	wantWords(t, "before the patrol knows", calls)
	rounds(c, now, int(settling/patrolEvery))
	c.patrol.digest(q, nobody, now.Add(settling-1))
	wantWords(t, "settling", calls)
	c.patrol.digest(q, nobody, now.Add(settling))
	wantWords(t, "settled", calls, "lost")
}

// Red with code that counts rounds while there is no connection: calls would be
// taken for lost, and run twice, because of a broker that restarts.
func TestNobodyIsBelievedDeadWithoutAConnection(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	c := b.caller()
	b.hear("svc.>")
	calls := flightsOf(t, c, 2)
	heldBy("a", calls[0])
	now := rounds(c, time.Now(), seenBefore)
	if err := c.conn.Flush(t.Context()); err != nil { // a broker that stops may say that nobody listens
		t.Fatal(err)
	}
	b.stop()
	await.Until(t, "it is noticed", func() bool {
		return errors.Is(c.conn.Send(&broker.Msg{Subject: "x"}), broker.ErrDisconnected)
	})
	now = rounds(c, now, 100)
	wantWords(t, "without a connection", calls)
	b.start()
	if err := c.conn.Await(t.Context()); err != nil {
		t.Fatal(err)
	}
	rounds(c, now, int(settling/patrolEvery))
	wantWords(t, "settling", calls)
	rounds(c, now.Add(settling), seenLost-seenBefore)
	if have := words(calls...); len(have) == 0 || have[0] != "lost" {
		t.Errorf("settled: have the calls told %q, want the one that nobody has lost", have)
	}
}

func TestQuestionsThatNobodyAnsweredAreClosed(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	c := b.caller()
	b.hear("svc.>")
	f := c.newFlight(shop)
	heldBy("a", f)
	now := rounds(c, time.Now(), 100)
	if have, most := len(c.patrol.queries), 1+int(silence/patrolEvery); have > most {
		t.Errorf("have %d questions open, want at most %d", have, most)
	}
	f.land()
	c.patrol.round(now.Add(silence + 1))
	left := 0
	c.inbox.Each(func(broker.Receiver) { left++ })
	if left != 0 || len(c.patrol.watched) != 0 {
		t.Errorf("have %d addresses open, %d instances watched, want none", left, len(c.patrol.watched))
	}
}

func TestPatrolSleepsWithoutCallsAndWakesWithOne(t *testing.T) {
	t.Parallel()
	c := newBus(t).caller()
	p := c.patrol
	if p.walk(); p.awake.Load() {
		t.Error("no call is under way: have the patrol awake")
	}
	f := c.newFlight(shop)
	if !p.awake.Load() {
		t.Error("a call is under way: have the patrol asleep")
	}
	f.land()
	p.stop()
}
