//go:build unix

package supervise_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/enoki-go/enoki/cmd/svc/internal/supervise"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/freeport"
)

func TestNoConnectionIsLostBetweenVersions(t *testing.T) {
	t.Parallel()
	address := freeport.Addr(t)
	s := open(t, serving("a", "v1", address, ""))
	s.out.await(t, "v1 serves", 1)
	over, seen := make(chan struct{}), make(map[string]int)
	var visitor sync.WaitGroup
	visitor.Go(func() {
		for {
			select {
			case <-over:
				return
			default:
				seen[visit(t, address)]++
			}
		}
	})
	for i := 2; i <= 5; i++ {
		s.next <- []supervise.Process{serving("a", fmt.Sprint("v", i), address, "")}
		s.noted("running the new version", i-1)
	}
	close(over)
	visitor.Wait()
	if seen[""] > 0 || len(seen) < 4 {
		t.Errorf("visits saw %v, want no failure and several versions", seen)
	}
	await.Until(t, "v5 serves alone", func() bool { return visit(t, address) == "v5" }, 20*time.Second)
	s.end()
}

func TestVersionThatDoesNotStartLeavesTheOneBefore(t *testing.T) {
	t.Parallel()
	for way, why := range map[string]string{"broken": "exit status 5", "mute": "it has not started after 2s"} {
		address := freeport.Addr(t)
		s := open(t, serving("a", "v1", address, ""))
		s.out.await(t, "v1 serves", 1)
		s.next <- []supervise.Process{serving("a", "v2", address, way)}
		s.noted("the new version of a did not start ("+why+"); keeping the previous version", 1)
		if have := visit(t, address); have != "v1" {
			t.Errorf("%s: have %q, want v1", way, have)
		}
		s.next <- []supervise.Process{serving("a", "v3", address, "")}
		s.noted("running the new version", 1)
		await.Until(t, "v3 serves alone", func() bool { return visit(t, address) == "v3" }, 20*time.Second)
		s.end()
	}
}

func TestInstancesAreReplacedOneByOne(t *testing.T) {
	t.Parallel()
	s := open(t, serving("1", "v1", "127.0.0.1:0", ""), serving("2", "v1", "127.0.0.1:0", ""))
	s.out.await(t, "v1 serves", 2)
	s.next <- []supervise.Process{serving("1", "v2", "127.0.0.1:0", ""), serving("2", "v2", "127.0.0.1:0", "")}
	s.noted("running the new version", 1)
	s.out.await(t, "v1 stops", 2)
	text := s.out.String()
	if first, second := strings.Index(text, "[1] v1 stops"), strings.Index(text, "[2] v2 serves"); strings.Index(text, "[1] v2 serves") > second || first < 0 {
		t.Errorf("the first was not replaced before the second:\n%s", text)
	}
	s.end()
}

func TestInstancesAfterOneThatDoesNotStartAreKept(t *testing.T) {
	t.Parallel()
	s := open(t, serving("1", "v1", "127.0.0.1:0", ""), serving("2", "v1", "127.0.0.1:0", ""))
	s.out.await(t, "v1 serves", 2)
	first, second := serving("1", "v2", "127.0.0.1:0", "broken"), serving("2", "v2", "127.0.0.1:0", "")
	first.Program, second.Program = "p", "p"
	s.next <- []supervise.Process{first, second}
	s.noted("the new version of process 1 did not start", 1)
	s.end()
	if text := s.out.String(); strings.Contains(text, "v2 serves") {
		t.Errorf("the second was replaced:\n%s", text)
	}
}

func TestWhatHasNotChangedGoesOn(t *testing.T) {
	t.Parallel()
	s := open(t, serving("a", "v1", "127.0.0.1:0", ""), serving("b", "v1", "127.0.0.1:0", ""))
	s.out.await(t, "v1 serves", 2)
	s.next <- []supervise.Process{serving("a", "v2", "127.0.0.1:0", ""), serving("b", "v1", "127.0.0.1:0", "")}
	s.noted("running the new version", 1)
	s.next <- []supervise.Process{serving("a", "v2", "127.0.0.1:0", ""), serving("b", "v1", "127.0.0.1:0", "")}
	s.noted("nothing that runs has changed", 1)
	s.end()
	if have := strings.Count(s.out.String(), "serves"); have != 3 {
		t.Errorf("%d processes served, want 3:\n%s", have, s.out)
	}
}

func TestPlacesComeAndGo(t *testing.T) {
	t.Parallel()
	s := open(t, serving("a", "v1", "127.0.0.1:0", ""))
	s.out.await(t, "v1 serves", 1)
	s.next <- []supervise.Process{serving("b", "v1", "127.0.0.1:0", "")}
	s.noted("running the new version", 1)
	s.out.await(t, "[a] v1 stops", 1)
	s.end()
}

