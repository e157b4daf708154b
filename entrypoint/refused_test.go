package entrypoint_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/enoki-go/enoki/entrypoint"
)

func TestOnlyTheHostsOwnWordIsARefusal(t *testing.T) {
	for _, err := range []error{entrypoint.ErrStopping, entrypoint.ErrBusy, entrypoint.ErrExpired} {
		if !entrypoint.Refused(err) {
			t.Errorf("%v: have it an outcome, want it a refusal", err)
		}
		if wrapped := fmt.Errorf("call stock.left: %w", err); entrypoint.Refused(wrapped) {
			t.Errorf("%v: have it a refusal, want it the outcome of a method that called another", wrapped)
		}
	}
	for _, err := range []error{nil, errors.New("sold out")} {
		if entrypoint.Refused(err) {
			t.Errorf("%v: have it a refusal", err)
		}
	}
}
