package keys

import (
	"context"

	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/timer"
	"github.com/enoki-go/enoki/web"
)

type Order struct{ ID, Card string }

type Orders struct {
	_ service.Name   `nam:"orders"`                                                       // want `^unknown tag key "nam": known keys are name, version; did you mean "name"\?$`
	_ rpc.Method     `method:"Create" arg:"order"`                                        // want `^rpc\.Method of Create: unknown tag key "arg": known keys are args, delivery, method, name, sensitive, workers; did you mean "args"\?$`
	_ rpc.Method     `method:"Create" name:"create2" delivery:"durabel"`                  // want `rpc\.Method of Create: tag key delivery: have "durabel", want at-least-once, at-most-once or durable$`
	_ rpc.Method     `method:"Create" name:"create 3"`                                    // want `rpc\.Method of Create: tag key name: have "create 3", want 1 to 64 letters, digits, - or _`
	_ rpc.Method     `method:"Create" name:"create4" args:"a,b"`                          // want `rpc\.Method of Create: tag key args: have 2 names, want one for each of the 1 parameters of Create\(context\.Context, keys\.Order\) error`
	_ rpc.Method     `method:"Create" name:"create5" workers:"0"`                         // want `rpc\.Method of Create: tag key workers: have "0", want at least 1`
	_ rpc.Method     `method:"Create" name:"create6" sensitive:"Crad"`                    // want `rpc\.Method of Create: tag key sensitive: have "Crad", want a field of keys\.Order, which has no "Crad"; did you mean "Card"\?`
	_ rpc.Method     `method:"Create" name:"create7" args:"order" sensitive:"odrer.Card"` // want `tag key sensitive: have "odrer\.Card", want a field of keys\.Order, which has no "odrer"; there are Card, ID`
	_ rpc.Method     `method:"Create" name:"a" name:"b"`                                  // want `^tag key "name" is given twice: keep one of them$`
	_ rpc.Method     `method:"Create" name=create8`                                       // want `^malformed tag .* \(byte 16\): want a colon after name=create8`
	_ rpc.Method     "method:\"Create\" nmae:\"c9\""                                      // want `unknown tag key "nmae": known keys are args, delivery, method, name, sensitive, workers; did you mean "name"\?`
	_ rpc.Method     `name:"create10"`                                                    // want "^rpc\\.Method: the tag has no key \"method\"; want `method:\"Name\"`, the Go name of a method of \\*Orders$"
	_ rpc.Subject    `method:"Create"`                                                    // want `rpc\.Subject of Create: tag key "subject" is missing: want subject:"…"`
	_ rpc.Subject    `method:"Create" subject:"svc.orders"`                               // want `tag key subject: have "svc\.orders", want one that does not begin with "svc"`
	_ rpc.Subject    `method:"Create" subject:"shop.*"`
	_ rpc.Subject    `method:"Create" subject:"shop.orders" name:"other"`             // want `tag key subject: have "shop\.orders", which takes in messages of "shop\.\*" of method Create`
	_ events.Handler `method:"OnPaid" source:"payments" event:"paid" mode:"brodcast"` // want `events\.Handler of OnPaid: tag mode: have "brodcast", want one of broadcast, service_pool, singleton; did you mean "broadcast"\?`
	_ timer.Job      `method:"Tick" every:"1x"`                                       // want `timer\.Job of Tick: tag every:"1x": want a duration of at least 1ms, as in "1m30s"`
	_ web.Route      `method:"Create" route:"POST /orders" status:"99"`               // want `web\.Route of Create: tag status:"99": want a whole number from 200 to`
	_ web.Route      `method:"Create" route:"POST /orders" auth:"nome"`               // want `tag auth: have "nome", want one of none; did you mean "none"\?`
	_ rpc.Method     `method:"Create" name:"create11" worker:"2"`                     // want `rpc\.Method of Create: unknown tag key "worker": known keys are args, delivery, method, name, sensitive, workers; did you mean "workers"\?`
	_ rpc.Subject    `method:"Create" subject:"shop.many" worker:"2"`                 // want `known keys are args, method, name, queue, sensitive, subject, workers; did you mean "workers"\?`
	_ events.Handler `method:"OnPaid" source:"payments" event:"due" worker:"2"`       // want `known keys are attempts, backoff, event, inbox, method, mode, on_error, ordered, reliable, sensitive, source, timeout, workers; did you mean "workers"\?`
	_ timer.Job      `method:"Tick" every:"1m" worker:"2"`                            // want `known keys are .*method, .*sensitive, .*workers; did you mean "workers"\?`
	_ web.Route      `method:"Create" route:"POST /many" sensitve:"*"`                // want `known keys are args, auth, body, method, route, sensitive, status, timeout, workers; did you mean "sensitive"\?`
	_ web.Socket     `method:"Create" worker:"2"`                                     // want `known keys are args, auth, method, name, on, path, sensitive, timeout, workers; did you mean "workers"\?`
	_ web.Auth       `method:"Create" worker:"2"`                                     // want `known keys are .*method, .*sensitive, .*workers; did you mean "workers"\?`
}

func (o *Orders) Create(ctx context.Context, order Order) error { return nil }
func (o *Orders) OnPaid(ctx context.Context, order Order) error { return nil }
func (o *Orders) Tick(ctx context.Context) error                { return nil }
