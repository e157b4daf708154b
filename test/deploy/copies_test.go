package deploy_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// Each application has all that it needs in its folder; what is the same for several is
// the same file.
func TestCopiesAreAlike(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"deploy/k8s/nats.yaml", "deploy/k8s/redis.yaml", "deploy/Dockerfile.dockerignore"} {
		files, err := filepath.Glob(filepath.Join(root, "examples", "*", name))
		if err != nil || len(files) < 2 {
			t.Fatalf("%s: have %v, %v, want several", name, files, err)
		}
		first, err := os.ReadFile(files[0])
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files[1:] {
			if other, err := os.ReadFile(file); err != nil || !bytes.Equal(first, other) {
				t.Errorf("%s is not as %s, %v", file, files[0], err)
			}
		}
	}
}
