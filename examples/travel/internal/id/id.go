// Package id draws the names of things that are kept.
package id

import (
	"crypto/rand"
	"encoding/hex"
)

// New returns 128 random bits as 32 hexadecimal characters: two are never the same, and
// nobody guesses one.
func New() string {
	var bits [16]byte
	_, _ = rand.Read(bits[:]) // never fails
	return hex.EncodeToString(bits[:])
}
