package devbroker

import (
	"fmt"
	"os"
	"path/filepath"
)

// A LockedError says that another broker uses the store.
type LockedError struct{ Store string }

func (e *LockedError) Error() string {
	return fmt.Sprintf("start broker: the store %s is in use by another broker, perhaps one that runs at this address already; use it, stop it, or choose another address and store with --addr and --store", e.Store)
}

// lock makes the store this process's until unlock or its death. Two servers on
// one store destroy it.
func lock(store string) (unlock func(), err error) {
	if err := os.MkdirAll(store, 0o700); err != nil {
		return nil, fmt.Errorf("make the broker's store: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(store, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the broker's store: %w", err)
	}
	if err := lockFile(f); err != nil {
		_ = f.Close() // nothing was written
		return nil, &LockedError{Store: store}
	}
	return func() {
		// Closing alone would leave the lock to a process that is being forked
		// at this moment, until it has become another program.
		unlockFile(f)
		_ = f.Close() // nothing was written
	}, nil
}
