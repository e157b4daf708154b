package dependency_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/internal/stage"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/web"
)

// Boiler is what a process has one of: however many services have a field for it, they
// share it.
type Boiler struct{ Degrees int }

// Provide asks for the one of the process.
func (*Boiler) Provide(_ reflect.StructField, h dependency.Host) (dependency.Provider, error) {
	b, err := h.Shared(boilerKey{}, func() (any, error) { return &Boiler{Degrees: 12}, nil })
	return dependency.Same(b), err
}

type boilerKey struct{}

// Health is asked by /readyz. Its text is public.
func (b *Boiler) Health(context.Context) error {
	if b.Degrees < 60 {
		return errors.New("the boiler is cold")
	}
	return nil
}

// Bath has hot water.
type Bath struct {
	Boiler *Boiler

	_ web.Route `method:"Fill" route:"POST /bath"`
}

// Fill fills it.
func (b *Bath) Fill() int { return b.Boiler.Degrees }

func ExampleHealthy() {
	t := new(stage.Stage)
	defer t.End()

	w := svctest.New(t, &Bath{})
	answer, err := http.Get(w.URL() + "/readyz")
	if err != nil {
		panic(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	fmt.Println(answer.StatusCode, string(text), err)
	// Output: 503 {"status":"not ready","reasons":["the boiler is cold"]} <nil>
}
