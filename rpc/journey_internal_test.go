package rpc

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// journeys is what a call in each state does about each word: its move and its
// state then. It is with instance a on its attempt 2 where it is held, and was
// before where it waits; b is any other.
const journeys = `
word            flying            held              waiting           over
result          finish over       finish over       finish over       stay over
accept a        stay held a       stay held a       leave held a      stay over
accept b        stay held b       stay held a       leave held b      stay over
busy a          queue waiting     queue waiting     stay waiting      stay over
busy b          queue waiting     stay held a       stay waiting      stay over
handback a      queue waiting !   queue waiting !   stay waiting      stay over
handback b      queue waiting !   stay held a       stay waiting      stay over
nobody          wonder waiting    queue waiting     stay waiting      stay over
offer a         decline flying    decline held a    bind held a +     decline over
offer b         decline flying    decline held a    bind held b +     decline over
lost 2          queue waiting !   queue waiting !   stay waiting      stay over
lost 1          stay flying       stay held a       stay waiting      stay over
suspect 2       queue waiting !   queue waiting !   stay waiting      stay over
suspect 1       stay flying       stay held a       stay waiting      stay over
forbidden       refuse over       refuse over       stay waiting      stay over
absent          stay flying       stay held a       doubt waiting     stay over
unknown a       stay flying       stay held a       stay waiting      stay over
`

var (
	moveNames  = []string{"stay", "finish", "queue", "bind", "leave", "decline", "wonder", "doubt", "giveUp", "refuse"}
	wordNames  = []string{"result", "accept", "busy", "handback", "nobody", "offer", "lost", "suspect", "forbidden", "absent", "unknown"}
	stateNames = []string{"flying", "held", "waiting", "over"}
)

// wordOf reads a word of the table.
func wordOf(text string) heard {
	name, about, _ := strings.Cut(text, " ")
	for w, known := range wordNames {
		if known == name {
			h := heard{word: word(w), instance: about} //nolint:gosec // eleven words
			_, _ = fmt.Sscan(about, &h.attempt)
			return h
		}
	}
	panic("no such word: " + text)
}

// in returns a call in a state.
func in(s state) journey {
	j := journey{state: s, attempt: 2}
	if s == held || s == waiting {
		j.instance = "a"
	}
	return j
}

// shown is how the table says what came of a word.
func shown(m move, before, after journey) string {
	text := moveNames[m] + " " + stateNames[after.state]
	if after.state == held {
		text += " " + after.instance
	}
	if after.begun && !before.begun {
		text += " !"
	}
	if after.attempt == before.attempt+1 {
		text += " +"
	}
	return text
}

func TestJourneyFollowsItsTable(t *testing.T) {
	t.Parallel()
	rows := strings.Split(strings.TrimSpace(journeys), "\n")
	for _, row := range rows[1:] {
		text := strings.TrimSpace(row[:16])
		cells := strings.Fields(strings.ReplaceAll(strings.ReplaceAll(row[16:], "  ", "\t"), " ", "_"))
		if len(cells) != len(stateNames) {
			t.Fatalf("have %d cells, want %d in %q", len(cells), len(stateNames), row)
		}
		for s, cell := range cells {
			want := strings.Trim(strings.ReplaceAll(cell, "_", " "), " ")
			before := in(state(s)) //nolint:gosec // four states
			after := before
			if have := shown(after.hear(wordOf(text)), before, after); have != want {
				t.Errorf("%s while %s: have %q, want %q", text, stateNames[s], have, want)
			}
		}
	}
}

func TestJourneyGivesUpAtTheThirdLoss(t *testing.T) {
	t.Parallel()
	j := journey{}
	for run := range maxLost {
		want := queue
		if run == maxLost-1 {
			want = giveUp
		}
		if have := j.hear(heard{word: lost, attempt: j.attempt}); have != want {
			t.Fatalf("loss %d: have %s, want %s", run+1, moveNames[have], moveNames[want])
		}
		if want == queue && j.hear(heard{word: offer, instance: "b"}) != bind {
			t.Fatalf("after loss %d: the offer was not used", run+1)
		}
	}
	if j.state != over {
		t.Errorf("have %s after the last loss, want over", stateNames[j.state])
	}
}

