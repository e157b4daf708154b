package telemetry

import (
	"maps"
	"sync"
	"sync/atomic"
)

// table is a map that every call reads and that seldom grows. Reading takes no lock and
// allocates nothing. The zero value is empty.
type table[K comparable, V any] struct {
	now atomic.Pointer[map[K]V]
	mu  sync.Mutex // guards growing
}

// find returns the value of a key, if there is one.
func (t *table[K, V]) find(key K) (value V, found bool) {
	if now := t.now.Load(); now != nil {
		value, found = (*now)[key]
	}
	return value, found
}

// get returns the value of a key, which is made where there is none.
func (t *table[K, V]) get(key K, create func() V) V {
	if v, ok := t.find(key); ok {
		return v
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if v, ok := t.find(key); ok {
		return v
	}
	v := create()
	t.put(key, v)
	return v
}

// put adds a value. The caller holds mu.
func (t *table[K, V]) put(key K, v V) {
	grown := make(map[K]V, 1)
	if now := t.now.Load(); now != nil {
		grown = maps.Clone(*now)
	}
	grown[key] = v
	t.now.Store(&grown)
}

// admit reports whether key is in the table, to which it is added while there are fewer
// than most.
func (t *table[K, V]) admit(key K, most int) bool {
	if _, ok := t.find(key); ok {
		return true
	}
	if now := t.now.Load(); now != nil && len(*now) >= most {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now.Load()
	if now != nil && len(*now) >= most {
		_, ok := (*now)[key]
		return ok
	}
	var none V
	t.put(key, none)
	return true
}
