// Package own has kinds and fields of the user's own.
package own

import (
	"reflect"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/entrypoint"
)

type Mail struct{}

func (Mail) Declare(t reflect.StructTag, m *entrypoint.Method, h entrypoint.Host) (entrypoint.Entrypoint, error) {
	return nil, nil
}

type Pointed struct{}

func (*Pointed) Declare(t reflect.StructTag, m *entrypoint.Method, h entrypoint.Host) (entrypoint.Entrypoint, error) {
	return nil, nil
}

type Clock struct{}

func (Clock) Provide(f reflect.StructField, h dependency.Host) (dependency.Provider, error) {
	return nil, nil
}

type Inbox struct {
	_     Mail    `method:"OnMail" folder:"x" anything:"y"`
	_     Mail    `method:"OnMial"`             // want `^own\.Mail: no method OnMial on \*own\.Inbox; did you mean "OnMail"\?$`
	_     Mail    `method:"OnMail" workers:"x"` // want `own\.Mail of OnMail: tag workers:"x": want a whole number`
	_     Pointed `method:"OnMial"`             // want `^\*own\.Pointed: no method OnMial`
	Clock Clock   `zone:"UTC"`
}

func (*Inbox) OnMail(text string) {}

// Generic services are not looked at.
type Generic[T any] struct {
	_ Mail `method:"Nothing"`
}
