package watch

import (
	"crypto/sha256"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// A digest tells contents apart; that of a file that cannot be read is empty.
type digest string

func digests(files []string) map[string]digest {
	all := make(map[string]digest, len(files))
	for _, path := range files {
		all[path] = read(path)
	}
	return all
}

func read(path string) digest {
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(data)
	return digest(sum[:])
}

// differences returns the files that one of two says otherwise, sorted. Nothing differs
// from nothing known, and a file that is not there is as one that nobody asks for.
func differences(before, after map[string]digest) []string {
	if before == nil {
		return nil
	}
	changed := make(map[string]bool)
	for path, d := range after {
		if before[path] != d {
			changed[path] = true
		}
	}
	for path, d := range before {
		if after[path] != d {
			changed[path] = true
		}
	}
	return slices.Sorted(maps.Keys(changed))
}

// targets adds to files what those of them that are symbolic links lead to: it changes
// where no event tells of the link.
func targets(files []string) []string {
	all := slices.Clone(files)
	for _, file := range files {
		info, err := os.Lstat(file)
		if err != nil || info.Mode()&os.ModeSymlink == 0 {
			continue
		}
		if target, err := filepath.EvalSymlinks(file); err == nil {
			all = append(all, target)
		}
	}
	return all
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
