package handlers

import (
	"context"
	"time"

	"github.com/enoki-go/enoki/events"
)

type Paid struct {
	ID     string    `json:"id"`
	Amount int       `json:"amount"`
	At     time.Time `json:"at"`
}

// Bill is what the handler takes for the same event.
type Bill struct {
	ID     int `json:"id"`
	Amount int `json:"amount"`
}

// Receipt is good for it: text may be a time.
type Receipt struct {
	ID time.Time `json:"id"`
	At string    `json:"-"`
}

type Payments struct {
	_        events.Handler             `method:"OnTick" source:"clock" event:"tick"`
	Paid     events.Publisher[Paid]     `event:"paid" key:"id"`
	Unkeyed  events.Publisher[Paid]     `event:"paid" key:"idd"`  // want `field Unkeyed: tag key key: handlers\.Paid has no field "idd", which is the key`
	Number   events.Publisher[int]      `event:"number" key:"id"` // want `field Number: tag key key: have int, want a struct with the field "id", which is the key`
	Nameless events.Publisher[Paid]     // want `field Nameless: tag key "event" is missing: want event:"…"`
	Pattern  events.Publisher[Paid]     `event:"paid.*"`                               // want `field Pattern: tag key event: `
	Stored   events.Publisher[Paid]     `event:"stored" outbox:"main"`                 // want "field Stored: tag key outbox: no such database: service payments has no field `\\*sqldb.Session` with the tag `db:\"main\"`; it has none"
	Loose    events.Publisher[Paid]     `event:"loose" outbox:"main" reliable:"false"` // want `tag keys outbox and reliable: have outbox:"main" and reliable:"false"` `no such database`
	Events   events.Dispatcher          `relaible:"false"`                             // want `field Events: unknown tag key "relaible": known keys are outbox, reliable; did you mean "reliable"\?`
	Channel  events.Publisher[chan int] `event:"channel"`                              // want `field Channel: describe chan int: have chan int, want a type that JSON can carry`
}

func (*Payments) OnTick(context.Context) error { return nil }

type Shipping struct {
	_ events.Handler `method:"OnBill" source:"payments" event:"paid"` // want `shipping\.OnBill takes payments\.paid as handlers\.Bill, into which what payments\.Paid emits at .*handlers\.go:\d+:\d+, a handlers\.Paid, cannot be decoded: `
	_ events.Handler `method:"OnReceipt" source:"payments" event:"paid"`
	_ events.Handler `method:"OnRaw" source:"payments" event:">"`
	_ events.Handler `method:"OnPaid" source:"payments"` // want `tag key "event" is missing: want event:"…", the type of the event`
	_ events.Handler `method:"OnPaid" event:"paid"`      // want `tag key "source" is missing: want source:"…", the service that emits the event`
	_ events.Handler `method:"OnPaid" source:"payments" event:"paid"`
	_ events.Handler `method:"OnPaid" source:"payments" event:"paid"`           // want `method OnPaid handles payments\.paid already; leave one of the two markers out`
	_ events.Handler `method:"OnTwo" source:"payments" event:"two"`             // want `have OnTwo\(string, string\), want at most one parameter beside the context`
	_ events.Handler `method:"Answer" source:"payments" event:"paid"`           // want `have Answer\(handlers\.Paid\) int, want no result but an error`
	_ events.Handler `method:"OnPaid" source:"shop" event:"paid" ordered:"idd"` // want `tag key ordered: handlers\.Paid has no field "idd", which is the key`
	_ events.Handler `method:"OnPaid" source:"shop" event:"a..b"`               // want `tag key event: `
	_ events.Handler `method:"OnPaid" source:"shop" event:"c" inbox:"main"`     // want `tag key inbox: no such database: service shipping has no field`
	_ events.Handler `method:"OnPaid" source:"shop" event:"d" attempts:"0"`     // want `tag attempts:"0": want a whole number from 1 to`
	_ events.Handler `method:"OnFunc" source:"shop" event:"e"`                  // want `events\.Handler of OnFunc: describe .*: have func\(\), want a type that JSON can carry`
}

func (*Shipping) OnBill(context.Context, Bill) error       { return nil }
func (*Shipping) OnReceipt(context.Context, Receipt) error { return nil }
func (*Shipping) OnRaw(context.Context, events.Raw) error  { return nil }
func (*Shipping) OnPaid(context.Context, Paid) error       { return nil }
func (*Shipping) OnTwo(a, b string)                        {}
func (*Shipping) Answer(Paid) int                          { return 0 }
func (*Shipping) OnFunc(f struct{ Call func() })           {}
