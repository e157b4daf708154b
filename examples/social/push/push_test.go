package push_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/examples/social/push"
	"github.com/enoki-go/enoki/examples/social/register"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// find is the service register as push sees it: it knows one user.
func find(_ context.Context, uID string) (*push.User, error) {
	if uID != "7000001" {
		return nil, nil
	}
	return &push.User{Language: "ZH", Country: "CN"}, nil
}

func TestPushSaysWhatItDid(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		uID, message, line string
		ok                 bool
	}{
		{"7000001", "push success.", "Push Progress: u_id: 7000001 language: ZH, country: CN, content: very good.", true},
		{"7000002", "not registered.", "User:7000002 not existed.", false},
	} {
		t.Run(tt.message, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			p := push.Push{User: find, Log: slog.New(slog.NewTextHandler(&log, nil))}
			ok, message, err := p.Push(t.Context(), tt.uID, "very good.")
			if ok != tt.ok || message != tt.message || err != nil {
				t.Errorf("have %t, %q and %v, want %t, %q", ok, message, err, tt.ok, tt.message)
			}
			if want := `msg="` + tt.line + `"`; !strings.Contains(log.String(), want) {
				t.Errorf("have %s, want %s", log.String(), want)
			}
		})
	}
}

func TestPushFailsWhereUsersCannotBeLookedUp(t *testing.T) {
	t.Parallel()
	away := fault.New(fault.Unavailable, "away")
	p := push.Push{User: func(context.Context, string) (*push.User, error) { return nil, away }}
	if ok, message, err := p.Push(t.Context(), "7000001", "very good."); ok || message != "" || !errors.Is(err, away) {
		t.Errorf("have %t, %q and %v, want %v", ok, message, err, away)
	}
}

func TestTwoValuesTravelToCallersThatNameTheirArguments(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &push.Push{}, svctest.Fake(&register.Register{}, map[string]any{
		"Find": func(context.Context, string) (*register.User, error) { return &register.User{Language: "ZH"}, nil },
	}))
	result, err := w.Client().Proxy("push").Call(t.Context(), "push", rpc.Named{"content": "very good.", "u_id": "7000001"})
	if err != nil {
		t.Fatal(err)
	}
	var ok bool
	var message string
	if err := result.Decode(&ok, &message); err != nil || !ok || message != "push success." {
		t.Errorf("have %t, %q and %v, want true and \"push success.\"", ok, message, err)
	}
}
