package events

import "context"

// turn is held by one at a time.
type turn chan struct{}

func newTurn() turn { return make(turn, 1) }

// enter takes the turn, unless another one has it.
func (t turn) enter() bool {
	select {
	case t <- struct{}{}:
		return true
	default:
		return false
	}
}

// await takes the turn, and waits for it as long as ctx lives.
func (t turn) await(ctx context.Context) bool {
	select {
	case t <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

func (t turn) leave() { <-t }
