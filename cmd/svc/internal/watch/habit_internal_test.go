package watch

import (
	"strings"
	"testing"
	"time"
)

func TestWhatChangesAtEveryStartIsAHabit(t *testing.T) {
	t.Parallel()
	page, source := []string{"/shop/page.html"}, []string{"/shop/page.html", "/shop/shop.go"}
	for _, tt := range []struct {
		name   string
		after  time.Duration // from the start of what was built
		change []string
		want   bool
	}{
		{"a program at its start", time.Second, page, true},
		{"a person who looks at what was built", swift + time.Second, page, false},
		{"source", time.Second, source, false},
	} {
		var h habit
		now := time.Unix(0, 0)
		for range tolerated {
			h.since = now
			if yes, _ := h.is(tt.change, now.Add(tt.after)); yes {
				t.Fatalf("%s: is a habit at once", tt.name)
			}
			now = now.Add(time.Minute)
		}
		h.since = now
		if yes, first := h.is(tt.change, now.Add(tt.after)); yes != tt.want || first != tt.want {
			t.Errorf("%s: have %t, %t, want %t", tt.name, yes, first, tt.want)
		}
	}
}

func TestHabitEndsWithAPauseOrAnotherChange(t *testing.T) {
	t.Parallel()
	page, other := []string{"/shop/page.html"}, []string{"/shop/other.html"}
	for _, tt := range []struct {
		name   string
		after  time.Duration // from the change before
		change []string
		want   bool
	}{
		{"neither", swift - 1, page, true},
		{"a pause", swift + 1, page, false},
		{"another change", 1, other, false},
	} {
		h := habit{files: page, times: tolerated, since: time.Unix(0, 0)}
		now := time.Unix(1, 0)
		if yes, _ := h.is(page, now); !yes {
			t.Fatal("it is none to begin with")
		}
		if yes, first := h.is(tt.change, now.Add(tt.after)); yes != tt.want || first {
			t.Errorf("%s: have %t, %t, want %t, false", tt.name, yes, first, tt.want)
		}
	}
	h := habit{files: page}
	if text := h.text(); !strings.HasPrefix(text, "page.html changes each time") || !strings.Contains(text, "until 5s pass") {
		t.Errorf("have %q", text)
	}
}
