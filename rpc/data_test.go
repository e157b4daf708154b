package rpc_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

// Trail says how a call came to it.
type Trail struct {
	_ rpc.Method `method:"Data"`
	_ rpc.Method `method:"Stack"`
	_ rpc.Method `method:"Deep" args:"n"`

	Self rpc.Proxy `service:"trail"`
}

// Data returns the context data.
func (*Trail) Data(ctx context.Context) map[string]string { return entrypoint.Data(ctx) }

// Stack returns the ids of the calls that led here, this one last.
func (*Trail) Stack(ctx context.Context) []string { return entrypoint.FromContext(ctx).Stack() }

// Deep calls itself n times, then returns the parents and the id of each call.
func (r *Trail) Deep(ctx context.Context, n int) ([][]string, error) {
	call := entrypoint.FromContext(ctx)
	here := append(slices.Clone(call.Parents), call.ID)
	if n == 0 {
		return [][]string{here}, nil
	}
	below, err := decoded[[][]string](r.Self.Call(ctx, "deep", n-1))
	return append([][]string{here}, below...), err
}

// Middle stands between a caller and Trail.
type Middle struct {
	_ rpc.Method `method:"Data"`
	_ rpc.Method `method:"More"`
	_ rpc.Method `method:"Stack"`

	Trail rpc.Proxy `service:"trail"`
}

// Data returns the context data that Trail sees.
func (m *Middle) Data(ctx context.Context) (map[string]string, error) {
	return decoded[map[string]string](m.Trail.Call(ctx, "data"))
}

// More adds to the context data.
func (m *Middle) More(ctx context.Context) (map[string]string, error) {
	return m.Data(entrypoint.WithData(entrypoint.WithData(ctx, "more", "yes"), "language", "fr"))
}

// Stack returns the stack that Trail sees, and its own.
func (m *Middle) Stack(ctx context.Context) (trail, own []string, err error) {
	trail, err = decoded[[]string](m.Trail.Call(ctx, "stack"))
	return trail, entrypoint.FromContext(ctx).Stack(), err
}

// Top stands before Middle.
type Top struct {
	_ rpc.Method `method:"Stack"`

	Middle rpc.Proxy `service:"middle"`
}

// Stack returns the stacks of all three.
func (s *Top) Stack(ctx context.Context) (all [][]string, err error) {
	all = [][]string{nil, nil, entrypoint.FromContext(ctx).Stack()}
	result, err := s.Middle.Call(ctx, "stack")
	if err == nil {
		err = result.Decode(&all[0], &all[1])
	}
	return all, err
}

func TestContextDataTravelsToTheLastCallee(t *testing.T) {
	w := svctest.New(t, &Trail{}, &Middle{})
	data := map[string]string{"language": "de", "UPPER-case_1": "A=b; c", "odd": " \t\r\nSvc-Id: forged\x00☃%41 ", "empty": ""}
	ctx := await.Within(t)
	for key, value := range data {
		ctx = entrypoint.WithData(ctx, key, value) //nolint:fatcontext // layers are what is tested
	}
	for _, target := range []string{"trail.data", "middle.data"} {
		got, err := decoded[map[string]string](w.Client().Proxy("").Call(ctx, target))
		if diff := cmp.Diff(data, got); diff != "" || err != nil {
			t.Errorf("%s: %v, -want +have\n%s", target, err, diff)
		}
	}
}

func TestContextDataIsAddedOnTheWayDownOnly(t *testing.T) {
	w := svctest.New(t, &Trail{}, &Middle{})
	ctx := entrypoint.WithData(await.Within(t), "language", "de")
	got, err := decoded[map[string]string](w.Client().Proxy("").Call(ctx, "middle.more"))
	if diff := cmp.Diff(map[string]string{"language": "fr", "more": "yes"}, got); diff != "" || err != nil {
		t.Errorf("%v, -want +have\n%s", err, diff)
	}
	if diff := cmp.Diff(map[string]string{"language": "de"}, entrypoint.Data(ctx)); diff != "" {
		t.Errorf("the caller's own: -want +have\n%s", diff)
	}
}

