package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/licensecheck"
)

// recognized is how much of a text, in percent, must be that of known licences.
const recognized = 75

// What licences ask for when a program is handed on.
const (
	textOnly   = "licence goes along"
	noticesToo = "licence and NOTICE go along"
)

// compatible are the licences, by their SPDX names, whose code may be linked
// into a program of which other parts are under the MIT licence, and what they
// ask for when it is handed on.
var compatible = map[string]string{
	"0BSD":         "",
	"Apache-2.0":   noticesToo,
	"BSD-2-Clause": textOnly,
	"BSL-1.0":      "",
	"blessing":     "",
	"BSD-3-Clause": textOnly,
	"CC0-1.0":      "",
	"ISC":          textOnly,
	"MIT":          textOnly,
	"MPL-2.0":      "licence goes along; who changes its files publishes them",
	"Unlicense":    "",
	"Zlib":         "",
}

// known are the licences of files that licensecheck does not know, read by a
// person; none for those that are not of code that is linked.
var known = map[string][]string{
	// Of Go, musl and a list of protocols; of Nix only scripts.
	"modernc.org/libc/LICENSE-3RD-PARTY.md": {"BSD-3-Clause", "MIT"},
	// Where a picture comes from.
	"modernc.org/memory/LICENSE-LOGO": nil,
	// "Components linked into your program"; the rest is of its tests.
	"modernc.org/sqlite/LICENSE-3RD-PARTY.md": {"BSD-3-Clause", "MIT", "blessing"},
	"modernc.org/sqlite/LICENSE-SQLITE":       {"blessing"},
	// Of the documentation.
	"github.com/opencontainers/go-digest/LICENSE.docs": nil,
}

var (
	licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|unlicense)`)
	noticeFile  = regexp.MustCompile(`(?i)^notice`)
)

// files returns the files of a module whose names match, of its root and of
// the folders on the way to packages that are linked.
func (m *module) files(name *regexp.Regexp) ([]string, error) {
	folders := map[string]bool{m.dir: true}
	for folder := range m.linked {
		for ; strings.HasPrefix(folder, m.dir) && !folders[folder]; folder = filepath.Dir(folder) {
			folders[folder] = true
		}
	}
	var found []string
	for folder := range folders {
		entries, err := os.ReadDir(folder)
		if err != nil {
			return nil, fmt.Errorf("look for the licence of %s: %w", m.path, err)
		}
		for _, e := range entries {
			if !e.IsDir() && filepath.Ext(e.Name()) != ".go" && name.MatchString(e.Name()) {
				found = append(found, filepath.Join(folder, e.Name()))
			}
		}
	}
	slices.Sort(found)
	return found, nil
}

// licence is the SPDX expression of a module, and an error if nobody has said
// that it goes with ours.
func (m *module) licence() (string, error) {
	files, err := m.files(licenceFile)
	if err != nil {
		return "", err
	}
	var ids []string
	for _, file := range files {
		found, err := m.recognize(file)
		if err != nil {
			return "", err
		}
		ids = append(ids, found...)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if len(ids) == 0 {
		return "", fmt.Errorf("%s %s has no licence: want another module", m.path, m.version)
	}
	for _, id := range ids {
		if _, ok := compatible[id]; !ok {
			return "", fmt.Errorf("%s %s is under %s, which is not known to go with the MIT licence: see compatible in tools/licences", m.path, m.version, id)
		}
	}
	return strings.Join(ids, " AND "), nil
}

// recognize names the licences in a file.
func (m *module) recognize(file string) ([]string, error) {
	if ids, ok := known[m.path+"/"+filepath.Base(file)]; ok {
		return ids, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	cover := licensecheck.Scan(text)
	if cover.Percent < recognized {
		return nil, fmt.Errorf("%s %s: %s is no known licence: read it, and say in tools/licences what it is", m.path, m.version, filepath.Base(file))
	}
	var ids []string
	for _, match := range cover.Match {
		if !match.IsURL {
			ids = append(ids, match.ID)
		}
	}
	return ids, nil
}
