package timer_test

import (
	"context"
	"testing"

	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/timer"
)

// Teapot has methods of the shapes that a job may have, reached in two ways.
type Teapot struct {
	_ service.Name `name:"teapot"`
	_ timer.Job    `method:"Pour" every:"20ms"`
	_ timer.Job    `method:"Brew" every:"20ms"`
	_ timer.Job    `method:"Look" every:"20ms"`
	_ timer.Job    `method:"Peek" every:"20ms"`
	_ rpc.Method   `method:"Pour" args:"cups"`
}

// Pour pours as many cups as it is told, and one where nobody says.
func (*Teapot) Pour(_ context.Context, cups *int) int {
	if cups == nil {
		return 1
	}
	return *cups
}

// Brew takes nothing.
func (*Teapot) Brew() {}

// Look takes a tick without a context.
func (*Teapot) Look(t timer.Tick) (bool, error) { return t.Due.IsZero(), nil }

// Peek takes a tick that a caller may leave out.
func (*Teapot) Peek(t *timer.Tick) bool { return t != nil && !t.Due.IsZero() }

// Scenario S40.
func TestOneMethodIsATimerAndACall(t *testing.T) {
	w := svctest.New(t, &Teapot{})
	ofTimer := func(e service.CallEnded) bool { return e.Call.Kind == "timer" }
	pour, brew := w.Expect("teapot", "Pour", ofTimer), w.Expect("teapot", "Brew")
	look, peek := w.Expect("teapot", "Look"), w.Expect("teapot", "Peek")
	if e := pour.Wait(); e.Result != 1 || e.Err != nil {
		t.Errorf("the timer poured %v, %v; want 1", e.Result, e.Err)
	}
	if got := svctest.Call[int](w, "teapot.pour", 3); got != 3 {
		t.Errorf("the call poured %d, want 3", got)
	}
	if e := brew.Wait(); e.Result != nil || e.Err != nil {
		t.Errorf("have %v, %v; want neither", e.Result, e.Err)
	}
	if e := look.Wait(); e.Result != false || e.Err != nil {
		t.Errorf("have %v, %v; want a tick with a due time", e.Result, e.Err)
	}
	if e := peek.Wait(); e.Result != true || e.Err != nil {
		t.Errorf("have %v, %v; want a tick with a due time", e.Result, e.Err)
	}
}
