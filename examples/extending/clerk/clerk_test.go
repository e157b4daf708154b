package clerk_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/examples/extending/clerk"
	"github.com/enoki-go/enoki/examples/extending/journal"
	"github.com/enoki-go/enoki/examples/extending/spool"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

// desk makes an empty folder with the files that services find the working folder.
func desk(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.Mkdir("in", 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		put(t, name, text)
	}
}

// put puts a file into the folder, whole: it is written beside it first.
func put(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(name, filepath.Join("in", name)); err != nil {
		t.Fatal(err)
	}
}

// wantLeft checks what is left in the folder.
func wantLeft(t *testing.T, want ...string) {
	t.Helper()
	files, err := filepath.Glob("in/*")
	if have := strings.Join(files, " "); err != nil || have != strings.Join(want, " ") {
		t.Errorf("have %q in the folder, %v, want %q", have, err, want)
	}
}

func wantJournal(t *testing.T, want string) {
	t.Helper()
	if have, err := os.ReadFile("journal.txt"); string(have) != want || err != nil {
		t.Errorf("have the journal %q, %v, want %q", have, err, want)
	}
}

func TestOrderIsTakenAndJournalled(t *testing.T) {
	desk(t, nil)
	w := svctest.New(t, &clerk.Clerk{})
	taken := w.Expect("clerk", "Take")
	put(t, "1.txt", "apples")
	if ended := taken.Wait(); ended.Err != nil {
		t.Error(ended.Err)
	}
	w.Stop()
	wantLeft(t)
	wantJournal(t, "took apples\n")
}

func TestFailedOrderStaysAndLeavesNoTrace(t *testing.T) {
	desk(t, map[string]string{"1.txt": ""})
	w := svctest.New(t, &clerk.Clerk{})
	for range 2 { // it is tried again
		if ended := w.Expect("clerk", "Take").Wait(); ended.Err == nil {
			t.Error("have no error, want the order refused")
		}
	}
	w.Stop()
	wantLeft(t, "in/1.txt")
	wantJournal(t, "")
}

// Slow is in no hurry.
type Slow struct {
	Journal *journal.Journal
	Begun   chan bool // receives when a call has begun
	End     chan error

	_ spool.Files `method:"Take" files:"in/*.txt" workers:"1"`
}

// Take waits for the test.
func (s *Slow) Take(file string) error {
	s.Journal.WriteString(filepath.Base(file))
	s.Begun <- true
	return <-s.End
}

// slow starts a service whose calls end when the test says so.
func slow(t *testing.T, given ...any) (*svctest.World, *Slow) {
	t.Helper()
	s := &Slow{Begun: make(chan bool), End: make(chan error)}
	return svctest.New(t, append(given, s)...), s
}

func TestFileThatIsThereAlreadyIsTakenAtTheStart(t *testing.T) {
	desk(t, map[string]string{"1.txt": "", "2.md": ""})
	w, s := slow(t, svctest.Config("journal: {path: other.txt}"))
	<-s.Begun
	s.End <- nil
	w.Stop()
	wantLeft(t, "in/2.md")
	if have, err := os.ReadFile("other.txt"); string(have) != "1.txt.busy" {
		t.Errorf("have the journal %q, %v, want it where the configuration says", have, err)
	}
}

func TestStopLetsACallEndAndTakesNoMore(t *testing.T) {
	desk(t, map[string]string{"1.txt": "", "2.txt": ""})
	w, s := slow(t)
	<-s.Begun
	stopped := make(chan bool)
	go func() { w.Stop(); close(stopped) }()
	s.End <- nil
	for taken := true; taken; { // the other one, if it was quicker than the stop
		select {
		case <-s.Begun:
			s.End <- nil
		case <-stopped:
			taken = false
		}
	}
	if _, err := os.Stat("in/1.txt.busy"); err == nil {
		t.Error("the file of a call that ended is still there")
	}
	if files, _ := filepath.Glob("in/*.busy"); files != nil {
		t.Errorf("have %q, want none that nobody will take", files)
	}
}

func TestFailedCallIsTriedAgain(t *testing.T) {
	desk(t, map[string]string{"1.txt": ""})
	w, s := slow(t)
	for _, outcome := range []error{errors.New("not now"), errors.New("not yet"), nil} {
		<-s.Begun
		s.End <- outcome
	}
	w.Stop()
	wantLeft(t)
	wantJournal(t, "1.txt.busy")
}

// Hasty names its folder wrongly.
type Hasty struct {
	_ spool.Files `method:"Take" folder:"in"`
}

// Take does nothing.
func (*Hasty) Take(string) {}

func TestMistakesAreFoundBeforeTheStart(t *testing.T) {
	_, err := service.New(config.Empty(), service.With(&Hasty{}))
	if err == nil || !strings.Contains(err.Error(), `unknown tag key "folder"`) {
		t.Errorf("have %v, want the tag refused", err)
	}
}
