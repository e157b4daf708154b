package check_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/test/chaos/check"
	"github.com/enoki-go/enoki/test/chaos/role"
)

func TestGoodputCountsResultsByTime(t *testing.T) {
	var tale tale
	tale.sent(0, "a", role.Work)
	tale.answered(50, "a", "")
	tale.sent(10, "b", role.Work)
	tale.answered(150, "b", "no answer in time")
	tale.sent(20, "c", role.Work)
	tale.answered(250, "c", "")
	tale.sent(30, "d", role.Work)
	tale.answered(900, "d", "") // after the end
	want := check.Goodput{10, 0, 10}
	if diff := cmp.Diff(want, check.GoodputOf(tale, 300*time.Millisecond)); diff != "" {
		t.Errorf("goodput differs (-want +have):\n%s", diff)
	}
}

var spike = check.Spike{From: 3 * time.Second, To: 5 * time.Second, End: 12 * time.Second, Capacity: 100, Slack: time.Second}

// curve is a goodput that is what before, during and after say; it is low for a
// while after the spike.
func curve(before, during, after float64, low time.Duration) check.Goodput {
	g := make(check.Goodput, spike.End/check.Bucket)
	for i := range g {
		switch at := time.Duration(i) * check.Bucket; {
		case at < spike.From:
			g[i] = before
		case at < spike.To:
			g[i] = during
		case at >= spike.To+low:
			g[i] = after
		}
	}
	return g
}

func TestSpikeIsJudged(t *testing.T) {
	for _, tt := range []struct {
		name     string
		curve    check.Goodput
		violated string // empty for none
		figure   string
	}{
		{"Steady", curve(70, 95, 70, 0), "", "back after 0s"},
		{"BackInTime", curve(70, 95, 70, 1500*time.Millisecond), "", "back after 1.5s"},
		{"LowInTheSpike", curve(70, 80, 70, 0), "too low", "80 %"},
		{"BackTooLate", curve(70, 95, 70, 3*time.Second), "too late", "back after 3s"},
		{"NeverBack", curve(70, 95, 60, 0), "did not come back", "not back"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var reasons, figures []string
			for _, v := range spike.Judge(tt.curve) {
				reasons, figures = append(reasons, v.Violated...), append(figures, v.Figures)
			}
			have := strings.Join(reasons, "; ")
			if tt.violated == "" && have != "" || !strings.Contains(have, tt.violated) {
				t.Errorf("have violations %q, want %q", have, tt.violated)
			}
			if !strings.Contains(strings.Join(figures, "; "), tt.figure) {
				t.Errorf("have figures %q, want %q in them", figures, tt.figure)
			}
		})
	}
}
