// Package random is chance as a field, which a test repeats.
//
//	type Register struct {
//		Random random.Source
//		…
//	}
//
// A field without a value draws from the system what nobody can guess. A test sets it
// to a [Seeded] one.
package random

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"io"
	mathrand "math/rand/v2"
	"sync"
)

// Source draws at random. The zero Source draws from crypto/rand, so that what it draws
// may be a key or a token. It is safe for concurrent use.
type Source struct{ seeded *seeded } // nil for crypto/rand

// Seeded returns a source that draws the same row for the same seed, in every process.
// It is for tests: who knows the seed knows the row.
func Seeded(seed uint64) Source {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	return Source{&seeded{row: mathrand.NewChaCha8(key)}}
}

var _ io.Reader = Source{}

// Read fills p. It never fails.
func (s Source) Read(p []byte) (int, error) {
	if s.seeded == nil {
		return rand.Read(p)
	}
	return s.seeded.read(p)
}

// IntN returns a number from 0 to n-1, each as likely as the others, and 0 where n is
// less than 1.
func (s Source) IntN(n int) int {
	if n < 1 {
		return 0
	}
	return mathrand.New(bits{s}).IntN(n)
}

// Hex returns n bytes as 2·n digits of 0-9 and a-f. Hex(16) is unique for all purposes.
func (s Source) Hex(n int) string {
	p := make([]byte, max(0, n))
	_, _ = s.Read(p) // never fails
	return hex.EncodeToString(p)
}

// bits is a Source as math/rand wants it.
type bits struct{ Source }

// Uint64 draws eight bytes.
func (b bits) Uint64() uint64 {
	var p [8]byte
	_, _ = b.Read(p[:]) // never fails
	return binary.LittleEndian.Uint64(p[:])
}

// seeded is a row that several goroutines draw from.
type seeded struct {
	mu  sync.Mutex // guards row
	row *mathrand.ChaCha8
}

func (s *seeded) read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.row.Read(p)
}
