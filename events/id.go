package events

import (
	"crypto/rand"
	"strconv"
	"strings"
	"sync/atomic"
)

// newID names an event. Only the first part of an id, which no other process has, is
// drawn by lot: that costs more than all the rest of it.
func newID() string { return processID + strconv.FormatUint(lastID.Add(1), 36) }

var (
	processID = strings.ToLower(rand.Text()[:20]) + "-" // 100 bits
	lastID    atomic.Uint64
)
