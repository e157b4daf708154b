package permission_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/cmd/svc/internal/permission"
)

func TestKeyIsMadeOnceForItsOwnerAlone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "keys", "orders.nk")
	first, err := permission.Key(file)
	if err != nil || !strings.HasPrefix(first, "U") || len(first) != 56 {
		t.Fatalf("have %q, %v, want the public key of a user", first, err)
	}
	if again, err := permission.Key(file); again != first || err != nil {
		t.Errorf("have %q, %v, want %q", again, err, first)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("have %v, %v, want it readable by its owner alone", info, err)
	}
}

func TestFileThatIsNoKeyIsNamed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "orders.nk")
	if err := os.WriteFile(file, []byte("canary-of-a-secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := permission.Key(file)
	if err == nil || !strings.Contains(err.Error(), file) || strings.Contains(err.Error(), "canary") {
		t.Errorf("have %v, want the file and nothing of what is in it", err)
	}
}