func TestContextDataWithAKeyThatIsNoNameIsRefused(t *testing.T) {
	w := svctest.New(t, &Trail{})
	for _, key := range []string{"", "user.id", "a b", "a:b", "a\r\nb", strings.Repeat("k", 65)} {
		_, err := w.Client().Proxy("trail").Call(entrypoint.WithData(await.Within(t), key, "x"), "data")
		wantCode(t, err, fault.Invalid)
		wantText(t, err, "call trail.data", "context data", "1 to 64 letters, digits, - or _")
	}
}

func TestDataWrittenByHandMayHoldAPercentSign(t *testing.T) {
	nc := plain.Conn(t, svctest.New(t, &Trail{}).Broker().URL())
	answer := request(t, nc, "svc.rpc.trail.data", "", "Svc-Data-rate", "100%", "Svc-Data-word", "a%20b")
	if got, want := string(answer.Data), `{"rate":"100%","word":"a b"}`; got != want {
		t.Errorf("have %s, want %s", got, want)
	}
}

// spy receives a copy of every call of a method.
func spy(t *testing.T, nc *nats.Conn, subject string) <-chan *nats.Msg {
	t.Helper()
	seen := make(chan *nats.Msg, 100)
	if _, err := nc.ChanSubscribe(subject, seen); err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	return seen
}

// prefaceOf reads what stands in front of the body of a call, as docs/protocol.md
// describes it, and the body itself.
func prefaceOf(t *testing.T, m *nats.Msg) (fields []string, body string) {
	t.Helper()
	if len(m.Header) > 0 {
		t.Errorf("%s: have the headers %v, want none", m.Subject, m.Header)
	}
	rest := string(m.Data)
	if !strings.HasPrefix(rest, "\xc1") {
		return nil, rest
	}
	for rest = rest[1:]; rest[0] != 0; {
		size := int(rest[1]) // short ones are below 128
		fields = append(fields, rest[:1]+":"+rest[2:2+size])
		rest = rest[2+size:]
	}
	slices.Sort(fields)
	return fields, rest[1:]
}

func TestExactPrefaceOfACall(t *testing.T) {
	w := svctest.New(t, &Trail{}, &Middle{})
	seen := spy(t, plain.Conn(t, w.Broker().URL()), "svc.rpc.>")
	ctx := entrypoint.WithData(await.Within(t), "language", "a b=c")
	if _, err := w.Client().Proxy("middle").Call(ctx, "data"); err != nil {
		t.Fatal(err)
	}
	outer, inner := await.Take(t, seen), await.Take(t, seen)
	of, _ := prefaceOf(t, outer)
	if len(of) != 3 || of[0] != "a:positional" || of[1] != "d:language=a b=c" || !strings.HasPrefix(of[2], "l:") {
		t.Errorf("of a program: have %q, want arguments by position, data and the time that is left", of)
	}
	parts := strings.Split(outer.Reply, ".") // _INBOX, service, connection, call, token
	of, body := prefaceOf(t, inner)
	if len(of) != 4 || of[0] != "a:positional" || of[1] != "d:language=a b=c" || of[3] != "s:"+parts[4] {
		t.Errorf("of a service: have %q, want the token of %s alone as the stack: not where the answer goes", of, outer.Reply)
	}
	if body != "\x90" {
		t.Errorf("have the body %q, want an empty array", body)
	}
	if !strings.HasPrefix(inner.Reply, "_INBOX.middle.") || !strings.HasPrefix(outer.Reply, "_INBOX.client.") {
		t.Errorf("have the reply subjects %q and %q, want them to name the callers", inner.Reply, outer.Reply)
	}
}

