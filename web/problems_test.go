package web_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/web"
)

// canary is what must not be told to anybody outside.
const canary = "postgres://root:hunter2@db"

var errSoldOut = fault.Declare("stock.sold_out", fault.Conflict, "sold out")

// shortage is a declared error with fields.
type shortage struct {
	Left int `json:"left"`
}

func (s shortage) Error() string             { return fmt.Sprintf("only %d left", s.Left) }
func (shortage) Fault() (string, fault.Code) { return "stock.shortage", fault.Exhausted }

// failures are errors by the path that asks for them.
var failures = map[string]error{
	"declared":  errSoldOut,
	"because":   errSoldOut.Because(errors.New(canary)),
	"wrapped":   fmt.Errorf("%s: %w", canary, errSoldOut),
	"typed":     shortage{3},
	"invalid":   fault.New(fault.Invalid, "no such size"),
	"unknown":   fault.New(fault.NotFound, "no such order"),
	"stranger":  fault.New(fault.Unauthenticated, "who are you?"),
	"denied":    fault.New(fault.Denied, "not yours"),
	"exhausted": fault.New(fault.Exhausted, "enough for today"),
	"down":      fault.New(fault.Unavailable, "back soon"),
	"late":      fault.New(fault.Timeout, "the bank did not answer"),
	"internal":  fault.New(fault.Internal, canary),
	"plain":     errors.New(canary),
	"deadline":  fmt.Errorf("%s: %w", canary, context.DeadlineExceeded),
	"canceled":  fmt.Errorf("%s: %w", canary, context.Canceled),
	"framework": fault.Declare("svc.unknown_method", fault.Unavailable, canary),
	"odd":       fault.New("odd", canary),
	"callee":    &fault.Error{Code: fault.Internal, Class: "*pq.Error", Message: canary},
	"classed":   &fault.Error{Code: fault.Invalid, Class: "*pq.Error", Message: canary},
}

// Failing fails.
type Failing struct {
	_ web.Route `method:"Fail" route:"GET /fail/{how}" args:"how"`
	_ web.Route `method:"Panic" route:"GET /panic"`
	_ web.Route `method:"Unwritable" route:"GET /unwritable"`
	_ web.Route `method:"Fine" route:"GET /fine"`
}

// Fail fails as it is told to.
func (*Failing) Fail(how string) (string, error) { return "", failures[how] }

// Panic panics.
func (*Failing) Panic() { panic(canary) }

// Unwritable returns what JSON cannot say.
func (*Failing) Unwritable() map[string]any { return map[string]any{canary: func() {}} }

// Fine is fine.
func (*Failing) Fine() string { return "fine" }

func TestErrorsAreProblemsAndTellNothingThatWasNotMeantForTheOutside(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "", &Failing{})
	for _, tt := range []struct {
		how    string
		status int
		code   fault.Code
		name   string
		detail string
	}{
		{"declared", 409, fault.Conflict, "stock.sold_out", "sold out"},
		{"because", 409, fault.Conflict, "stock.sold_out", "sold out"},
		{"wrapped", 409, fault.Conflict, "stock.sold_out", "sold out"},
		{"typed", 429, fault.Exhausted, "stock.shortage", "only 3 left"},
		{"invalid", 400, fault.Invalid, "", "no such size"},
		{"unknown", 404, fault.NotFound, "", "no such order"},
		{"stranger", 401, fault.Unauthenticated, "", "who are you?"},
		{"denied", 403, fault.Denied, "", "not yours"},
		{"exhausted", 429, fault.Exhausted, "", "enough for today"},
		{"down", 503, fault.Unavailable, "", "back soon"},
		{"late", 504, fault.Timeout, "", "the bank did not answer"},
		{"internal", 500, fault.Internal, "", ""},
		{"plain", 500, fault.Internal, "", ""},
		{"deadline", 504, fault.Timeout, "", ""},
		{"canceled", 499, fault.Canceled, "", ""},
		{"framework", 503, fault.Unavailable, "", ""},
		{"odd", 500, fault.Internal, "", ""},
		{"callee", 500, fault.Internal, "", ""},
		{"classed", 400, fault.Invalid, "", ""},
	} {
		a := v.get("/fail/" + tt.how)
		wantNoText(t, a.body+fmt.Sprint(a.Header), canary, "hunter2")
		p := a.problem(t, tt.status)
		if p.Code != tt.code || p.Name != tt.name || p.Detail != tt.detail || p.Type != "about:blank" || p.Title == "" {
			t.Errorf("%s: have %+v, want %+v", tt.how, p, tt)
		}
	}
}

