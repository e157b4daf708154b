package contextdata_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/dependency/contextdata"
	"github.com/enoki-go/enoki/dependency/secret"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Plan is a type of the user's own.
type Plan string

// Letters writes letters on behalf of others.
type Letters struct {
	User     contextdata.UserID
	Language contextdata.Language
	Agent    contextdata.UserAgent
	Token    contextdata.AuthToken
	Plan     contextdata.Value[Plan]          `data:"plan"`
	Tenant   contextdata.Value[int32]         `data:"tenant"`
	Staff    contextdata.Value[bool]          `data:"staff"`
	Quota    contextdata.Value[uint8]         `data:"quota"`
	Share    contextdata.Value[float64]       `data:"share"`
	Patience contextdata.Value[time.Duration] `data:"patience"`
	Address  contextdata.Value[netip.Addr]    `data:"address"`
	Log      *slog.Logger

	_ rpc.Method `method:"See"`
}

// Seen is what a call has seen.
type Seen struct {
	User, Language, Agent string
	Token                 string // as it is printed
	TokenLength           int
	Plan                  string
	Tenant                int32
	Staff                 bool
	Quota                 uint8
	Share                 float64
	Patience              time.Duration
	Address               string
	Known                 string // which values are known
}

// See tells what is in the fields.
func (l *Letters) See(ctx context.Context) Seen {
	l.Log.InfoContext(ctx, "seen", "token", l.Token, "all", fmt.Sprintf("%+v", *l))
	return Seen{
		User: string(l.User), Language: string(l.Language), Agent: string(l.Agent),
		Token: fmt.Sprint(l.Token), TokenLength: len(l.Token.Reveal()),
		Plan: string(l.Plan.Get()), Tenant: l.Tenant.Get(), Staff: l.Staff.Get(), Quota: l.Quota.Get(),
		Share: l.Share.Get(), Patience: l.Patience.Get(), Address: l.Address.Get().String(),
		Known: fmt.Sprint(l.Plan.Known(), l.Tenant.Known(), l.Staff.Known(), l.Quota.Known(), l.Share.Known(), l.Patience.Known(), l.Address.Known()),
	}
}

// with returns a context with context data.
func with(ctx context.Context, pairs ...string) context.Context {
	for i := 0; i < len(pairs); i += 2 {
		ctx = entrypoint.WithData(ctx, pairs[i], pairs[i+1]) //nolint:fatcontext // one layer for each of a few pairs
	}
	return ctx
}

// see calls Letters over the broker.
func see(ctx context.Context, w *svctest.World) (seen Seen, err error) {
	result, err := w.Client().Proxy("letters").Call(ctx, "see")
	if err != nil {
		return seen, err
	}
	err = result.Decode(&seen)
	return seen, err
}

const canary = "canary-7f3a"

func TestFieldsHoldTheContextDataOfTheCall(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &Letters{})
	have, err := see(with(t.Context(), "user_id", "ann", "language", "de", "user_agent", "curl/8", "auth_token", canary, "plan", "gold",
		"tenant", "-7", "staff", "true", "quota", "255", "share", "0.5", "patience", "1m30s", "address", "10.0.0.1"), w)
	if err != nil {
		t.Fatal(err)
	}
	want := Seen{
		User: "ann", Language: "de", Agent: "curl/8", Token: secret.Redacted, TokenLength: len(canary), Plan: "gold", Tenant: -7,
		Staff: true, Quota: 255, Share: 0.5, Patience: 90 * time.Second, Address: "10.0.0.1", Known: "true true true true true true true",
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("(-want +have):\n%s", diff)
	}
	if !strings.Contains(w.Log(), "msg=seen") || strings.Contains(w.Log(), canary) {
		t.Errorf("have the log\n%s\nwant it without the token", w.Log())
	}
}

func TestFieldsOfACallWithoutContextDataAreEmpty(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &Letters{})
	if _, err := see(with(t.Context(), "user_id", "ann", "plan", "gold"), w); err != nil {
		t.Fatal(err)
	}
	have, err := see(t.Context(), w)
	want := Seen{Token: secret.Redacted, Address: "invalid IP", Known: "false false false false false false false"}
	if diff := cmp.Diff(want, have); diff != "" || err != nil {
		t.Errorf("%v (-want +have):\n%s", err, diff)
	}
}