func TestCallSaysOnlyWhatDoesNotHoldWithoutIt(t *testing.T) {
	w := svctest.New(t, &Shapes{})
	seen := spy(t, plain.Conn(t, w.Broker().URL()), "svc.rpc.>")
	f, err := rpc.FuncOf[any, string](dial(t, w), "shapes.any")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		ctx    context.Context
		body   any
		fields int
		want   string // how the message begins
	}{
		{context.Background(), Pair{"x", 1}, 0, "\x82"},
		{context.Background(), "x", 0, "\xa1x"},
		{context.Background(), -1, 0, "\xff"},
		{context.Background(), 49, 0, "\xc1\x00\x31"}, // which would be the JSON text 1
		{await.Within(t), Pair{"x", 1}, 1, "\xc1l"},
	} {
		if _, err := f(test.ctx, test.body); err != nil {
			t.Fatal(err)
		}
		m := await.Take(t, seen)
		if fields, _ := prefaceOf(t, m); len(fields) != test.fields || !strings.HasPrefix(string(m.Data), test.want) {
			t.Errorf("%v: have %q, want %q and %d fields", test.body, m.Data, test.want, test.fields)
		}
	}
}

func TestIDsOfCallsAreUnique(t *testing.T) {
	w := svctest.New(t, &Trail{}, svctest.Config("workers: 30"))
	ids := map[string]bool{}
	for range 3 {
		for _, stack := range svctest.Call[[][]string](w, "trail.deep", 20) {
			ids[stack[len(stack)-1]] = true
		}
	}
	if len(ids) != 63 {
		t.Errorf("have %d ids, want 63", len(ids))
	}
}

func TestS33CallIDsStackUpOverThreeServices(t *testing.T) {
	w := svctest.New(t, &Trail{}, &Middle{}, &Top{})
	all := svctest.Call[[][]string](w, "top.stack")
	for i, want := range []int{3, 2, 1} {
		if len(all[i]) != want {
			t.Fatalf("have stacks %v, want 3, 2 and 1 ids", all)
		}
	}
	if !slices.Equal(all[0][:2], all[1]) || !slices.Equal(all[1][:1], all[2]) {
		t.Errorf("have stacks %v, want each to begin with the one before", all)
	}
}

func TestCallIDStackIsCutAtTen(t *testing.T) {
	w := svctest.New(t, &Trail{}, svctest.Config("workers: 30"))
	stacks := svctest.Call[[][]string](w, "trail.deep", 13)
	for depth, stack := range stacks {
		parents := stack[:len(stack)-1]
		if want := min(depth, entrypoint.MaxParents); len(parents) != want {
			t.Errorf("at depth %d: have %d parents, want %d", depth, len(parents), want)
		}
		if depth > 0 && parents[len(parents)-1] != stacks[depth-1][len(stacks[depth-1])-1] {
			t.Errorf("at depth %d: the last parent is not the caller", depth)
		}
	}
}

func TestIDOfACallIsKept(t *testing.T) {
	nc := plain.Conn(t, svctest.New(t, &Trail{}).Broker().URL())
	answer := request(t, nc, "svc.rpc.trail.stack", "", "Svc-Id", "mine", "Svc-Stack", "a,b,c,d,e,f,g,h,i,j,k")
	if got, want := string(answer.Data), `["c","d","e","f","g","h","i","j","k","mine"]`; got != want {
		t.Errorf("have %s, want %s", got, want)
	}
}

// Namesake has another name on the wire.
type Namesake struct {
	_ service.Name `name:"Other-Name_1"`
	_ rpc.Method   `method:"Hello" name:"Say-Hello_2"`
}

// Hello says hello.
func (*Namesake) Hello() string { return "hello" }

func TestNamesOnTheWireAreThoseOfTheTags(t *testing.T) {
	w := svctest.New(t, &Namesake{})
	if got := svctest.Call[string](w, "Other-Name_1.Say-Hello_2"); got != "hello" {
		t.Errorf("have %q", got)
	}
}
