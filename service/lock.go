package service

import (
	"reflect"
	"sync"
)

// hasLock reports whether a value of type t must not be copied.
func hasLock(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Struct:
		if isLock(t) {
			return true
		}
		for field := range t.Fields() {
			if hasLock(field.Type) {
				return true
			}
		}
		return false
	case reflect.Array:
		return hasLock(t.Elem())
	default:
		return false
	}
}

// isLock reports whether t is itself a lock, as go vet understands it: a pointer
// to it can be locked, a copy of it cannot.
func isLock(t reflect.Type) bool {
	locker := reflect.TypeFor[sync.Locker]()
	return reflect.PointerTo(t).Implements(locker) && !t.Implements(locker)
}
