package service

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/enoki-go/enoki/dependency"
)

const (
	healthLimit = 2 * time.Second        // for asking all that can be ill
	healthGrace = 100 * time.Millisecond // for saying that the time was over
	healthAge   = time.Second            // for which the answer holds
)

// Health asks all at once, so that one that is slow does not hide another. One that does
// not answer is not asked again until it has.
func (p *process) Health(ctx context.Context) []error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Since(p.asked) < healthAge {
		return p.ailings
	}
	patience, end := context.WithTimeout(context.WithoutCancel(ctx), healthLimit+healthGrace)
	defer end()
	ctx, cancel := context.WithTimeout(patience, healthLimit)
	defer cancel()
	var answers []<-chan error
	for i, v := range p.app.shared.order {
		if h, ok := v.(dependency.Healthy); ok {
			answers = append(answers, p.ask(ctx, i, h))
		}
	}
	p.ailings = nil
	for _, answer := range answers {
		if err := heard(patience, answer); err != nil {
			p.ailings = append(p.ailings, err)
		}
	}
	p.asked = time.Now()
	return p.ailings
}

// errMute is the ailment of what does not say whether it has one.
var errMute = errors.New("a dependency does not say whether it works")

// heard waits for an answer for as long as ctx lives. One that is there counts.
func heard(ctx context.Context, answer <-chan error) error {
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-answer:
		return err
	default:
		return errMute
	}
}

// ask returns where the answer of a shared value will be, which is never where it has not
// answered the last time. The goroutine ends with the answer.
func (p *process) ask(ctx context.Context, value int, h dependency.Healthy) <-chan error {
	answer := make(chan error, 1)
	if p.waits(value, true) {
		answer <- errMute
		return answer
	}
	go func() {
		err := guarded(func() error { return h.Health(ctx) })
		if broken, ok := errors.AsType[*PanicError](err); ok {
			p.app.logger.ErrorContext(ctx, brokenText, "dependency", fmt.Sprintf("%T", h), "panic", broken.Value, "stack", string(broken.Stack))
			err = errBroken
		}
		p.waits(value, false)
		answer <- err
	}()
	return answer
}

// errBroken is the ailment of what panics. What it panics with is in the log only.
var errBroken = errors.New(brokenText)

const brokenText = "a dependency panicked when it was asked whether it works"

// waits notes whether a value was asked and has not answered, and returns what it was.
func (p *process) waits(value int, now bool) (before bool) {
	p.late.Lock()
	defer p.late.Unlock()
	before = p.pending[value]
	p.pending[value] = now
	return before
}
