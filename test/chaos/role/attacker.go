package role

import (
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"os"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/test/chaos/history"
	"github.com/enoki-go/enoki/test/chaos/proc"
)

// Attacker is a process that sends what no caller sends, one message after the other,
// and looks at what that costs the services. It begins when it is told Go, prints a
// Summary when its time is up, and ends with its input.
type Attacker struct {
	Seed    uint64
	For     time.Duration
	Victims []int // pids of the processes that may be hit
}

const (
	refusal = 2 * time.Second       // until what is sent is taken for dropped
	digest  = 20 * time.Millisecond // for what has no answer
)

// attacker is a run of Attacker.
type attacker struct {
	Attacker

	nc    *nats.Conn
	facts *journal
	arms  arms
}

func (s Setup) attack(facts *history.File) error {
	nc, err := connectNaive(s)
	if err != nil {
		return err
	}
	defer nc.Close()
	a := &attacker{Attacker: *s.Attacker, nc: nc, facts: &journal{s.Name, facts}}
	a.arms = arms{rand.New(rand.NewPCG(a.Seed, attackStream))}
	orders := readOrders()
	sayReady()
	if <-orders != Go {
		return nil // the parent has changed its mind
	}
	summary := Summary{}
	before := a.memory()
	for end := time.Now().Add(a.For); time.Now().Before(end); summary.Calls++ {
		if err := a.fire(); err != nil {
			return err
		}
	}
	for i, now := range a.memory() {
		a.facts.write(history.Fact{Kind: history.Weighed, Number: int((now.peak - before[i].now) / 1024)})
	}
	if err := json.NewEncoder(os.Stdout).Encode(summary); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// attackStream is that of the random numbers.
const attackStream = 6

type memory struct{ now, peak int64 }

func (a *attacker) memory() (all []memory) {
	for _, pid := range a.Victims {
		now, peak := proc.Memory(pid)
		all = append(all, memory{now, peak})
	}
	return all
}

// tries is how often a message is sent that seems to cost much: what is done besides
// counts as well, and the least is nearest to the truth.
const (
	tries = 3
	much  = 50 * time.Millisecond
)

// fire sends a message and writes down what it cost until it was refused.
func (a *attacker) fire() error {
	m, what, answered := a.arms.next()
	f := history.Fact{Kind: history.Fired, Method: what}
	for try := range tries {
		cost, refused, err := a.cost(m, answered)
		if err != nil {
			return err
		}
		if try == 0 || cost < f.Took {
			f.Took, f.Error = cost, refused
		}
		if f.Took < much {
			break
		}
	}
	a.facts.write(f)
	return nil
}

// cost sends a message and returns the processor time that the victims use until it is
// answered, or could have been.
func (a *attacker) cost(m *nats.Msg, answered bool) (cost time.Duration, refused string, err error) {
	before, err := a.spent()
	if err != nil {
		return 0, "", err
	}
	if answered {
		ctx, cancel := context.WithTimeout(context.Background(), refusal)
		answer, err := a.nc.RequestMsgWithContext(ctx, m)
		cancel()
		refused = outcomeOf(answer, err)
	} else {
		if err := a.nc.PublishMsg(m); err != nil {
			return 0, "", err
		}
		_ = pause(context.Background(), digest) // its context does not end
	}
	after, err := a.spent()
	return after - before, refused, err
}

// outcomeOf says what became of a message; empty where it was taken.
func outcomeOf(answer *nats.Msg, err error) string {
	if err != nil {
		return err.Error()
	}
	return answer.Header.Get("Nats-Service-Error")
}

// spent returns the processor time of all victims so far.
func (a *attacker) spent() (sum time.Duration, err error) {
	for _, pid := range a.Victims {
		spent, err := proc.Spent(pid)
		if err != nil {
			return 0, err
		}
		sum += spent
	}
	return sum, nil
}
