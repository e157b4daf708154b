package inprocess_test

import (
	"errors"
	"net"
	"testing"

	"github.com/enoki-go/enoki/internal/inprocess"
)

func TestAddressIsFoundUntilItIsForgotten(t *testing.T) {
	refused := errors.New("refused")
	address, forget := inprocess.Serve(func() (net.Conn, error) { return nil, refused })
	if _, err := inprocess.Lookup(address)(); !errors.Is(err, refused) {
		t.Errorf("%s: have %v, want %v", address, err, refused)
	}
	forget()
	forget()
	if inprocess.Lookup(address) != nil {
		t.Errorf("%s is found after it was forgotten", address)
	}
}

func TestAddressesAreApart(t *testing.T) {
	one, forget := inprocess.Serve(nil)
	defer forget()
	two, forgetTwo := inprocess.Serve(nil)
	defer forgetTwo()
	if one == two {
		t.Errorf("both are at %s", one)
	}
}

func TestAddressNeedsNoLookup(t *testing.T) {
	address, forget := inprocess.Serve(nil)
	defer forget()
	host, _, err := net.SplitHostPort(address)
	if err != nil || net.ParseIP(host) == nil {
		t.Errorf("have %s, %v, want an address with a number for a host", address, err)
	}
}

func TestAddressOfANetworkIsNotFound(t *testing.T) {
	if inprocess.Lookup("127.0.0.1:4222") != nil {
		t.Error("have a broker of the process at 127.0.0.1:4222")
	}
}
