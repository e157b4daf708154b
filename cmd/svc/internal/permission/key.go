package permission

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/nats-io/nkeys"
)

// Key returns the public part of the key in a file, which it makes where it is
// missing, readable by its owner alone.
func Key(file string) (string, error) {
	seed, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		seed, err = newKey(file)
	}
	if err != nil {
		return "", fmt.Errorf("key of a user: %w", err)
	}
	pair, err := nkeys.ParseDecoratedNKey(seed)
	if err != nil {
		return "", fmt.Errorf("key of a user: %s: %w; want the seed of a user, as nk -gen user prints it", file, err)
	}
	defer pair.Wipe()
	return pair.PublicKey()
}

// newKey makes a key that only its owner can read.
func newKey(file string) ([]byte, error) {
	pair, err := nkeys.CreateUser()
	if err != nil {
		return nil, err
	}
	defer pair.Wipe()
	seed, err := pair.Seed()
	if err != nil {
		return nil, err
	}
	seed = append(bytes.Clone(seed), '\n') // Wipe would take it from us
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, err
	}
	return seed, os.WriteFile(file, seed, 0o600)
}
