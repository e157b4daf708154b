package entrypoint

import (
	"crypto/rand"
	"strconv"
	"strings"
	"sync/atomic"
)

// NewID returns an id for a call, or for whatever else no other process may have one
// like it. Only its first part is drawn by lot, once for the process: that costs more
// than all the rest of it.
func NewID() string {
	var room [40]byte // for the text, so that only the string itself is allocated
	return string(strconv.AppendUint(append(room[:0], processID...), lastID.Add(1), 36))
}

var (
	processID = strings.ToLower(rand.Text()[:20]) + "-" // 100 bits
	lastID    atomic.Uint64
)
