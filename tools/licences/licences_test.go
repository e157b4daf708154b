package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const isc = `Copyright (c) 2026 Somebody

Permission to use, copy, modify, and/or distribute this software for any
purpose with or without fee is hereby granted, provided that the above
copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES
WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF
MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR
ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES
WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN
ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF
OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.
`

// written is a module of these files, all of whose folders are linked.
func written(t *testing.T, files map[string]string) *module {
	t.Helper()
	m := &module{path: "example.com/m", version: "v1.2.3", dir: t.TempDir(), linked: map[string]bool{}}
	for name, text := range files {
		file := filepath.Join(m.dir, name)
		m.linked[filepath.Dir(file)] = true
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

func TestLicenceIsReadFromTheTexts(t *testing.T) {
	mit, err := os.ReadFile("../../LICENSE")
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		files map[string]string
		want  string
		err   string
	}{
		"one":                      {files: map[string]string{"LICENSE": isc}, want: "ISC"},
		"one below":                {files: map[string]string{"LICENCE.txt": isc, "a/b/COPYING": string(mit)}, want: "ISC AND MIT"},
		"code with such a name":    {files: map[string]string{"LICENSE": isc, "license.go": "package m"}, want: "ISC"},
		"none":                     {files: map[string]string{"a.go": "package m"}, err: "example.com/m v1.2.3 has no licence"},
		"one that nobody knows":    {files: map[string]string{"LICENSE": "Ask me first."}, err: "LICENSE is no known licence: read it"},
		"one that asks for source": {files: map[string]string{"LICENSE": agpl}, err: "AGPL-3.0-only, which is not known to go with"},
	} {
		t.Run(name, func(t *testing.T) {
			have, err := written(t, tt.files).licence()
			if have != tt.want || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("have %q and error %v, want %q and error %q", have, err, tt.want, tt.err)
			}
		})
	}
}

// agpl is how files refer to that licence; licensecheck knows it as well.
const agpl = `This program is free software: you can redistribute it and/or modify
it under the terms of the GNU Affero General Public License as published by
the Free Software Foundation, version 3.

This program is distributed in the hope that it will be useful,
but WITHOUT ANY WARRANTY; without even the implied warranty of
MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
GNU Affero General Public License for more details.

You should have received a copy of the GNU Affero General Public License
along with this program.  If not, see <http://www.gnu.org/licenses/>.
`

func TestNoticesStandOnceForEachText(t *testing.T) {
	users := make(map[string][]string)
	first := written(t, map[string]string{"LICENSE": isc, "NOTICE": "By Somebody."})
	second := written(t, map[string]string{"LICENSE": isc})
	second.path = "example.com/n"
	for _, m := range []*module{first, second} {
		if err := m.gather(users); err != nil {
			t.Fatal(err)
		}
	}
	if have, want := strings.Join(users[isc], ", "), "example.com/m v1.2.3: LICENSE, example.com/n v1.2.3: LICENSE"; have != want {
		t.Errorf("have %q, want %q", have, want)
	}
	if have := users["By Somebody."]; len(have) != 1 {
		t.Errorf("have %v, want the notice of the first module", have)
	}
}

func TestLinkedFollowsImports(t *testing.T) {
	byPackage, err := linked("../..", ours, false, "./fault", "./rpc")
	if err != nil {
		t.Fatal(err)
	}
	if have := byPackage[ours+"/fault"]; len(have) > 0 {
		t.Errorf("fault links %v, want nothing", have)
	}
	if byPackage[ours+"/rpc"]["github.com/nats-io/nats.go"] == nil {
		t.Error("rpc does not link nats.go, want it to")
	}
}

func TestLibraryIsWhatServicesImport(t *testing.T) {
	for folder, want := range map[string]bool{
		"rpc": true, "dependency/sqldb": true, "dependency/sqldb/sqltest": false, "testing": false, "cmd/svc": false, "web/internal/typed": false, "examples/hello": false,
	} {
		if have := isLibrary(ours + "/" + folder); have != want {
			t.Errorf("%s: have %v, want %v", folder, have, want)
		}
	}
}
