package vet

import "go/types"

// hasLock reports whether a value of type t must not be copied.
func hasLock(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Struct:
		if isLock(t) {
			return true
		}
		for f := range u.Fields() {
			if hasLock(f.Type()) {
				return true
			}
		}
		return false
	case *types.Array:
		return hasLock(u.Elem())
	default:
		return false
	}
}

// isLock reports whether t is itself a lock, as go vet understands it: a pointer to it can
// be locked, a copy of it cannot.
func isLock(t types.Type) bool {
	return locks(types.NewMethodSet(types.NewPointer(t))) && !locks(types.NewMethodSet(t))
}

func locks(set *types.MethodSet) bool {
	for _, name := range []string{"Lock", "Unlock"} {
		m := set.Lookup(nil, name)
		if m == nil {
			return false
		}
		sig, ok := m.Type().(*types.Signature)
		if !ok || sig.Params().Len()+sig.Results().Len() > 0 {
			return false
		}
	}
	return true
}
