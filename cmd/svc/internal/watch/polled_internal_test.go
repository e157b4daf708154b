package watch

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/enoki-go/enoki/internal/await"
)

// Where the system does not tell, changes are found all the same, a little later.
func TestChangesAreFoundWhereTheSystemDoesNotTell(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	file := filepath.Join(root, "a.go")
	p := newPolled()
	p.cover(Set{Files: []string{file}, Folders: []string{root}})
	for _, text := range []string{"first", "longer", ""} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if path, err := p.next(await.Within(t, 20*time.Second)); path != "" || err != nil {
			t.Errorf("have %q, %v, want a change nobody knows the place of", path, err)
		}
	}
}
