package rpc_test

import (
	"errors"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/rpc"
)

// strict is a broker that lets nobody call the methods of vault.
func strict(t *testing.T) string {
	t.Helper()
	anybody := &server.User{Username: "anybody", Password: "x", Permissions: &server.Permissions{
		Publish: &server.SubjectPermission{Deny: []string{"svc.rpc.vault.>"}},
	}}
	s := plain.Server(t, func(o *server.Options) { o.Users = []*server.User{anybody} })
	return "nats://anybody:x@" + s.Addr().String()
}

// Red where the broker's word is only logged: the call then waits for its time to
// be up.
func TestCallThatTheBrokerForbidsIsToldAtOnce(t *testing.T) {
	t.Parallel()
	s, err := rpc.Dial(strict(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	began := time.Now()
	_, err = s.Proxy("vault").Call(await.Within(t), "open")
	if !errors.Is(err, broker.ErrForbidden) || time.Since(began) > await.Patience/2 {
		t.Errorf("have %v after %v, want ErrForbidden at once", err, time.Since(began))
	}
	wantCode(t, err, fault.Denied)
	wantText(t, err, "call vault.open", "do not let this process send to svc.rpc.vault.open")
	if _, err := s.Proxy("nobody").Call(await.Within(t), "there"); !errors.Is(err, rpc.ErrUnknownService) {
		t.Errorf("another call: have %v, want ErrUnknownService", err)
	}
}
