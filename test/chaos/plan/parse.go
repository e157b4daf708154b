package plan

import (
	"fmt"
	"slices"
	"strings"
)

// Parse reads a list of kinds, separated by commas; "" and "none" are no kinds.
func Parse(list string) ([]Kind, error) {
	if list == "" || list == "none" {
		return nil, nil
	}
	var kinds []Kind
	for name := range strings.SplitSeq(list, ",") {
		k := Kind(strings.TrimSpace(name))
		if !slices.Contains(Kinds, k) {
			return nil, fmt.Errorf("have fault %q, want some of %v", k, Kinds)
		}
		kinds = append(kinds, k)
	}
	return kinds, nil
}