func TestCallsThatRunAtOnceHaveTheirOwn(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &Letters{})
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			user := fmt.Sprint("user", i)
			if have, err := see(with(t.Context(), "user_id", user, "tenant", strconv.Itoa(i)), w); err != nil || have.User != user || have.Tenant != int32(i) {
				t.Errorf("have %s, %d, %v, want %s, %d", have.User, have.Tenant, err, user, i)
			}
		})
	}
	all.Wait()
}

func TestTextThatDoesNotFitFailsTheCall(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &Letters{})
	for key, want := range map[string]string{
		"tenant": "a whole number of 32 bits", "staff": "true or false", "quota": "a whole number of 8 bits that is not negative",
		"share": "a number", "patience": `a duration with its unit such as "30s"`, "address": "text for netip.Addr",
	} {
		_, err := see(with(t.Context(), key, canary), w)
		if fault.CodeOf(err) != fault.Invalid || !strings.Contains(err.Error(), "context data "+key+": want "+want) {
			t.Errorf("%s: have %v, want %s", key, err, want)
		}
		if strings.Contains(fmt.Sprint(err), canary) {
			t.Errorf("%s: the caller is shown the text: %v", key, err)
		}
	}
	if strings.Contains(w.Log(), canary) {
		t.Errorf("the log shows the text:\n%s", w.Log())
	}
	for key, text := range map[string]string{"tenant": "2147483648", "quota": "256"} {
		if _, err := see(with(t.Context(), key, text), w); fault.CodeOf(err) != fault.Invalid {
			t.Errorf("%s: have %v for %s, want it to be too great", key, err, text)
		}
	}
}

func TestTestSetsWhoCalls(t *testing.T) {
	t.Parallel()
	l := &Letters{
		User: "ann", Plan: contextdata.Of(Plan("gold")), Tenant: contextdata.Of(int32(7)),
		Token: contextdata.AuthToken{Text: secret.New(canary)}, Log: slog.New(slog.DiscardHandler),
	}
	if have := l.See(t.Context()); have.User != "ann" || have.Plan != "gold" || have.Tenant != 7 || have.TokenLength != len(canary) {
		t.Errorf("have %+v, want what was set", have)
	}
}

// Careless declares what cannot be.
type Careless struct {
	User    contextdata.UserID `data:"user"`
	Pointer *contextdata.Language
	Keyless contextdata.Value[int]
	Odd     contextdata.Value[[]int] `data:"odd"`
	Typo    contextdata.Value[int]   `data:"a" dflt:"1"`

	_ rpc.Method `method:"Nothing"`
}

// Nothing does nothing.
func (*Careless) Nothing() {}

func TestMistakesInDeclarationsAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	_, err := service.New(config.Empty(), service.With(&Careless{}))
	for _, want := range []string{
		`unknown tag key "data"`, "have a field of type *contextdata.Language, want contextdata.Language", `tag key "data" is missing`,
		"have context data of type []int, want a string, bool, number", `unknown tag key "dflt"`,
	} {
		if !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("have %v\nwant %q in it", err, want)
		}
	}
}

// Desk passes on what it is asked.
type Desk struct {
	User    contextdata.UserID
	Letters rpc.Func[rpc.None, Seen] `rpc:"letters.see"`

	_ rpc.Method `method:"Ask"`
}

// Ask asks Letters, on behalf of the same user, then of another one.
func (d *Desk) Ask(ctx context.Context) ([]string, error) {
	same, err1 := d.Letters(ctx, rpc.None{})
	other, err2 := d.Letters(entrypoint.WithData(ctx, contextdata.KeyUserID, "of "+string(d.User)), rpc.None{})
	return []string{same.User, other.User}, errors.Join(err1, err2)
}

func TestUserGoesOnFromServiceToService(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &Letters{}, &Desk{})
	var have []string
	result, err := w.Client().Proxy("desk").Call(with(t.Context(), contextdata.KeyUserID, "ann"), "ask")
	if err == nil {
		err = result.Decode(&have)
	}
	if diff := cmp.Diff([]string{"ann", "of ann"}, have); diff != "" || err != nil {
		t.Errorf("%v (-want +have):\n%s", err, diff)
	}
}
