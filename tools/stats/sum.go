package main

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

const longest = 10 // files, and functions, that are named

// A summary is what is reported.
type summary struct {
	Packages  []*sum     `json:"packages"`
	Modules   []*sum     `json:"modules"`
	All       *sum       `json:"all"`
	Files     []length   `json:"longest_files"`
	Functions []function `json:"longest_functions"` // of the code
	Silent    []string   `json:"undocumented"`      // folder and name
}

type length struct {
	Path  string `json:"path"`
	Lines int    `json:"lines"`
}

// A sum holds what is reported of a package, a module, or all. The functions
// are those of the code; a table in a test says nothing of style.
type sum struct {
	Name       string  `json:"name"` // a folder
	Functions  int     `json:"functions"`
	P50        int     `json:"p50"`
	P90        int     `json:"p90"`
	Max        int     `json:"max"`
	Code       int     `json:"code"` // lines
	Tests      int     `json:"tests"`
	Ratio      float64 `json:"tests_by_code"` // 0 where there is no code
	Exported   int     `json:"exported"`
	Documented int     `json:"documented"`
	Examples   int     `json:"with_example"`

	lengths  []int
	exported map[string]bool // pkg and name, and whether it is documented
	examples map[string]bool
}

func newSum(name string) *sum {
	return &sum{Name: name, exported: map[string]bool{}, examples: map[string]bool{}}
}

func (s *sum) add(f file) {
	for _, name := range f.examples {
		s.examples[f.pkg()+" "+name] = true
	}
	if f.test() {
		s.Tests += f.lines
		return
	}
	s.Code += f.lines
	for _, function := range f.functions {
		s.lengths = append(s.lengths, function.Lines)
	}
	for name, documented := range f.exported {
		s.exported[f.pkg()+" "+name] = documented
	}
}

// close counts what was added.
func (s *sum) close() {
	slices.Sort(s.lengths)
	s.Functions = len(s.lengths)
	s.P50, s.P90, s.Max = s.percentile(50), s.percentile(90), s.percentile(100)
	if s.Code > 0 {
		s.Ratio = math.Round(100*float64(s.Tests)/float64(s.Code)) / 100
	}
	s.Exported = len(s.exported)
	for name, documented := range s.exported {
		if documented {
			s.Documented++
		}
		if s.examples[name] {
			s.Examples++
		}
	}
}

// silent lists what is exported without a comment.
func (s *sum) silent() []string {
	names := []string{}
	for _, name := range slices.Sorted(maps.Keys(s.exported)) {
		if !s.exported[name] {
			names = append(names, name)
		}
	}
	return names
}

// percentile is the smallest length that p of 100 functions do not exceed.
func (s *sum) percentile(p int) int {
	if len(s.lengths) == 0 {
		return 0
	}
	return s.lengths[(len(s.lengths)*p+99)/100-1]
}

func summarize(files []file) summary {
	all, packages, modules := newSum("all"), map[string]*sum{}, map[string]*sum{}
	var functions []function
	var lengths []length
	for _, f := range files {
		all.add(f)
		entry(packages, f.pkg()).add(f)
		entry(modules, f.module).add(f)
		lengths = append(lengths, length{f.path, f.lines})
		if !f.test() {
			functions = append(functions, f.functions...)
		}
	}
	all.close()
	slices.SortStableFunc(lengths, func(a, b length) int { return cmp.Compare(b.Lines, a.Lines) })
	slices.SortStableFunc(functions, func(a, b function) int { return cmp.Compare(b.Lines, a.Lines) })
	return summary{
		Packages: closed(packages), Modules: closed(modules), All: all, Silent: all.silent(),
		Files: lengths[:min(longest, len(lengths))], Functions: functions[:min(longest, len(functions))],
	}
}

func entry(sums map[string]*sum, name string) *sum {
	if sums[name] == nil {
		sums[name] = newSum(name)
	}
	return sums[name]
}

func closed(sums map[string]*sum) []*sum {
	list := make([]*sum, 0, len(sums))
	for _, name := range slices.Sorted(maps.Keys(sums)) {
		sums[name].close()
		list = append(list, sums[name])
	}
	return list
}
