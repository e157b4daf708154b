package rpc_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/stage"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// ErrNoSeat is known to whoever calls Reserve, in whatever process.
var ErrNoSeat = fault.Declare("theatre.no_seat", fault.Conflict, "no seat is left")

// Theatre has two seats for each play.
type Theatre struct {
	_ rpc.Method `method:"Reserve" args:"play,count"`
	_ rpc.Method `method:"Plays"`
}

// Reserve has names for its parameters, for callers that give them by name.
func (*Theatre) Reserve(play string, count int) (string, error) {
	if count > 2 {
		return "", ErrNoSeat.Explain("%s has 2 seats, not %d", play, count)
	}
	return fmt.Sprintf("%d for %s", count, play), nil
}

// Plays takes nothing.
func (*Theatre) Plays() []string { return []string{"Faust", "Medea"} }

// Reservation has the arguments of Reserve by name.
type Reservation struct {
	Play  string `json:"play"`
	Count int    `json:"count"`
}

// Kiosk calls methods of the theatre: each is a field, and a plain function.
type Kiosk struct {
	Reserve rpc.Func[Reservation, string] `rpc:"theatre.reserve" timeout:"2s"`
	Plays   rpc.Func[rpc.None, []string]  `rpc:"theatre.plays"`

	_ rpc.Method `method:"SellFirst"`
}

// SellFirst sells a seat of the first play.
func (k *Kiosk) SellFirst(ctx context.Context) (string, error) {
	plays, err := k.Plays(ctx, rpc.None{})
	if err != nil {
		return "", err
	}
	return k.Reserve(ctx, Reservation{Play: plays[0], Count: 1})
}

func ExampleFunc() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Theatre{}, &Kiosk{})
	fmt.Println(svctest.Call[string](w, "kiosk.sell_first"))
	// Output: 1 for Faust
}

// A unit test sets functions of its own, and needs no broker.
func ExampleFunc_fake() {
	k := &Kiosk{
		Plays: func(context.Context, rpc.None) ([]string, error) { return []string{"Hamlet"}, nil },
		Reserve: func(_ context.Context, r Reservation) (string, error) {
			return "", ErrNoSeat.Explain("%s is sold out", r.Play)
		},
	}
	fmt.Println(k.SellFirst(context.Background()))
	// Output: Hamlet is sold out
}

// Declared errors cross processes: errors.Is finds them at the caller.
func ExampleFunc_errors() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Theatre{})
	reserve, err := rpc.FuncOf[Reservation, string](w.Client(), "theatre.reserve")
	if err != nil {
		panic(err)
	}
	_, err = reserve(context.Background(), Reservation{"Medea", 3})
	fmt.Println(errors.Is(err, ErrNoSeat), fault.CodeOf(err))
	fmt.Println(err)
	// Output:
	// true conflict
	// call theatre.reserve: Medea has 2 seats, not 3
}

// TheatreClient has all of the theatre in one field.
type TheatreClient struct {
	rpc.Client `service:"theatre"`

	Reserve func(ctx context.Context, play string, count int) (string, error) `timeout:"2s"`
	Plays   func(ctx context.Context) ([]string, error)
}

// Usher holds a client.
type Usher struct {
	Theatre TheatreClient

	_ rpc.Method `method:"Seat" args:"count"`
}

// Seat calls as if the theatre were here.
func (u *Usher) Seat(ctx context.Context, count int) (string, error) {
	return u.Theatre.Reserve(ctx, "Faust", count)
}

func ExampleClient() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Theatre{}, &Usher{})
	fmt.Println(svctest.Call[string](w, "usher.seat", 2))
	// Output: 2 for Faust
}

// Switchboard calls what it learns the names of while it runs.
type Switchboard struct {
	Cluster rpc.Proxy
	Theatre rpc.Proxy `service:"theatre"`

	_ rpc.Method `method:"Ring"`
}

// Ring gives arguments by position or by name.
func (s *Switchboard) Ring(ctx context.Context) ([]string, error) {
	texts := make([]string, 2)
	one, err := s.Cluster.Call(ctx, "theatre.reserve", "Faust", 1)
	if err != nil {
		return nil, err
	}
	other, err := s.Theatre.Call(ctx, "reserve", rpc.Named{"play": "Medea", "count": 2})
	if err != nil {
		return nil, err
	}
	return texts, errors.Join(one.Decode(&texts[0]), other.Decode(&texts[1]))
}

func ExampleProxy() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Theatre{}, &Switchboard{})
	fmt.Println(svctest.Call[[]string](w, "switchboard.ring"))
	// Output: [1 for Faust 2 for Medea]
}

// Two calls are under way at once.
func ExampleAsync() {
	t := new(stage.Stage)
	defer t.End()

	ctx := context.Background()
	w := svctest.New(t, &Theatre{})
	reserve, err := rpc.FuncOf[Reservation, string](w.Client(), "theatre.reserve")
	if err != nil {
		panic(err)
	}
	faust := rpc.Async(ctx, reserve, Reservation{"Faust", 1})
	medea := rpc.Async(ctx, reserve, Reservation{"Medea", 2})
	fmt.Println(faust.Result(ctx))
	fmt.Println(medea.Result(ctx))
	// Output:
	// 1 for Faust <nil>
	// 2 for Medea <nil>
}

// A program that is no service calls one.
func ExampleDial() {
	t := new(stage.Stage)
	defer t.End()

	b := svctest.NewBroker(t)
	svctest.New(t, b, &Theatre{})

	client, err := rpc.Dial(b.URL(), rpc.WithTimeout(5*time.Second))
	if err != nil {
		panic(err)
	}
	defer client.Close() //nolint:errcheck // the example is over

	var theatre TheatreClient
	if err := client.Fill(&theatre); err != nil {
		panic(err)
	}
	fmt.Println(theatre.Plays(context.Background()))
	// Output: [Faust Medea] <nil>
}

// What is misspelt is an error that says what may have been meant.
func ExampleStandalone_Proxy() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Theatre{})
	_, err := w.Client().Proxy("theatre").Call(context.Background(), "reserv", "Faust", 1)
	fmt.Println(errors.Is(err, rpc.ErrUnknownMethod))
	fmt.Println(err)
	// Output:
	// true
	// call theatre.reserv: unknown method "reserv" of theatre; did you mean "reserve"?
}

// A result whose type is not known is read as JSON would show it.
func ExampleResult_JSON() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Theatre{})
	plays, err := w.Client().Proxy("theatre").Call(context.Background(), "plays")
	if err != nil {
		panic(err)
	}
	text, err := plays.JSON()
	fmt.Println(string(text), err)
	// Output: ["Faust","Medea"] <nil>
}

// Reverser works on plain NATS requests, on a subject of its own choice.
type Reverser struct {
	_ rpc.Subject `method:"Reverse" subject:"text.reverse.*" args:"text"`
}

// Reverse says on which subject it was asked.
func (*Reverser) Reverse(ctx context.Context, text string) string {
	letters := []rune(text)
	for i, j := 0, len(letters)-1; i < j; i, j = i+1, j-1 {
		letters[i], letters[j] = letters[j], letters[i]
	}
	return rpc.SubjectOf(ctx) + ": " + string(letters)
}

func ExampleSubject() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Reverser{})
	answer, err := w.Client().Proxy("").Ask(context.Background(), "text.reverse.de", rpc.JSON(`{"text":"regal"}`))
	fmt.Println(answer.Code, string(answer.Data), err)
	// Output: 200 "text.reverse.de: lager" <nil>
}