func TestChildThatEndsIsStartedAgainWithTheNextGeneration(t *testing.T) {
	t.Parallel()
	cue := t.TempDir() + "/cue"
	dies := supervise.Process{Label: "b", Path: os.Args[0], Env: append(os.Environ(), role+"=when:"+cue)}
	s := open(t, serving("a", "v1", "127.0.0.1:0", ""), dies)
	s.out.await(t, "v1 serves", 1)
	if err := os.WriteFile(cue, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s.noted("b ended: exit status 3; the others go on, and it starts again with the next change", 1)
	s.next <- []supervise.Process{serving("a", "v1", "127.0.0.1:0", ""), serving("b", "v2", "127.0.0.1:0", "")}
	s.noted("running the new version", 1)
	s.out.await(t, "[b] v2 serves", 1)
	s.end()
	if have := strings.Count(s.out.String(), "[a] v1 serves"); have != 1 {
		t.Errorf("a started %d times, want it to go on", have)
	}
}

func TestOneThatDoesNotLeaveIsKilled(t *testing.T) {
	t.Parallel()
	s := open(t, serving("a", "v1", "127.0.0.1:0", "stubborn"))
	s.out.await(t, "v1 serves", 1)
	s.next <- []supervise.Process{serving("a", "v2", "127.0.0.1:0", "")}
	s.noted("the previous version of a has not left 2s after it was asked to: it is killed", 1)
	s.noted("the previous version of a ended: signal: killed", 1)
	s.end()
}

// A process may drain for long after it has closed its share of the listener.
func TestNobodyWaitsAtTheDoorOfWhatEnds(t *testing.T) {
	t.Parallel()
	address := freeport.Addr(t)
	s := open(t, serving("a", "v1", address, "stubborn"))
	await.Until(t, "v1 serves", func() bool {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	}, 20*time.Second)
	s.out.await(t, "v1 serves", 1)
	s.signals <- syscall.SIGINT
	s.out.await(t, "v1 stops", 1)
	await.Until(t, "connections are refused", func() bool {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			_ = conn.Close()
		}
		return errors.Is(err, syscall.ECONNREFUSED)
	}, 20*time.Second)
	for range 2 {
		s.signals <- syscall.SIGINT
	}
	s.wantCode(130)
}

func TestTwoPlacesCannotListenAtOneAddress(t *testing.T) {
	t.Parallel()
	address := freeport.Addr(t)
	s := open(t, serving("a", "v1", address, ""))
	s.out.await(t, "v1 serves", 1)
	s.next <- []supervise.Process{serving("a", "v1", address, ""), serving("b", "v1", address, "")}
	s.out.await(t, "[b] v1 refused: address already in use", 1)
	s.noted("the new version of b did not start (exit status 4)", 1)
	s.end()
}

func TestSignalDuringAChangeEndsBothVersions(t *testing.T) {
	t.Parallel()
	s := open(t, serving("a", "v1", "127.0.0.1:0", ""))
	s.out.await(t, "v1 serves", 1)
	s.next <- []supervise.Process{serving("a", "v2", "127.0.0.1:0", "mute")}
	s.out.await(t, "v2 is mute", 1)
	s.end()
}

func TestNewerGenerationReplacesOneThatStarts(t *testing.T) {
	t.Parallel()
	s := open(t, serving("a", "v1", "127.0.0.1:0", ""))
	s.out.await(t, "v1 serves", 1)
	s.next <- []supervise.Process{serving("a", "v2", "127.0.0.1:0", "mute")}
	s.out.await(t, "v2 is mute", 1)
	s.next <- []supervise.Process{serving("a", "v3", "127.0.0.1:0", "")}
	s.noted("running the new version", 1)
	s.out.await(t, "v3 serves", 1)
	s.end()
}

func TestGroupWithoutProcessesWaitsForTheFirst(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.next <- []supervise.Process{serving("a", "v1", "127.0.0.1:0", "")}
	s.noted("running the new version", 1)
	s.end()
	open(t).end()
}

func TestBinaryThatNobodyRunsIsGivenUp(t *testing.T) {
	t.Parallel()
	copied := t.TempDir() + "/copy"
	if err := os.Symlink(os.Args[0], copied); err != nil {
		t.Fatal(err)
	}
	s := open(t, serving("a", "v1", "127.0.0.1:0", ""))
	s.out.await(t, "v1 serves", 1)
	second := serving("a", "v2", "127.0.0.1:0", "")
	second.Path = copied
	s.next <- []supervise.Process{second}
	await.Until(t, "the first binary is given up", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return strings.Join(s.dropped, " ") == os.Args[0]
	}, 20*time.Second)
	s.end()
}
