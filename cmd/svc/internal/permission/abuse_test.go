package permission_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/internal/await"
)

// An abuse is what a process does whose code, or whose credentials, somebody else has.
type abuse struct {
	name      string
	publish   string // subject
	subscribe string // subject and queue
	want      string // what the broker says
}

func TestAbusesAreRefused(t *testing.T) {
	processes, _ := trio()
	f := enter(t, processes, nil)
	for _, tt := range []abuse{
		{"reading all inboxes", "", "_INBOX.>", `Permissions Violation for Subscription to "_INBOX.>"`},
		{"reading the inbox of another", "", "_INBOX.asker.>", `Permissions Violation for Subscription to "_INBOX.asker.>"`},
		{"an event in another's name", "svc.evt.teller.-.told", "", `Permissions Violation for Publish to "svc.evt.teller.-.told"`},
		{"an event of later in another's name", "svc.later.teller.-.told", "", `Permissions Violation for Publish to "svc.later.teller.-.told"`},
		{"taking the calls of another", "", "svc.rpc.teller.* teller", `Permissions Violation for Subscription to "svc.rpc.teller.*" using queue "teller"`},
		{"copies of one's own calls, outside the queue group", "", "svc.rpc.worker.*", `Permissions Violation for Subscription to "svc.rpc.worker.*"`},
		{"a call that is not declared", "svc.rpc.teller.tell", "", `Permissions Violation for Publish to "svc.rpc.teller.tell"`},
		{"hearing all", "", ">", `Permissions Violation for Subscription to ">"`},
		{"hearing all calls", "", "svc.rpc.>", `Permissions Violation for Subscription to "svc.rpc.>"`},
		{"deleting a stream", "$JS.API.STREAM.DELETE.EVT_teller", "", `Permissions Violation for Publish to "$JS.API.STREAM.DELETE.EVT_teller"`},
		{"emptying one's own queue", "$JS.API.STREAM.PURGE.RPC_worker", "", `Permissions Violation for Publish to "$JS.API.STREAM.PURGE.RPC_worker"`},
		{"changing a stream", "$JS.API.STREAM.UPDATE.EVT_teller", "", `Permissions Violation for Publish to "$JS.API.STREAM.UPDATE.EVT_teller"`},
		{"taking what waits for another", "$JS.API.CONSUMER.MSG.NEXT.LATER.due--teller", "", `Permissions Violation for Publish to "$JS.API.CONSUMER.MSG.NEXT.LATER.due--teller"`},
		{"settling what another has", "$JS.ACK.LATER.due--teller.1.1.1.1.0", "", `Permissions Violation for Publish to "$JS.ACK.LATER.due--teller.1.1.1.1.0"`},
		{"a consumer of one's own on another's stream", "$JS.API.CONSUMER.CREATE.EVT_teller.spy", "", `Permissions Violation for Publish to "$JS.API.CONSUMER.CREATE.EVT_teller.spy"`},
		{"submitting a job to another", "svc.rpcq.teller.tell", "", `Permissions Violation for Publish to "svc.rpcq.teller.tell"`},
		{"a lock that is not declared", "$KV.LOCKS_svc.telling", "", `Permissions Violation for Publish to "$KV.LOCKS_svc.telling"`},
		{"a bucket of another", "$KV.prices.poems", "", `Permissions Violation for Publish to "$KV.prices.poems"`},
		{"registering as another", "$KV.svc_services.teller", "", `Permissions Violation for Publish to "$KV.svc_services.teller"`},
		{"answering discovery as another", "", "$SRV.INFO.teller", `Permissions Violation for Subscription to "$SRV.INFO.teller"`},
		{"questions to the server", "$SYS.REQ.SERVER.PING", "", `Permissions Violation for Publish to "$SYS.REQ.SERVER.PING"`},
		{"events of the server", "", "$SYS.>", `Permissions Violation for Subscription to "$SYS.>"`},
		{"a tick of another", "svc.timer.teller.tick", "", `Permissions Violation for Publish to "svc.timer.teller.tick"`},
		{"a dead letter in another's name", "svc.dlq.teller.tell", "", `Permissions Violation for Publish to "svc.dlq.teller.tell"`},
	} {
		t.Run(tt.name, func(t *testing.T) { f.refused(t, "worker", tt) })
	}
}

// refused wants the broker to refuse an abuse of a user, with these words.
func (f *field) refused(t *testing.T, user string, a abuse) {
	t.Helper()
	told := make(chan error, 10)
	nc := f.conn(user, nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { told <- err }))
	if a.publish != "" {
		if err := nc.Publish(a.publish, []byte("{}")); err != nil {
			t.Fatal(err)
		}
	} else {
		subject, queue, _ := strings.Cut(a.subscribe, " ")
		if _, err := nc.QueueSubscribe(subject, queue, func(*nats.Msg) {}); err != nil {
			t.Fatal(err)
		}
	}
	if err := nc.FlushWithContext(await.Within(t)); err != nil {
		t.Fatal(err)
	}
	if have := await.Take(t, told).Error(); have != "nats: "+a.want && have != "nats: permissions violation: "+a.want {
		t.Errorf("have %q, want %q", have, a.want)
	}
	if !slices.ContainsFunc(f.events.all(), func(line string) bool { return strings.Contains(line, "Violation") }) {
		t.Error("the broker has logged nothing")
	}
}
