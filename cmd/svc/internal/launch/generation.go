package launch

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// abandoned is the age at which a generation without a known owner is nobody's:
// younger ones may be in the hands of an svc that has just made them.
const abandoned = time.Hour

// A generation is the folder of one build.
type generation struct {
	dir      string
	previous []string // folders of older builds of the same program, newest first
}

// key tells programs apart: the same targets of the same module share one.
func (p Program) key() string {
	h := sha256.Sum256([]byte(strings.Join(append(p.Services(), p.Root, p.Main), "\x00")))
	return hex.EncodeToString(h[:8])
}

func (p Program) binaryName() string {
	name := strings.Map(func(r rune) rune {
		if r == '.' || r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return '-'
	}, p.Name)
	name = name[:min(len(name), 40)]
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return name
}

func newGeneration(cache, key string) (generation, error) {
	home := filepath.Join(cache, key)
	if err := os.MkdirAll(home, 0o700); err != nil {
		return generation{}, fmt.Errorf("make build folder: %w", err)
	}
	previous := generations(home)
	next := 1
	if len(previous) > 0 {
		next = number(previous[0]) + 1
	}
	g := generation{previous: previous}
	for ; ; next++ {
		g.dir = filepath.Join(home, "gen-"+strconv.Itoa(next))
		err := os.Mkdir(g.dir, 0o700)
		if err == nil {
			break
		}
		// Another svc builds the same program at this moment.
		if !errors.Is(err, fs.ErrExist) {
			return generation{}, fmt.Errorf("make build folder: %w", err)
		}
	}
	if err := os.WriteFile(ownerFile(g.dir), []byte(strconv.Itoa(os.Getpid())), 0o600); err != nil {
		return generation{}, fmt.Errorf("make build folder: %w", err)
	}
	return g, nil
}

// unfinished ends the name of a binary that is being built. Only one that is whole gets
// the name without it, at once: other svc's take that for their seed.
const unfinished = ".unfinished"

// seed copies the last binary to where the new one is built, so that the go
// command has nothing to link if nothing has changed, and removes older
// generations that nobody uses.
func (g generation) seed(name string) (building string) {
	building = filepath.Join(g.dir, name+unfinished)
	for _, old := range g.previous {
		data, err := os.ReadFile(filepath.Join(old, name))
		if err == nil && os.WriteFile(building, data, 0o700) == nil {
			break
		}
	}
	for _, old := range g.previous {
		if !inUse(old) {
			// What cannot be removed now is tried again by the next build.
			_ = os.RemoveAll(old)
		}
	}
	return building
}

// finish gives a binary that is whole its name, and returns where it is.
func (g generation) finish(name string) (string, error) {
	binary := filepath.Join(g.dir, name)
	if err := os.Rename(binary+unfinished, binary); err != nil {
		return "", fmt.Errorf("name what was built: %w", err)
	}
	return binary, nil
}

// Discard removes a binary that Build has made and nobody runs any more.
func Discard(binary string) {
	_ = os.RemoveAll(filepath.Dir(binary)) // what cannot be removed now is when svc has ended
}

// generations returns the generation folders in home, newest first.
func generations(home string) []string {
	found, err := filepath.Glob(filepath.Join(home, "gen-*"))
	if err != nil {
		return nil
	}
	slices.SortFunc(found, func(a, b string) int { return number(b) - number(a) })
	return found
}

func number(dir string) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(filepath.Base(dir), "gen-"))
	return n
}

func ownerFile(dir string) string { return filepath.Join(dir, "owner") }

func inUse(dir string) bool {
	data, err := os.ReadFile(ownerFile(dir))
	pid, bad := strconv.Atoi(string(data))
	if err != nil || bad != nil {
		info, err := os.Stat(dir)
		return err == nil && time.Since(info.ModTime()) < abandoned
	}
	return alive(pid)
}