// Red with code that takes a frozen instance for one that the call has ended: among
// instances that are frozen and killed, calls that did nothing were given up.
func TestSilentInstanceIsNoLoss(t *testing.T) {
	t.Parallel()
	j := journey{}
	for run := range 2 * maxLost {
		if have := j.hear(heard{word: suspect, attempt: j.attempt}); have != queue {
			t.Fatalf("suspicion %d: have %s, want queue", run+1, moveNames[have])
		}
		j.hear(heard{word: offer, instance: "b"})
	}
	if j.lost != 0 || !j.begun {
		t.Errorf("have %d losses, begun %v; want none, true", j.lost, j.begun)
	}
}

// Red with code that counts what it is told instead of what it lost: the patrol
// says so again until the call has moved.
func TestJourneyCountsALossOnceHoweverOftenItIsTold(t *testing.T) {
	t.Parallel()
	j := in(held)
	for range 2 * maxLost {
		j.hear(heard{word: lost, attempt: 2})
	}
	if j.lost != 1 || j.state != waiting {
		t.Errorf("have %d losses while %s, want 1 while waiting", j.lost, stateNames[j.state])
	}
}

func TestJourneyThatWasOnlyRefusedHasNotBegun(t *testing.T) {
	t.Parallel()
	j := journey{}
	for _, text := range []string{"busy a", "offer b", "busy b", "offer a", "nobody", "offer b", "accept b"} {
		j.hear(wordOf(text))
	}
	if j.begun || j.lost != 0 || j.attempt != 3 || j.state != held || j.instance != "b" {
		t.Errorf("have %+v, want attempt 3 held by b, which may not have begun before", j)
	}
}

func TestHandingBackIsNoLoss(t *testing.T) {
	t.Parallel()
	j := journey{}
	for run := range 2 * maxLost {
		if have := j.hear(wordOf("handback a")); have != queue {
			t.Fatalf("run %d: have %s, want queue", run, moveNames[have])
		}
		j.hear(wordOf("offer a"))
	}
	if j.lost != 0 || !j.begun {
		t.Errorf("have %d losses, begun %v; want none, true", j.lost, j.begun)
	}
}

func TestRandomWordsNeverBreakTheLawsOfAJourney(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5_000) {
		r := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // a test that can be repeated
		j, finished, history := journey{}, 0, []string{}
		for range 30 {
			h := heard{word: word(r.IntN(len(wordNames))), instance: string(rune('a' + r.IntN(3))), attempt: max(0, j.attempt-r.IntN(2))} //nolint:gosec // eleven words
			before := j
			m := j.hear(h)
			history = append(history, fmt.Sprintf("%s %s %d: %s", wordNames[h.word], h.instance, h.attempt, moveNames[m]))
			if m == finish || m == giveUp {
				finished++
			}
			if broken := law(before, j, h, m, finished); broken != "" {
				t.Fatalf("seed %d: %s\n%s", seed, broken, strings.Join(history, "\n"))
			}
		}
	}
}

// law returns the law that a step breaks.
func law(before, after journey, h heard, m move, finished int) string {
	switch {
	case finished > 1:
		return "it ended twice"
	case before.state == over && after != before:
		return "it went on after its end"
	case m == bind && before.state != waiting:
		return "it was bound while it did not wait"
	case h.word == offer && m != bind && m != decline:
		return "an offer was neither used nor declined"
	case (m == bind || m == decline) && h.word != offer:
		return "an offer was answered that was none"
	case after.lost > maxLost:
		return "it was lost too often"
	case before.begun && !after.begun:
		return "it forgot that it may have begun"
	case after.attempt != before.attempt && m != bind:
		return "an attempt was counted that was not made"
	case (m == queue || m == wonder) != (before.state != waiting && after.state == waiting):
		return "it waits without standing in line, or stands in line twice"
	case m == leave && before.state != waiting:
		return "it left a line in which it did not stand"
	default:
		return ""
	}
}
