//go:build !unix

package handover

import (
	"errors"
	"io"
	"net"
	"os/exec"
)

const overlap = false

func started() {}

func listen(string) (net.Listener, error) { return nil, nil }

// A Line is nothing here: no sockets are handed over.
type Line struct{}

// Attach leaves the command as it is.
func Attach(*exec.Cmd) (*Line, error) { return &Line{}, nil }

// Begun does nothing.
func (*Line) Begun() {}

// Close does nothing.
func (*Line) Close() {}

// Next says that there is nothing to come.
func (*Line) Next() (Request, error) { return Request{}, io.EOF }

// Give is never called, since nobody asks.
func (*Line) Give(*net.TCPListener) error { return errors.ErrUnsupported }

// Refuse is never called, since nobody asks.
func (*Line) Refuse(error) error { return errors.ErrUnsupported }
