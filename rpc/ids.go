package rpc

import (
	"fmt"
	"strings"

	"github.com/enoki-go/enoki/entrypoint"
)

// Ids are copied to every line of the log and to every call further down, so
// what a caller may send is bounded.
const (
	maxID    = 128
	maxStack = 2048
)

// checkIDs refuses what is too long in the headers Svc-Id and Svc-Stack.
func checkIDs(id, stack string) error {
	switch {
	case len(id) > maxID || strings.Contains(id, ","):
		return fmt.Errorf("header %s: have %.100q, want at most %d bytes without a comma", headerID, id, maxID)
	case len(stack) > maxStack:
		return fmt.Errorf("header %s: have %d bytes, want at most %d", headerStack, len(stack), maxStack)
	}
	for parent := range strings.SplitSeq(stack, ",") {
		if len(parent) > maxID {
			return fmt.Errorf("header %s: have an id of %d bytes, want at most %d", headerStack, len(parent), maxID)
		}
	}
	return nil
}

// parentsOf reads the header Svc-Stack: the last ids that are in it, oldest first.
func parentsOf(stack string) []string {
	if stack == "" {
		return nil
	}
	all := strings.Split(stack, ",")
	return all[max(0, len(all)-entrypoint.MaxParents):]
}
