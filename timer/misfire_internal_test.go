package timer

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// How late due times are, and what is made of them.
var choices = []struct {
	name    string
	late    []time.Duration
	grace   time.Duration
	misfire Misfire
	want    []time.Duration // how late those are that are run
	missed  int             // what the first of them stands for
}{
	{"nothing is due", nil, 0, Once, nil, 0},
	{"on time", []time.Duration{0}, 0, Once, []time.Duration{0}, 0},
	{"on time", []time.Duration{0}, 0, Skip, []time.Duration{0}, 0},
	{"several", []time.Duration{9, 6, 3}, 0, Once, []time.Duration{3}, 2},
	{"several", []time.Duration{9, 6, 3}, 0, Skip, []time.Duration{3}, 2},
	{"several", []time.Duration{9, 6, 3}, 0, All, []time.Duration{9, 6, 3}, 0},
	{"several within grace", []time.Duration{9, 6, 3}, 8, Once, []time.Duration{6, 3}, 1},
	{"several within grace", []time.Duration{9, 6, 3}, 8, Skip, []time.Duration{6, 3}, 1},
	{"all within grace", []time.Duration{6, 3}, 8, Once, []time.Duration{6, 3}, 0},
	{"a minute late", []time.Duration{time.Minute}, 8, Skip, []time.Duration{time.Minute}, 0},
	{"more than a minute late", []time.Duration{2 * time.Minute, time.Minute + 1}, 8, Skip, nil, 0},
	{"more than a minute late", []time.Duration{2 * time.Minute, time.Minute + 1}, 8, Once, []time.Duration{time.Minute + 1}, 1},
}

func TestMisfireChooses(t *testing.T) {
	for _, tt := range choices {
		due := make([]time.Time, len(tt.late))
		for i, d := range tt.late {
			due[i] = someLeapYear.Add(-d)
		}
		var have []time.Duration
		missed := 0
		for i, tick := range tt.misfire.choose(due, someLeapYear, tt.grace) {
			have = append(have, someLeapYear.Sub(tick.Due))
			if missed += tick.Missed; i > 0 && tick.Missed > 0 {
				t.Errorf("%s, %s: tick %d has missed %d, want that said by the first", tt.name, tt.misfire, i, tick.Missed)
			}
		}
		if diff := cmp.Diff(tt.want, have); diff != "" || missed != tt.missed {
			t.Errorf("%s, %s: missed %d, want %d; -want +have\n%s", tt.name, tt.misfire, missed, tt.missed, diff)
		}
	}
}
