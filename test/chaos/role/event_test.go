package role

import (
	"math/rand/v2"
	"testing"
)

func TestFewEventsArePlannedToFail(t *testing.T) {
	count, rng := map[int]int{}, rand.New(rand.NewPCG(1, 1))
	const all = 100_000
	for range all {
		count[drawFails(rng)]++
	}
	for fails, percent := range map[int]float64{Always: 1.5, 0: 92.5, 1: 4, 2: 2} {
		if have := 100 * float64(count[fails]) / all; have < percent*0.8 || have > percent*1.2 {
			t.Errorf("events that fail %d times: have %.2f %%, want about %.1f", fails, have, percent)
		}
	}
}

func TestEventFailsAsOftenAsPlannedAndNeverDiesOfIt(t *testing.T) {
	for fails, want := range map[int]int{Always: Attempts, 0: 0, 1: 1, 2: 2} {
		failed := 0
		for attempt := 1; attempt <= Attempts; attempt++ {
			if (Event{Fails: fails}).failsAt(attempt) {
				failed++
			}
		}
		if failed != want {
			t.Errorf("planned to fail %d times: have %d failures in %d attempts, want %d", fails, failed, Attempts, want)
		}
	}
}

func TestStatementsAreInTheWordsOfTheirDatabase(t *testing.T) {
	const query = "INSERT INTO a (b, c) VALUES (?, ?)"
	for database, want := range map[statements]string{
		"sqlite:books.db": query, "postgres://127.0.0.1/test": "INSERT INTO a (b, c) VALUES ($1, $2)",
	} {
		if have := database.of(query); have != want {
			t.Errorf("%s: have %q, want %q", database, have, want)
		}
	}
}
