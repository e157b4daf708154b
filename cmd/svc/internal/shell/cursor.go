package shell

import (
	"slices"
	"strings"
)

// A token is a piece of a line, as far as completion tells them apart.
type token struct {
	kind  byte   // 'a' a name, 's' a string, 'o' a string that is open, '#' a comment, else what stands there
	text  string // of a name or a string
	start int    // of the text in the line
}

// tokens cuts what stands left of the cursor. It knows no numbers or operators: they
// continue nothing.
func tokens(line string) []token {
	var all []token
	for i := 0; i < len(line); {
		switch c := line[i]; {
		case c == ' ' || c == '\t':
			i++
		case c == '#':
			return append(all, token{kind: '#'})
		case c == '"' || c == '\'':
			t, end := stringAt(line, i)
			all, i = append(all, t), end
		case inName(c):
			end := i
			for end < len(line) && inName(line[end]) {
				end++
			}
			all, i = append(all, token{'a', line[i:end], i}), end
		default:
			all, i = append(all, token{c, "", i}), i+1
		}
	}
	return all
}

func inName(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// stringAt reads a string that begins at i, and returns where it ends. Names have no
// escapes, so they stay.
func stringAt(line string, i int) (token, int) {
	quote := line[i : i+1]
	if triple := strings.Repeat(quote, 3); strings.HasPrefix(line[i:], triple) {
		quote = triple
	}
	start := i + len(quote)
	for end := start; end < len(line); end++ {
		if line[end] == '\\' {
			end++
			continue
		}
		if strings.HasPrefix(line[end:], quote) {
			return token{'s', line[start:end], start}, end + len(quote)
		}
	}
	return token{'o', line[start:], start}, len(line)
}

// A step leads from a value to a part of it: x.name, or x["name"].
type step struct {
	name string
	item bool
}

// A place is what is around the cursor.
type place struct {
	word  string // that is begun, "" for none
	start int    // where it begins
	quote byte   // of the string that word is in; 0 for none

	of   []step // the path whose part word is
	link byte   // what is between: '.' or '['; 0 where word stands for itself
	at   int    // where that is

	call  []step     // the path that is called, within whose parentheses word is
	given []argument // its arguments so far
	first bool       // word begins an argument
	name  string     // of the argument that word is the value of; "" for one by position
}

// An argument is one that has been typed; text only where it is nothing but a string.
type argument struct{ name, text string }

// locate reads what stands left of the cursor; false where nothing is completed.
func locate(line string) (place, bool) {
	all, p := tokens(line), place{start: len(line)}
	if n := len(all); n > 0 {
		switch last := all[n-1]; {
		case last.kind == '#':
			return p, false
		case last.kind == 'o':
			p.word, p.start, p.quote, all = last.text, last.start, line[last.start-1], all[:n-1]
		case last.kind == 'a' && last.start+len(last.text) == len(line):
			p.word, p.start, all = last.text, last.start, all[:n-1]
		}
	}
	if n := len(all); n > 0 && (all[n-1].kind == '.' && p.quote == 0 || all[n-1].kind == '[' && p.quote != 0) {
		if p.of = path(all[:n-1]); p.of != nil {
			p.link, p.at = all[n-1].kind, all[n-1].start
			return p, true
		}
		if all[n-1].kind == '.' {
			return p, false // of what is known only when it runs
		}
	}
	p.within(all)
	return p, true
}

// path returns the path that tokens end with, nil for none.
func path(all []token) []step {
	var back []step
	for n := len(all); n > 0; n = len(all) {
		if n > 2 && all[n-1].kind == ']' && all[n-2].kind == 's' && all[n-3].kind == '[' {
			back, all = append(back, step{all[n-2].text, true}), all[:n-3]
			continue
		}
		if all[n-1].kind != 'a' {
			return nil
		}
		back = append(back, step{name: all[n-1].text})
		if n < 2 || all[n-2].kind != '.' {
			slices.Reverse(back)
			return back
		}
		all = all[:n-2]
	}
	return nil
}

// within finds the call whose parentheses are open last.
func (p *place) within(all []token) {
	var open []int
	for i, t := range all {
		switch t.kind {
		case '(', '[', '{':
			open = append(open, i)
		case ')', ']', '}':
			open = open[:max(0, len(open)-1)]
		}
	}
	if len(open) == 0 {
		return
	}
	at := open[len(open)-1]
	if all[at].kind != '(' {
		return
	}
	p.call = path(all[:at])
	groups := split(all[at+1:])
	last := groups[len(groups)-1]
	for _, g := range groups[:len(groups)-1] {
		p.given = append(p.given, argumentOf(g))
	}
	p.first = len(last) == 0
	if len(last) == 2 && last[0].kind == 'a' && last[1].kind == '=' {
		p.name = last[0].text
	}
}

// split cuts arguments at the commas between them.
func split(all []token) [][]token {
	groups, depth := [][]token{nil}, 0
	for _, t := range all {
		switch t.kind {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		case ',':
			if depth == 0 {
				groups = append(groups, nil)
				continue
			}
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], t)
	}
	return groups
}

func argumentOf(group []token) (a argument) {
	if len(group) > 2 && group[0].kind == 'a' && group[1].kind == '=' && group[2].kind != '=' {
		a.name, group = group[0].text, group[2:]
	}
	if len(group) == 1 && group[0].kind == 's' {
		a.text = group[0].text
	}
	return a
}
