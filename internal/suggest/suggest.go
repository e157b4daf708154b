// Package suggest finds the name that a misspelt one was meant to be.
package suggest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// shown is how many names List spells out before it counts the rest.
const shown = 12

// Nearest returns the name in among that have was most likely meant to be, or
// "" when none is near enough.
//
// Distance counts inserted, lost, changed and swapped neighbouring letters;
// case, "-" and "_" are free, so OrderPlaced is order_placed. Near enough is a
// third of the longer name, at least 1, and always less than the whole of
// either. Ties go to the name closer as spelt, then to the alphabet; the order
// of among does not matter. A name equal to have is no suggestion.
func Nearest(have string, among []string) string {
	var best candidate
	folded := fold(have)
	for _, name := range among {
		c, near := compare(have, folded, name)
		if near && (best.name == "" || c.before(best)) {
			best = c
		}
	}
	return best.name
}

// Hint returns `did you mean "x"?` for the Nearest name x, or "" when there is
// none.
func Hint(have string, among []string) string {
	name := Nearest(have, among)
	if name == "" {
		return ""
	}
	return "did you mean " + strconv.Quote(name) + "?"
}

// List returns the names sorted, without duplicates, unquoted and separated by
// commas: the first twelve, then "and 30 more". It returns "none" for no names.
func List(names []string) string {
	sorted := slices.Compact(slices.Sorted(slices.Values(names)))
	if len(sorted) == 0 {
		return "none"
	}
	if len(sorted) <= shown {
		return strings.Join(sorted, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(sorted[:shown], ", "), len(sorted)-shown)
}

// A candidate is a near name: folded is the distance that counts, spelt the one
// that settles ties.
type candidate struct {
	name          string
	folded, spelt int
}

func (c candidate) before(o candidate) bool {
	if c.folded != o.folded {
		return c.folded < o.folded
	}
	if c.spelt != o.spelt {
		return c.spelt < o.spelt
	}
	return c.name < o.name
}

func compare(have string, folded []rune, name string) (candidate, bool) {
	if name == "" || name == have {
		return candidate{}, false
	}
	a, b := folded, fold(name)
	short, long := min(len(a), len(b)), max(len(a), len(b))
	limit := min(max(1, long/3), short-1)
	// Lengths alone refuse most names, and all work on a hostile, endless one.
	if long-short > limit {
		return candidate{}, false
	}
	d := distance(a, b)
	if d > limit {
		return candidate{}, false
	}
	return candidate{name, d, distance([]rune(have), []rune(name))}, true
}

func fold(s string) []rune {
	return []rune(strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(s)))
}

// distance is Damerau-Levenshtein in its optimal string alignment form, on
// three rows of the usual matrix.
func distance(a, b []rune) int {
	older, old, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		older, old, row = old, row, older
		row[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(old[j+1]+1, row[j]+1, old[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], older[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
