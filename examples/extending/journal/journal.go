// Package journal lends each call a journal, which is kept if the call succeeds.
package journal

import (
	"context"
	"os"
	"reflect"
	"strings"

	"github.com/enoki-go/enoki/dependency"
)

// Journal is what one call writes.
type Journal struct{ strings.Builder }

// Provide is called for each field of the type *Journal, before anything starts.
func (*Journal) Provide(_ reflect.StructField, h dependency.Host) (dependency.Provider, error) {
	p := &provider{Path: "journal.txt"}
	return p, h.Config("journal", p) // journal: {path: …}
}

type provider struct {
	Path string
	file *os.File
}

func (p *provider) Start(context.Context) (err error) {
	p.file, err = os.OpenFile(p.Path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	return err
}
func (p *provider) Stop(context.Context) error { return p.file.Close() }

// Acquire is called for each call. The release hears of the outcome before the caller does.
func (p *provider) Acquire(context.Context) (any, dependency.Release, error) {
	j := new(Journal)
	return j, func(_ context.Context, outcome error) (err error) {
		if outcome == nil {
			_, err = p.file.WriteString(j.String())
		}
		return err
	}, nil
}