func TestHeadersOfProblemsSayWhatToDo(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "", &Failing{})
	v.get("/fail/down").wantHeader(t, "Retry-After", "1")
	v.get("/fail/exhausted").wantHeader(t, "Retry-After", "1")
	v.get("/fail/stranger").wantHeader(t, "Www-Authenticate", "Bearer")
	v.get("/fail/plain").wantHeader(t, "X-Content-Type-Options", "nosniff")
}

func TestPanicCostsOneRequest(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "workers: 1", &Failing{})
	for range 3 {
		a := v.get("/panic")
		a.problem(t, http.StatusInternalServerError)
		wantNoText(t, a.body, "hunter2", "goroutine")
		v.get("/fine").want(t, 200, "fine")
	}
}

func TestResultThatIsNoJSONIsAnErrorThatTheLogExplains(t *testing.T) {
	t.Parallel()
	a, log := app(t, "", &Failing{})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	answer := visit(t, log.url(t)).get("/unwritable")
	p := answer.problem(t, http.StatusInternalServerError)
	wantNoText(t, answer.body, "hunter2")
	wantText(t, log, "result cannot be written", "call_id="+p.CallID)
}

func TestCallIsKnownByOneIDEverywhere(t *testing.T) {
	t.Parallel()
	a, log := app(t, "", &Failing{})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	answer := visit(t, log.url(t)).get("/fail/plain")
	p := answer.problem(t, http.StatusInternalServerError)
	if p.CallID == "" {
		t.Fatal("have no call_id")
	}
	answer.wantHeader(t, "X-Call-Id", p.CallID)
	for line := range strings.Lines(log.String()) {
		if strings.Contains(line, "call failed") && strings.Contains(line, "call_id="+p.CallID) {
			wantText(t, line, canary, "service=failing", "method=fail")
			return
		}
	}
	t.Errorf("have no call %s in the log:\n%s", p.CallID, log)
}

// Stock is called by Till.
type Stock struct {
	_ rpc.Method `method:"Reserve"`
}

// Reserve fails as it is told to.
func (*Stock) Reserve(how string) (string, error) { return "reserved " + how, failures[how] }

// Till calls Stock, and a service that there is not.
type Till struct {
	_ web.Route `method:"Buy" route:"POST /buy/{how}" args:"how"`
	_ web.Route `method:"Ship" route:"POST /ship/{how}" args:"how"`

	Reserve rpc.Func[string, string] `rpc:"stock.reserve"`
	Send    rpc.Func[string, string] `rpc:"parcels.send" timeout:"1s"`
}

// Buy returns what Stock does.
func (s *Till) Buy(ctx context.Context, how string) (string, error) { return s.Reserve(ctx, how) }

// Ship calls nobody.
func (s *Till) Ship(ctx context.Context, how string) (string, error) { return s.Send(ctx, how) }

func TestOutcomeOfAnotherServiceReachesTheClient(t *testing.T) {
	t.Parallel()
	v, _ := open(t, &Stock{}, &Till{})
	v.ask("POST", "/buy/well", "").want(t, 200, "reserved well")

	if p := v.ask("POST", "/buy/declared", "").problem(t, 409); p.Name != "stock.sold_out" || p.Detail != "sold out" {
		t.Errorf("have %+v, want sold out", p)
	}
	if p := v.ask("POST", "/buy/typed", "").problem(t, 429); p.Name != "stock.shortage" || p.Detail != "only 3 left" {
		t.Errorf("have %+v, want a shortage", p)
	}
	for _, how := range []string{"plain", "internal", "because", "wrapped", "callee"} {
		wantNoText(t, v.ask("POST", "/buy/"+how, "").body, canary, "hunter2")
	}
	v.ask("POST", "/buy/plain", "").problem(t, 500)
}

func TestServiceThatIsNotThereIsUnavailableAtOnce(t *testing.T) {
	t.Parallel()
	v, _ := open(t, &Stock{}, &Till{})
	p := v.ask("POST", "/ship/pear", "").problem(t, http.StatusServiceUnavailable)
	if p.Detail != "" || p.Name != "" {
		t.Errorf("have %+v, want nothing said of what is inside", p)
	}
}
