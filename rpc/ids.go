package rpc

import (
	"crypto/rand"
	"strconv"
	"strings"
	"sync/atomic"
)

// ids makes ids of calls: a prefix that no other process has, and a number.
type ids struct {
	prefix string
	last   atomic.Uint64
}

func newIDs() *ids { return &ids{prefix: strings.ToLower(rand.Text()[:12]) + "-"} }

func (i *ids) next() string { return i.prefix + strconv.FormatUint(i.last.Add(1), 36) }
