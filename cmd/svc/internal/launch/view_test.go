package launch

import "testing"

func TestUserViewHidesTheGeneratedMain(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, cwd, have, want string }{
		{
			"below the folder", "/m", "# m/a\na/x.go:1:2: wrong\n", "# m/a\na/x.go:1:2: wrong\n",
		},
		{
			"in the folder", "/m/a", "a/x.go:1:2: wrong\n\ta/y.go:3:4: other declaration\n",
			"./x.go:1:2: wrong\n\t./y.go:3:4: other declaration\n",
		},
		{
			"above the folder", "/m/a", "b/x.go:1:2: wrong\n", "/m/b/x.go:1:2: wrong\n",
		},
		{
			"no position", "/m", "go: updates to go.mod needed\n", "go: updates to go.mod needed\n",
		},
		{
			"header of the main", "/m", "# m/.svc-run\n.svc-run/main.go:7:9: undefined: p0.X\n", "the generated main:7:9: undefined: p0.X\n",
		},
		{
			"import stack", "/m",
			"package m/.svc-run\n\timports m/a from main.go\n\timports m/b from a.go\n\timports m/a from b.go: import cycle not allowed\n",
			"package m/a\n\timports m/b from a.go\n\timports m/a from b.go: import cycle not allowed\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if have := userView(tt.have, "/m", tt.cwd); have != tt.want {
				t.Errorf("userView in %s of\n%s\nhave %s\nwant %s", tt.cwd, tt.have, have, tt.want)
			}
		})
	}
}

func TestWorkspaceCopyHasAbsoluteFolders(t *testing.T) {
	t.Parallel()
	const original = "go 1.26.0\n\nuse (\n\t./a // main\n\t\"../b c\"\n\t/abs\n)\n\nreplace x.org/y => ../y\n"
	const want = "go 1.26.0\n\nuse (\n\t\"/w/s/a\" // main\n\t\"/w/b c\"\n\t/abs\n)\n\nreplace x.org/y => \"/w/y\"\n"
	if have := absoluteWorkspace("/w/s", original); have != want {
		t.Errorf("copy of\n%s\nhave %s\nwant %s", original, have, want)
	}
}
