package dash

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/cmd/svc/internal/discreet"
	"github.com/enoki-go/enoki/events"
)

const (
	maxLetters  = 100 // on one page
	lettersTime = 20 * time.Second
)

// letterBox opens the dead letters when somebody asks for them.
type letterBox struct {
	conn *broker.Conn

	mu   sync.Mutex // guards what follows
	dead *events.DeadLetters
}

func (b *letterBox) open(ctx context.Context) (*events.DeadLetters, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.dead != nil {
		return b.dead, nil
	}
	dead, err := events.OpenDeadLetters(ctx, b.conn)
	if err == nil {
		b.dead = dead
	}
	return dead, err
}

// letter is a dead letter in a list.
type letter struct {
	Number   uint64    `json:"number"`
	Handler  string    `json:"handler"`
	Event    string    `json:"event"`
	Reason   string    `json:"reason"`
	Error    string    `json:"error"`
	Name     string    `json:"name,omitempty"`
	Attempts int       `json:"attempts"`
	Last     time.Time `json:"last"`
}

// wholeLetter is all that is shown of a dead letter.
type wholeLetter struct {
	letter
	ID      string            `json:"id"`
	Key     string            `json:"key,omitempty"`
	Emitted time.Time         `json:"emitted"`
	First   time.Time         `json:"first"`
	Data    map[string]string `json:"data,omitempty"`
	Calls   []string          `json:"calls,omitempty"`
	Payload string            `json:"payload"`
}

func letterOf(l events.Letter) letter {
	return letter{l.Number, word(l.Handler), word(l.Event), word(l.Reason), problemOf(fmt.Errorf("%s", l.Error)).Message, word(l.Name), l.Attempts, l.Last}
}

// wholeOf shows a letter without what its handler declares sensitive.
func wholeOf(l events.Letter) wholeLetter {
	payload := discreet.Hide(l.Payload, l.Sensitive)
	whole := wholeLetter{
		letter: letterOf(l), ID: word(l.ID), Key: word(discreet.Key(l.Key, l.Payload, payload, l.Sensitive)),
		Emitted: l.Emitted, First: l.First, Payload: payload.String(),
	}
	if payload.Body == nil {
		whole.Payload = pretty(payload.Payload)
	}
	for key, value := range discreet.Data(l.Data) {
		if whole.Data == nil {
			whole.Data = make(map[string]string)
		}
		whole.Data[word(key)] = word(value)
	}
	for _, call := range l.Stack {
		whole.Calls = append(whole.Calls, word(call))
	}
	return whole
}

// withLetters answers with what do returns, or its error.
func (d *Dash) withLetters(w http.ResponseWriter, r *http.Request, do func(context.Context, *events.DeadLetters) (any, error)) {
	ctx, cancel := context.WithTimeout(r.Context(), lettersTime)
	defer cancel()
	dead, err := d.letters.open(ctx)
	if err != nil {
		fail(w, err)
		return
	}
	v, err := do(ctx, dead)
	if err != nil {
		fail(w, err)
		return
	}
	answer(w, v)
}

// listed are the oldest dead letters.
type listed struct {
	Letters []letter `json:"letters"`
	More    bool     `json:"more"` // than are shown
}

// listLetters answers with the oldest dead letters, of a handler or service if the query
// says so.
func (d *Dash) listLetters(w http.ResponseWriter, r *http.Request) {
	filter := events.LetterFilter{Handler: r.URL.Query().Get("handler")}
	d.withLetters(w, r, func(ctx context.Context, dead *events.DeadLetters) (any, error) {
		list := listed{Letters: []letter{}}
		for l, err := range dead.All(ctx, filter) {
			if err != nil {
				return nil, err
			}
			if list.More = len(list.Letters) == maxLetters; list.More {
				break
			}
			list.Letters = append(list.Letters, letterOf(l))
		}
		return list, nil
	})
}

// showLetter answers with all that is known of one.
func (d *Dash) showLetter(w http.ResponseWriter, r *http.Request) {
	number, err := strconv.ParseUint(r.PathValue("number"), 10, 64)
	if err != nil {
		refuse(w, http.StatusBadRequest, "have "+strconv.Quote(clip(r.PathValue("number"), maxWord))+", want the number of a dead letter")
		return
	}
	d.withLetters(w, r, func(ctx context.Context, dead *events.DeadLetters) (any, error) {
		l, err := dead.Get(ctx, number)
		if err != nil {
			return nil, err
		}
		return wholeOf(l), nil
	})
}

// settled says what became of letters: how many are gone, and why the others are not.
type settled struct {
	Done   int         `json:"done"`
	Failed []unsettled `json:"failed"`
}

type unsettled struct {
	Number uint64   `json:"number"`
	Error  *problem `json:"error"`
}

func (d *Dash) replayLetters(w http.ResponseWriter, r *http.Request) {
	d.settle(w, r, func(ctx context.Context, dead *events.DeadLetters, l events.Letter) error {
		return dead.Replay(ctx, l, "")
	})
}

func (d *Dash) dropLetters(w http.ResponseWriter, r *http.Request) {
	d.settle(w, r, func(ctx context.Context, dead *events.DeadLetters, l events.Letter) error { return dead.Drop(ctx, l) })
}

// settle does something with the letters whose numbers the page sends, one after the
// other.
func (d *Dash) settle(w http.ResponseWriter, r *http.Request, do func(context.Context, *events.DeadLetters, events.Letter) error) {
	var a struct {
		Numbers []uint64 `json:"numbers"`
	}
	if !read(w, r, &a) {
		return
	}
	if len(a.Numbers) == 0 || len(a.Numbers) > maxLetters {
		refuse(w, http.StatusBadRequest, fmt.Sprintf("have %d numbers of dead letters, want 1 to %d", len(a.Numbers), maxLetters))
		return
	}
	d.withLetters(w, r, func(ctx context.Context, dead *events.DeadLetters) (any, error) {
		all := settled{Failed: []unsettled{}}
		for _, number := range a.Numbers {
			l, err := dead.Get(ctx, number)
			if err == nil {
				err = do(ctx, dead, l)
			}
			if err != nil {
				all.Failed = append(all.Failed, unsettled{number, problemOf(err)})
				continue
			}
			all.Done++
		}
		return all, nil
	})
}
