package launch

import (
	"errors"
	"io/fs"
	"os"
	"testing"
)

func TestGenerationsKeepWhatSomebodyUses(t *testing.T) {
	t.Parallel()
	cache := t.TempDir()
	first, err := newGeneration(cache, "key")
	if err != nil {
		t.Fatal(err)
	}
	second, err := newGeneration(cache, "key")
	if err != nil {
		t.Fatal(err)
	}
	second.seed("binary")
	if have := generations(cache + "/key"); len(have) != 2 || have[0] != second.dir || have[1] != first.dir {
		t.Errorf("generations while their owner lives: have %v, want %v and %v", have, second.dir, first.dir)
	}
	if err := copyFile("/dev/null", first.dir+"/binary"); err != nil {
		t.Fatal(err)
	}
	disown(t, first.dir)
	disown(t, second.dir)
	third, err := newGeneration(cache, "key")
	if err != nil {
		t.Fatal(err)
	}
	building := third.seed("binary")
	if have := generations(cache + "/key"); len(have) != 1 || have[0] != third.dir {
		t.Errorf("generations after their owner died: have %v, want %v", have, third.dir)
	}
	if building != third.dir+"/binary.unfinished" || copyFile(building, "/dev/null") != nil {
		t.Errorf("seed: have %s, want a copy of the newest binary there is", building)
	}
}

// The go command takes half of a binary for one that is up to date.
func TestOnlyAFinishedBinaryIsASeed(t *testing.T) {
	t.Parallel()
	cache := t.TempDir()
	first, err := newGeneration(cache, "key")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(first.seed("binary"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	second, err := newGeneration(cache, "key")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(second.seed("binary")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("have %v, want no seed: the binary is being built", err)
	}
	binary, err := first.finish("binary")
	if err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(second.seed("binary")); err != nil || string(data) != "half" || binary != first.dir+"/binary" {
		t.Errorf("have %q, %v in %s, want what was finished", data, err, binary)
	}
}

// disown makes dir look like one of a process that has ended: no process has
// an id above the kernel's limit.
func disown(t *testing.T, dir string) {
	t.Helper()
	if err := os.WriteFile(ownerFile(dir), []byte("1073741824"), 0o600); err != nil {
		t.Fatal(err)
	}
}
