//go:build linux

package scenarios_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"
)

// trio calls each of three services ten times from the shell, all at once; it
// returns what they answered and from how many processes.
func (w *world) trio() (said []string, processes int) {
	w.t.Helper()
	text := w.prints("shell", "-c", fmt.Sprintf(`
began = time()
calls = [n.rpc[name].work.call_async(i, %d) for i in range(10) for name in ["alpha", "beta", "gamma"]]
results = [c.result() for c in calls]
print(json.encode({"said": [r[0] for r in results], "pids": [r[1] for r in results], "took": time() - began}))
`, wave.Milliseconds()))
	var all struct {
		Said []string
		Pids []int
		Took float64
	}
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		w.t.Fatalf("the shell said %q: %v", text, err)
	}
	answers{t: w.t, took: time.Duration(all.Took * float64(time.Second))}.wantWaves(1, wave)
	slices.Sort(all.Pids)
	return all.Said, len(slices.Compact(all.Pids))
}

func TestS44ServicesAnswerAlikeInOneProcessAndInSeveral(t *testing.T) {
	together, apart := newWorld(t), newWorld(t)
	together.launch("./testdata/trio").await("msg=started", 3)
	apart.launch("./testdata/trio", "--isolate").await("msg=started", 3)
	said, processes := together.trio()
	if processes != 1 {
		t.Errorf("have %d processes, want 1", processes)
	}
	saidApart, processes := apart.trio()
	if processes != 3 {
		t.Errorf("with --isolate: have %d processes, want 3", processes)
	}
	var want []string
	for i := range 10 {
		want = append(want, fmt.Sprint("alpha ", i), fmt.Sprint("beta ", i), fmt.Sprint("gamma ", i))
	}
	if !slices.Equal(said, want) || !slices.Equal(saidApart, want) {
		t.Errorf("have %q in one process and %q in three, want %q", said, saidApart, want)
	}
}

func TestS44ThroughputGrowsWithTheProcesses(t *testing.T) {
	const calls, work = 90, 50 * time.Millisecond
	var took []time.Duration
	for _, instances := range []int{1, 3} {
		w := newWorld(t)
		w.launch(slow, "-n", strconv.Itoa(instances)).await("msg=started", instances)
		a := w.begin(w.client(), calls, work).collect()
		if have := len(a.spread()); have != instances {
			t.Errorf("%d processes answered, want %d", have, instances)
		}
		took = append(took, a.took)
	}
	t.Logf("%d calls of %v took %v in one process and %v in three", calls, work, took[0], took[1])
	// Three times as much is possible; half of that still says that it grows.
	if took[0]*2 < took[1]*3 {
		t.Errorf("three processes are %.1f times as fast as one, want at least 1.5 times", float64(took[0])/float64(took[1]))
	}
}
