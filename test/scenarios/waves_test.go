//go:build linux

package scenarios_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

const slow = "./testdata/slow"

func TestS4FiveAsynchronousCallsTakeAsLongAsOne(t *testing.T) {
	w := newWorld(t)
	w.run(slow)
	a := w.fromShell(5, wave)
	a.wantWaves(1, wave)
	a.wantSpread([]int{5})
}

func TestS5TwentyCallsOfTenWorkersTakeTwoWaves(t *testing.T) {
	w := newWorld(t)
	w.run(slow)
	length := fullScale(wave)
	w.fromShell(20, length).wantWaves(2, length)
}

func TestS6TwentyWorkersByConfigFileTakeOneWave(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config.yml")
	if err := os.WriteFile(file, []byte("workers: 20\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	w.run(slow, "--config", file)
	w.fromShell(20, wave).wantWaves(1, wave)
}

func TestS7TwoInstancesShareTwentyCallsExactly(t *testing.T) {
	w := newWorld(t)
	w.run(slow)
	w.run(slow)
	length := fullScale(longWave)
	a := w.fromShell(20, length)
	a.wantOneWave(length)
	a.wantSpread([]int{10, 10})
}

func TestS7HoldsInEveryTrial(t *testing.T) {
	length := fullScale(longWave)
	for _, tt := range []struct {
		name      string
		instances string
		workers   int
		spread    []int
	}{
		{"2 instances of 10 workers", "2", 10, []int{10, 10}},
		{"10 instances of 2 workers", "10", 2, []int{2, 2, 2, 2, 2, 2, 2, 2, 2, 2}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.launch(slow, workers(tt.workers), "-n", tt.instances).await("msg=started", len(tt.spread))
			client := w.client()
			var longest time.Duration
			for range trials(t, 5) {
				a := w.begin(client, 20, length).collect()
				a.wantOneWave(length)
				a.wantSpread(tt.spread)
				longest = max(longest, a.took)
			}
			t.Logf("20 calls of %v took %v at most", length, longest.Round(time.Millisecond))
		})
	}
}
