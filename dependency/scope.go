package dependency

import (
	"context"
	"sync"
)

// Scoped is implemented by providers that leave values for others during a call.
// The container gives calls a scope only where one of the service's providers
// asks for it with this method, which is never called.
type Scoped interface{ Scoped() }

// WithScope returns a context in which values can be kept. The container calls it
// once for each call, before the first Acquire.
func WithScope(ctx context.Context) context.Context {
	return context.WithValue(ctx, scopeKey{}, &scope{})
}

// Keep leaves a value for the others of the call that ctx belongs to. A second
// one under the same key replaces the first. Without a scope it does nothing.
func Keep(ctx context.Context, key, value any) {
	if s, ok := ctx.Value(scopeKey{}).(*scope); ok {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.kept = append(s.kept, entry{key, value})
	}
}

// Kept returns what was left under key, nil where nothing was.
func Kept(ctx context.Context, key any) any {
	s, ok := ctx.Value(scopeKey{}).(*scope)
	if !ok {
		return nil
	}
	return s.find(key)
}

type scopeKey struct{}

// scope holds the values of one call: few, so that a list is quicker than a map.
type scope struct {
	mu   sync.Mutex // guards kept: a method may use several goroutines
	kept []entry
}

type entry struct{ key, value any }

func (s *scope) find(key any) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.kept {
		if last := s.kept[len(s.kept)-1-i]; last.key == key {
			return last.value
		}
	}
	return nil
}
